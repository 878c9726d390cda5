import { createHash, createHmac, randomUUID } from "node:crypto";
import { secretKeyring } from "@keystoneos/store";
import canonicalize from "canonicalize";
import { expect } from "chai";
import type { Call } from "../support/client.ts";
import { managerToken } from "../support/members.ts";
import { createTenant, type Tenant } from "../support/tenants.ts";
import { WEBHOOKS } from "../support/webhooks.ts";
import { useWorld } from "../support/world.ts";

const ENVIRONMENTS = "/v1/platforms/me/environments";

describe("what is stored of an idempotent request", () => {
  const world = useWorld();
  let tenant: Tenant;
  before(async () => {
    tenant = await createTenant(world());
  });

  const body = (secret: string) => ({ url: "https://hooks.example.com/", secret });
  const send = (call: Call, key: string, json: unknown) =>
    call("POST", WEBHOOKS, { token: tenant.token, json, headers: { "idempotency-key": key } });
  const hashOf = async (key: string) =>
    (
      await world()
        .db.selectFrom("keystone.idempotency_key")
        .select("body_hash")
        .where("key", "=", key)
        .executeTakeFirstOrThrow()
    ).body_hash;
  const sha256 = (json: unknown) =>
    createHash("sha256")
      .update(canonicalize(json) as string)
      .digest("hex");

  it("does not tell a reader of the database whether a guessed secret is the one", async () => {
    const json = body("summer-2026-summer-2026-secret");
    const key = randomUUID();
    expect((await send(world().call, key, json)).status).to.equal(201);
    const environment = {
      name: "A",
      slug: `e-${randomUUID()}`,
      auth0_client_id: (await world().local.createClient()).client_id,
      webhook_url: "https://hooks.example.com/",
      webhook_secret: "summer-2026-summer-2026-secret",
    };
    const headers = { "idempotency-key": randomUUID() };
    const token = await managerToken(world(), tenant);
    const made = await world().call("POST", ENVIRONMENTS, { token, json: environment, headers });
    expect(made.status).to.equal(201);
    const guesses = [
      [await hashOf(key), json],
      [await hashOf(headers["idempotency-key"]), environment],
    ] as const;
    for (const [stored, guess] of guesses) {
      expect(stored).to.match(/^[0-9a-f]{64}$/);
      expect(stored).to.not.equal(sha256(guess));
      // Nor is the key that secrets are sealed with a key of anything else.
      const sealing = createHmac("sha256", Buffer.from(world().secretsKey, "hex"));
      expect(stored).to.not.equal(sealing.update(canonicalize(guess) as string).digest("hex"));
    }
  });

  it("is the same for every copy with the key, and another without it", async () => {
    const json = body("summer-2026-summer-2026-secret");
    const [key, other] = [randomUUID(), randomUUID()];
    const first = await send(world().call, key, json);
    const copy = await world().serve({ keyring: secretKeyring("test", world().secretsKey) });
    const replayed = await send(copy.call, key, json);
    expect([replayed.status, replayed.body.id]).to.deep.equal([200, first.body.id]);
    const stranger = await world().serve({ keyring: secretKeyring("other", "ab".repeat(32)) });
    await send(stranger.call, other, json);
    expect(await hashOf(other)).to.not.equal(await hashOf(key));
  });

  it("is compared where a version before stored it without a key", async () => {
    const json = body("summer-2026-summer-2026-secret");
    const key = randomUUID();
    const { body: made } = await send(world().call, key, json);
    await world()
      .db.updateTable("keystone.idempotency_key")
      .set({ body_hash: sha256(json) })
      .where("key", "=", key)
      .execute();
    const again = await send(world().call, key, json);
    expect([again.status, again.body.id]).to.deep.equal([200, made.id]);
    const changed = await send(world().call, key, body("winter-2026-winter-2026-secret"));
    expect([changed.status, changed.body.code]).to.deep.equal([409, "idempotency_key_reused"]);
  });
});
