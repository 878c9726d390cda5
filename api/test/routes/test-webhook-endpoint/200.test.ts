import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect } from "chai";
import { EVENT_NAMES } from "../../../src/services/events/catalogue.ts";
import { type Receiver, startReceiver } from "../../support/receiver.ts";
import { createTenant, type Tenant } from "../../support/tenants.ts";
import { createEndpoint, deliveriesOf, WEBHOOKS } from "../../support/webhooks.ts";
import { useWorld } from "../../support/world.ts";

describe("POST /v1/platforms/me/webhooks/{endpoint_id}/test 200", () => {
  const world = useWorld();
  let tenant: Tenant;
  let receiver: Receiver;
  let id: string;
  beforeEach(async () => {
    tenant = await createTenant(world());
    receiver = await startReceiver();
    id = (await createEndpoint(world(), tenant, { url: receiver.url, events: ["instruction.*"] })).id;
  });
  const test = async (json?: unknown) =>
    (await world().call("POST", `${WEBHOOKS}/${id}/test`, { ...tenant, ...(json === undefined ? {} : { json }) })).body;

  it("sends a ping at once, and logs the one attempt", async () => {
    receiver.answer = (response) => response.writeHead(202).end("ok");
    const result = await test();
    expect(result).to.deep.include({ success: true, status_code: 202, error: null });
    const [got] = receiver.received;
    const sent = JSON.parse(got?.body ?? "");
    expect(sent).to.deep.include({ event: "test.ping", id: result.event_id });
    expect(sent.data.test).to.equal(true);
    expect(got?.headers["webhook-id"]).to.equal(result.event_id);
    expect(await deliveriesOf(world(), tenant, id)).to.have.length(1);
    const [logged] = await deliveriesOf(world(), tenant, id);
    expect(logged).to.deep.include({
      id: result.delivery_id,
      event_id: result.event_id,
      event_type: "test.ping",
      attempt: 1,
      success: true,
      response_excerpt: "ok",
      next_attempt_at: null,
    });
  });

  it("says what failed, and tries no more", async () => {
    receiver.answer = (response) => response.writeHead(500).end("no");
    expect(await test({})).to.deep.include({ success: false, status_code: 500, error: "Answered 500" });
    const attempts = await deliveriesOf(world(), tenant, id);
    expect(attempts.map(({ next_attempt_at }) => next_attempt_at)).to.deep.equal([null]);
  });

  it("makes no event of it", async () => {
    const { event_id } = await test({ event: "settlement.state.finalized" });
    expect((await world().call("GET", "/v1/events", tenant)).body.total).to.equal(0);
    expect((await world().call("GET", `/v1/events/${event_id}`, tenant)).status).to.equal(404);
  });

  it("sends anew every time, whatever the idempotency key", async () => {
    const headers = { "idempotency-key": "one" };
    const [a, b] = [
      await world().call("POST", `${WEBHOOKS}/${id}/test`, { ...tenant, headers }),
      await world().call("POST", `${WEBHOOKS}/${id}/test`, { ...tenant, headers }),
    ];
    expect(a.body.event_id).to.not.equal(b.body.event_id);
    expect(receiver.received).to.have.length(2);
  });

  it("has a sample of every event, in the shape of the document", async () => {
    const document = JSON.parse(readFileSync(new URL("../../../openapi.json", import.meta.url), "utf8"));
    const ajv = new Ajv2020({ strict: false, formats: { uuid: true, "date-time": true } });
    ajv.addSchema(document, "openapi");
    for (const event of EVENT_NAMES) {
      expect((await test({ event })).success, event).to.equal(true);
      const sent = JSON.parse(receiver.received.at(-1)?.body ?? "");
      expect(Object.keys(sent)).to.deep.equal(["event", "id", "data"]);
      const [kind] = event.split(".");
      const name = { settlement: "SettlementEventData", instruction: "InstructionEventData", test: "PingData" }[
        kind as string
      ];
      const check = ajv.getSchema(`openapi#/components/schemas/${name}`);
      expect(check?.(sent.data), `${event}: ${JSON.stringify(check?.errors)}`).to.equal(true);
      expect(sent.data.test).to.equal(true);
    }
  });
});
