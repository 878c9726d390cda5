import { createHmac } from "node:crypto";
import { expect } from "chai";
import { createDeliverer, type Deliverer } from "../../src/courier/deliver.ts";
import { createWebhookSender, type WebhookSender } from "../../src/delivery/send.ts";
import type { Json } from "../support/client.ts";
import { type Receiver, startReceiver } from "../support/receiver.ts";
import { addEnvironment, createTenant, createToken, type Tenant } from "../support/tenants.ts";
import { matchTrade } from "../support/trades.ts";
import { createEndpoint, deliveriesOf, makeDue, WEBHOOKS } from "../support/webhooks.ts";
import { useOwnWorld } from "../support/world.ts";

describe("the courier's deliveries", () => {
  const world = useOwnWorld();
  let tenant: Tenant;
  let receiver: Receiver;
  let endpoint: Json;

  const deliverer = (timeoutMs = 5_000): Deliverer => {
    const { db, keyring, log } = world().deps;
    return createDeliverer({ db, keyring, log, sender: createWebhookSender({ developmentMode: true, timeoutMs }) });
  };
  const deliver = async (by = deliverer()) => {
    await by.start();
    await by.idle();
  };
  const attempts = (query = "") => deliveriesOf(world(), tenant, endpoint.id, query);
  /** One event for the tenant, of the match of two of its own instructions. */
  const happen = () => matchTrade(world(), { tenants: [tenant, tenant] });

  beforeEach(async () => {
    await world().db.deleteFrom("keystone.webhook_endpoint").execute();
    tenant = await createTenant(world());
    receiver = await startReceiver();
    endpoint = await createEndpoint(world(), tenant, { url: receiver.url, events: ["settlement.state.*"] });
  });

  it("send the documented body, signed both ways, and log it", async () => {
    await happen();
    receiver.answer = (response) => response.writeHead(201).end("taken");
    const before = Math.floor(Date.now() / 1000);
    await deliver();
    const { body: events } = await world().call("GET", "/v1/events?event=settlement.state.instructed", tenant);
    const [{ id, event, data }] = events.items;
    const [got] = receiver.received;
    expect(got?.body).to.equal(JSON.stringify({ event, id, data }));
    const { "webhook-id": sentId, "webhook-timestamp": timestamp } = got?.headers ?? {};
    expect(sentId).to.equal(id);
    expect(Number(timestamp)).to.be.within(before, Math.ceil(Date.now() / 1000));
    const key = Buffer.from(endpoint.secret.slice(6), "base64");
    const signature = createHmac("sha256", key).update(`${id}.${timestamp}.${got?.body}`).digest("base64");
    expect(got?.headers["webhook-signature"]).to.equal(`v1,${signature}`);
    const plain = createHmac("sha256", endpoint.secret).update(String(got?.body)).digest("hex");
    expect(got?.headers["x-keystone-signature"]).to.equal(plain);
    const [attempt, ...rest] = await attempts();
    expect(rest).to.deep.equal([]);
    expect(attempt).to.deep.include({
      event_id: id,
      attempt: 1,
      success: true,
      status_code: 201,
      response_excerpt: "taken",
      error: null,
      next_attempt_at: null,
    });
    await deliver();
    expect(receiver.received).to.have.length(1);
  });

  it("are tried ten times, by the schedule, with the same body and id, and then no more", async () => {
    await happen();
    receiver.answer = (response) => response.writeHead(500).end("not today");
    const delays = [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400];
    for (let made = 1; made <= 10; made++) {
      await makeDue(world(), endpoint.id);
      await deliver();
      const [newest, before] = await attempts();
      if (made === 10) {
        expect(newest).to.deep.include({ attempt: 10, success: false, status_code: 500, next_attempt_at: null });
        break;
      }
      expect(newest).to.deep.include({ attempt: made + 1, status_code: null, duration_ms: null });
      expect(before).to.deep.include({ attempt: made, success: false, response_excerpt: "not today" });
      expect(before.next_attempt_at).to.equal(newest.next_attempt_at);
      const wait = (Date.parse(newest.next_attempt_at) - Date.parse(newest.created_at)) / 1000;
      const delay = delays[made - 1] as number;
      expect(wait).to.be.within(delay * 0.9 - 0.1, delay * 1.1 + 0.1);
    }
    await makeDue(world(), endpoint.id);
    await deliver();
    expect(receiver.received).to.have.length(10);
    expect(new Set(receiver.received.map(({ body }) => body)).size).to.equal(1);
    expect(await attempts("&success=false")).to.have.length(10);
  });

  it("are not tried before they are due", async () => {
    await happen();
    receiver.answer = (response) => response.writeHead(500).end();
    await deliver();
    await deliver();
    expect(receiver.received).to.have.length(1);
  });

  it("end with 2xx after failures", async () => {
    await happen();
    receiver.answer = (response) => response.writeHead(503).end();
    await deliver();
    receiver.answer = (response) => response.writeHead(204).end();
    await makeDue(world(), endpoint.id);
    await deliver();
    const [second, first, ...rest] = await attempts();
    expect(rest).to.deep.equal([]);
    expect([first.success, second.success, second.attempt, second.next_attempt_at]).to.deep.equal([
      false,
      true,
      2,
      null,
    ]);
  });

  it("wait as long as 429 asks, and other answers ask for nothing", async () => {
    for (const [status, least] of [
      [429, 899],
      [503, 4],
    ] as const) {
      await happen();
      receiver.answer = (response) => response.writeHead(status, { "retry-after": "900" }).end();
      await deliver();
      const [newest] = await attempts();
      const wait = (Date.parse(newest.next_attempt_at) - Date.parse(newest.created_at)) / 1000;
      expect(wait).to.be.within(least, least + 2);
    }
  });

  it("follow no redirect", async () => {
    const target = await startReceiver();
    await happen();
    receiver.answer = (response) => response.writeHead(307, { location: target.url }).end();
    await deliver();
    expect(target.received).to.deep.equal([]);
    expect((await attempts())[1]).to.deep.include({ success: false, status_code: 307 });
  });

  it("switch an endpoint off that answers 410, with a reason and an activity row, and wait for it to be on again", async () => {
    await happen();
    receiver.answer = (response) => response.writeHead(410).end();
    await deliver();
    const { body } = await world().call("GET", `${WEBHOOKS}/${endpoint.id}`, tenant);
    expect(body).to.deep.include({ is_active: false, disabled_reason: "The endpoint answered 410" });
    expect(await attempts()).to.have.length(1);
    const activity = await world()
      .db.selectFrom("keystone.activity_log")
      .select(["type", "actor_type", "environment_id"])
      .where("resource_id", "=", endpoint.id)
      .where("actor_type", "=", "system")
      .execute();
    expect(activity).to.deep.equal([
      { type: "webhook.endpoint_disabled", actor_type: "system", environment_id: tenant.environmentId },
    ]);
  });

  it("keep what waits while an endpoint is off", async () => {
    await happen();
    const path = `${WEBHOOKS}/${endpoint.id}`;
    await world().call("PATCH", path, { ...tenant, json: { is_active: false } });
    await deliver();
    expect(receiver.received).to.deep.equal([]);
    await world().call("PATCH", path, { ...tenant, json: { is_active: true } });
    await deliver();
    expect(receiver.received).to.have.length(1);
  });

  it("go where the endpoint is now, whose old place answers 410 in vain: nothing is switched off and nothing lost", async () => {
    await happen();
    const elsewhere = await startReceiver();
    const path = `${WEBHOOKS}/${endpoint.id}`;
    receiver.answer = (response) => {
      void world()
        .call("PATCH", path, { ...tenant, json: { url: elsewhere.url } })
        .then(() => response.writeHead(410).end());
    };
    await deliver();
    expect((await world().call("GET", path, tenant)).body.is_active).to.equal(true);
    await makeDue(world(), endpoint.id);
    await deliver();
    expect([receiver.received.length, elsewhere.received.length]).to.deep.equal([1, 1]);
    expect(elsewhere.received[0]?.body).to.equal(receiver.received[0]?.body);
  });

  it("of a receiver that hangs hold up nobody else's", async () => {
    const other = await createTenant(world());
    const well = await startReceiver();
    await createEndpoint(world(), other, { url: well.url, events: ["settlement.state.*"] });
    receiver.answer = () => {};
    for (let i = 0; i < 3; i++) await happen();
    const courier = deliverer(5_000);
    await courier.start();
    await receiver.until(1);
    await matchTrade(world(), { tenants: [other, other] });
    await courier.start();
    await well.until(1);
    // Nothing of the one that hangs has come to an end meanwhile.
    expect((await attempts()).every(({ duration_ms }) => duration_ms === null)).to.equal(true);
    await courier.idle();
    expect((await attempts())[0].next_attempt_at).to.be.a("string");
  });

  it("of one platform, however many of its receivers hang, leave room for another's", async () => {
    const hung = Promise.withResolvers<void>();
    const sender: WebhookSender = {
      fault: () => null,
      async send() {
        await hung.promise;
        return { success: true, statusCode: 200, excerpt: "", error: null, durationMs: 1, retryAfterSeconds: null };
      },
    };
    // More attempts than are ever under way at once: 4 environments, 16 endpoints, 4 trades, 2 instructions.
    for (let count = 0; count < 4; count++) {
      const environment = await addEnvironment(world(), tenant.platformId);
      const own = { ...tenant, ...environment, token: await createToken(world(), { clientId: environment.clientId }) };
      for (let i = 0; i < 16; i++) await createEndpoint(world(), own, { events: ["instruction.matched"] });
      for (let i = 0; i < 4; i++) await matchTrade(world(), { tenants: [own, own] });
    }
    const { db, keyring, log } = world().deps;
    const courier = createDeliverer({ db, keyring, log, sender });
    for (let pass = 0; pass < 3; pass++) await courier.start();
    const other = await createTenant(world());
    await createEndpoint(world(), other, { events: ["settlement.state.*"] });
    await matchTrade(world(), { tenants: [other, other] });
    await courier.start();
    const taken = await db
      .selectFrom("keystone.webhook_delivery")
      .select("id")
      .where("environment_id", "=", other.environmentId)
      .where("lease", "is not", null)
      .execute();
    hung.resolve();
    await courier.idle();
    expect(taken).to.have.length(1);
  }).timeout(60_000);

  it("are each made by one of many couriers", async () => {
    for (let i = 0; i < 12; i++) await happen();
    const couriers = [deliverer(), deliverer(), deliverer()];
    for (let pass = 0; pass < 4; pass++) await Promise.all(couriers.map(deliver));
    expect(receiver.received).to.have.length(12);
    expect(new Set(receiver.received.map(({ headers }) => headers["webhook-id"])).size).to.equal(12);
  });

  it("that a process took and did not finish are made again when its lease ends, and not before", async () => {
    await happen();
    const [late, good] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const [slow, next] = [deliverer(), deliverer()];
    receiver.answer = (response) => void late.promise.then(() => response.writeHead(500).end());
    await slow.start();
    await receiver.until(1);
    receiver.answer = (response) => void good.promise.then(() => response.end());
    await deliver(next);
    expect(receiver.received).to.have.length(1);
    await world()
      .db.updateTable("keystone.webhook_delivery")
      .set({ leased_until: new Date(Date.now() - 1) })
      .where("endpoint_id", "=", endpoint.id)
      .execute();
    await next.start();
    await receiver.until(2);
    const [first, again] = receiver.received;
    expect(again?.body).to.equal(first?.body);
    // The first has lost its say: its failure changes nothing and plans nothing.
    late.resolve();
    await slow.idle();
    expect(await attempts()).to.have.length(1);
    expect((await attempts())[0]).to.deep.include({ status_code: null, duration_ms: null });
    good.resolve();
    await next.idle();
    expect(await attempts()).to.have.length(1);
    expect((await attempts())[0]).to.deep.include({ success: true, next_attempt_at: null });
  });

  it("to an endpoint that is deleted meanwhile leave nothing behind", async () => {
    await happen();
    receiver.answer = (response) => {
      void world()
        .call("DELETE", `${WEBHOOKS}/${endpoint.id}`, tenant)
        .then(() => response.writeHead(500).end());
    };
    await deliver();
    const left = await world()
      .db.selectFrom("keystone.webhook_delivery")
      .select("id")
      .where("endpoint_id", "=", endpoint.id)
      .execute();
    expect(left).to.deep.equal([]);
  });

  it("never let a secret into the log", async () => {
    await happen();
    await deliver();
    expect(world().logged.join("\n")).to.include(endpoint.id).and.not.include(endpoint.secret.slice(6));
  });
});
