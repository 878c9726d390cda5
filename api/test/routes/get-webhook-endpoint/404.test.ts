import { randomUUID } from "node:crypto";
import { expect } from "chai";
import { addEnvironment, createTenant, createToken } from "../../support/tenants.ts";
import { createEndpoint, WEBHOOKS } from "../../support/webhooks.ts";
import { useWorld } from "../../support/world.ts";

describe("operations on a webhook endpoint 404", () => {
  const world = useWorld();
  const operations: [method: string, path: string, json?: unknown][] = [
    ["GET", ""],
    ["PATCH", "", { is_active: false }],
    ["DELETE", ""],
    ["GET", "/deliveries"],
    ["POST", "/rotate-secret"],
    ["POST", "/test"],
    ["POST", "/recover", { since: "2026-01-01T00:00:00Z" }],
    ["POST", `/deliveries/${randomUUID()}/redeliver`],
  ];

  for (const [method, path, json] of operations) {
    it(`${method} ${path} tells a foreign one, an unknown one and nonsense in the same words`, async () => {
      const owner = await createTenant(world());
      const foreign = await createEndpoint(world(), owner);
      const stranger = await createTenant(world());
      const sibling = await addEnvironment(world(), owner.platformId);
      const tokens = [stranger.token, await createToken(world(), { clientId: sibling.clientId })];
      for (const token of tokens) {
        for (const id of [foreign.id, randomUUID(), "nonsense"]) {
          const { status, body } = await world().call(method, `${WEBHOOKS}/${id}${path}`, {
            token,
            ...(json === undefined ? undefined : { json }),
          });
          expect(status).to.equal(404);
          const { request_id: _, ...told } = body;
          expect(told).to.deep.equal({ detail: "Webhook endpoint not found", code: "not_found" });
        }
      }
      const { secret: _, ...shown } = foreign;
      expect((await world().call("GET", `${WEBHOOKS}/${foreign.id}`, { token: owner.token })).body).to.deep.equal(
        shown,
      );
    });
  }
});
