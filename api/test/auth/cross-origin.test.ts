import { expect } from "chai";
import { type Operation, operations, pathOf } from "../support/operations.ts";
import { createTenant } from "../support/tenants.ts";
import { useWorld } from "../support/world.ts";

const DASHBOARD = "https://dashboard.example";
const STRANGER = "https://bank.example";

describe("pages of other origins", () => {
  const world = useWorld();
  let origin: string;
  before(async () => {
    const settings = { ...world().deps.settings, dashboardOrigins: ["http://localhost:3000", DASHBOARD] };
    ({ origin } = await world().serve({ settings }));
  });

  /** What a browser asks before a call. */
  const ask = (page: string, { method, ...operation }: Operation) =>
    fetch(`${origin}${pathOf(operation)}`, {
      method: "OPTIONS",
      headers: {
        origin: page,
        "access-control-request-method": method,
        "access-control-request-headers": "authorization,content-type",
      },
    });
  const allowed = ({ headers }: Response) => headers.get("access-control-allow-origin");

  for (const operation of operations) {
    const { method, path, about, callers } = operation;
    const open = about === undefined || callers.has("session");
    it(`${open ? "may" : "may not"} call ${method} ${path}`, async () => {
      const stranger = await ask(STRANGER, operation);
      expect(stranger.status).to.equal(204);
      expect(allowed(stranger)).to.equal(open ? "*" : null);
      const own = await ask(DASHBOARD, operation);
      expect(allowed(own)).to.equal(open ? "*" : DASHBOARD);
      if (!open) expect(own.headers.get("vary")).to.include("Origin");
      expect(own.headers.get("access-control-allow-methods")).to.equal(method);
      for (const name of [
        "Authorization",
        "Content-Type",
        "Idempotency-Key",
        "Keystone-Version",
        "Last-Event-ID",
        "X-Keystone-Client",
        "X-Keystone-Environment",
      ]) {
        expect(own.headers.get("access-control-allow-headers")?.split(",")).to.include(name);
      }
      for (const answer of [stranger, own]) {
        expect(answer.headers.get("access-control-allow-credentials")).to.equal(null);
        expect(answer.headers.get("x-request-id")).to.be.a("string");
      }
    });
  }

  it("read answers, also those that refuse, and what they say of version and limit", async () => {
    const { token } = await createTenant(world());
    for (const [bearer, status] of [
      [token, 200],
      ["nonsense", 401],
    ] as const) {
      const headers = { origin: STRANGER, authorization: `Bearer ${bearer}` };
      const answer = await fetch(`${origin}/v1/settlements`, { headers });
      expect(answer.status).to.equal(status);
      expect(allowed(answer)).to.equal("*");
      const exposed = answer.headers.get("access-control-expose-headers")?.split(",");
      expect(exposed).to.include.members(["X-Request-Id", "Keystone-Version", "X-RateLimit-Remaining", "Retry-After"]);
    }
    const managed = await fetch(`${origin}/v1/sessions`, { method: "POST", headers: { origin: STRANGER } });
    expect([managed.status, allowed(managed)]).to.deep.equal([401, null]);
  });

  it("learn nothing of paths and methods that are none", async () => {
    const preflight = { origin: STRANGER, "access-control-request-method": "PUT" };
    for (const [path, status] of [
      ["/v1/settlements", 405],
      ["/v1/nothing", 404],
    ] as const) {
      const answer = await fetch(`${origin}${path}`, { method: "OPTIONS", headers: preflight });
      expect([answer.status, allowed(answer)]).to.deep.equal([status, null]);
    }
  });
});
