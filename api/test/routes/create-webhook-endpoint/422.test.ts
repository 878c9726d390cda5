import { expect } from "chai";
import { createWebhookSender } from "../../../src/delivery/send.ts";
import { createTenant } from "../../support/tenants.ts";
import { WEBHOOKS } from "../../support/webhooks.ts";
import { useWorld } from "../../support/world.ts";

describe("POST /v1/platforms/me/webhooks 422", () => {
  const world = useWorld();
  const url = "https://hooks.example.com/";

  const shapes: [what: string, json: unknown, loc: unknown[], type: string][] = [
    ["no url", {}, ["body", "url"], "missing"],
    ["no URL", { url: "nonsense" }, ["body", "url"], "url_parsing"],
    ["a url that is too long", { url: `${url}${"a".repeat(2048)}` }, ["body", "url"], "string_too_long"],
    ["a long description", { url, description: "a".repeat(501) }, ["body", "description"], "string_too_long"],
    ["no events", { url, events: [] }, ["body", "events"], "too_short"],
    ["51 events", { url, events: Array(51).fill("*") }, ["body", "events"], "too_long"],
    ["both names of events", { url, events: ["*"], event_types: ["*"] }, ["body", "event_types"], "extra_forbidden"],
    ["a short secret", { url, secret: "short" }, ["body", "secret"], "string_pattern_mismatch"],
    ["an unknown field", { url, is_active: false }, ["body", "is_active"], "extra_forbidden"],
  ];
  for (const [what, json, loc, type] of shapes) {
    it(`names the field for ${what}, and stores nothing`, async () => {
      const { token } = await createTenant(world());
      const { status, body } = await world().call("POST", WEBHOOKS, { token, json });
      expect(status).to.equal(422);
      expect(body.detail[0]).to.deep.include({ loc, type });
      expect((await world().call("GET", WEBHOOKS, { token })).body.total).to.equal(0);
    });
  }

  for (const pattern of [
    "settlement",
    "settlement.state.*.x",
    "settlement.unknown",
    "*.state",
    "SETTLEMENT.*",
    "test.*x",
  ]) {
    it(`knows no event called ${pattern}`, async () => {
      const { token } = await createTenant(world());
      const json = { url, events: ["*", pattern] };
      const { status, body } = await world().call("POST", WEBHOOKS, { token, json });
      expect(status).to.equal(422);
      expect(body).to.deep.include({ code: "webhook_event_unknown", context: { loc: ["body", "events", 1] } });
    });
  }

  for (const forbidden of [
    "http://hooks.example.com/",
    "https://user:pass@hooks.example.com/",
    "https://127.0.0.1/",
    "https://localhost/",
    "https://[::ffff:10.0.0.1]/",
    "ftp://hooks.example.com/",
  ]) {
    it(`forbids ${forbidden} outside development`, async () => {
      const { token } = await createTenant(world());
      const webhooks = createWebhookSender({ developmentMode: false });
      const { call } = await world().serve({ webhooks });
      const { status, body } = await call("POST", WEBHOOKS, { token, json: { url: forbidden } });
      expect(status).to.equal(422);
      expect(body).to.deep.include({ code: "webhook_url_forbidden", context: { loc: ["body", "url"] } });
      expect((await call("GET", WEBHOOKS, { token })).body.total).to.equal(0);
    });
  }
});
