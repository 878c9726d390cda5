import { createHmac } from "node:crypto";
import { expect } from "chai";
import { type Receiver, startReceiver } from "../../support/receiver.ts";
import { createTenant, type Tenant } from "../../support/tenants.ts";
import { createEndpoint, WEBHOOKS } from "../../support/webhooks.ts";
import { useWorld } from "../../support/world.ts";

describe("POST /v1/platforms/me/webhooks/{endpoint_id}/rotate-secret 200", () => {
  const world = useWorld();
  let tenant: Tenant;
  let receiver: Receiver;
  let id: string;
  let first: string;
  beforeEach(async () => {
    tenant = await createTenant(world());
    receiver = await startReceiver();
    const made = await createEndpoint(world(), tenant, { url: receiver.url });
    id = made.id;
    first = made.secret;
  });

  const rotate = async () => {
    const { status, body } = await world().call("POST", `${WEBHOOKS}/${id}/rotate-secret`, tenant);
    expect(status).to.equal(200);
    return body;
  };
  /** The secrets by which the next message is signed, of these. */
  const signers = async (secrets: string[]) => {
    await world().call("POST", `${WEBHOOKS}/${id}/test`, tenant);
    const got = receiver.received.at(-1);
    const signatures = String(got?.headers["webhook-signature"]).split(" ");
    const text = `${got?.headers["webhook-id"]}.${got?.headers["webhook-timestamp"]}.${got?.body}`;
    const by = secrets.filter((secret) => {
      const key = Buffer.from(secret.replace("whsec_", ""), "base64");
      return signatures.includes(`v1,${createHmac("sha256", key).update(text).digest("base64")}`);
    });
    expect(signatures).to.have.length(by.length);
    const plain = (secret: string) => createHmac("sha256", secret).update(String(got?.body)).digest("hex");
    expect(got?.headers["x-keystone-signature"]).to.equal(plain(by.at(-1) as string));
    expect(got?.headers["x-keystone-signature-previous"]).to.equal(by.length > 1 ? plain(by[0] as string) : undefined);
    return by;
  };

  it("has the old secret sign along for 24 hours, and ends the oldest when it is done again", async () => {
    const before = Date.now();
    const { new_secret: second, previous_secret_valid_until: until } = await rotate();
    expect(Date.parse(until)).to.be.within(before + 86_399_000, Date.now() + 86_401_000);
    const { body } = await world().call("GET", `${WEBHOOKS}/${id}`, tenant);
    expect(body.previous_secret_valid_until).to.equal(until);
    expect(await signers([first, second])).to.deep.equal([first, second]);
    const { new_secret: third } = await rotate();
    expect(await signers([first, second, third])).to.deep.equal([second, third]);
  });

  it("no longer signs with the old secret when its time is over", async () => {
    const { new_secret: second } = await rotate();
    await world()
      .db.updateTable("keystone.webhook_secret")
      .set({ valid_until: new Date(Date.now() - 1000) })
      .where("endpoint_id", "=", id)
      .where("valid_until", "is not", null)
      .execute();
    expect(await signers([first, second])).to.deep.equal([second]);
    const { body } = await world().call("GET", `${WEBHOOKS}/${id}`, tenant);
    expect(body.previous_secret_valid_until).to.equal(null);
  });

  it("leaves one secret and one before it, however many rotate at once", async () => {
    await Promise.all([rotate(), rotate(), rotate(), rotate()]);
    const rows = await world()
      .db.selectFrom("keystone.webhook_secret")
      .select("valid_until")
      .where("endpoint_id", "=", id)
      .execute();
    expect(rows.map(({ valid_until }) => valid_until === null).sort()).to.deep.equal([false, true]);
  });
});
