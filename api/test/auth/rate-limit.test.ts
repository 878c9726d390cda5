import { expect } from "chai";
import { parseBlock } from "../../src/addresses.ts";
import { sweepBuckets, takeToken } from "../../src/services/take-token.ts";
import { allowIp } from "../support/allowed-ips.ts";
import { ageBucket, emptyBucket } from "../support/buckets.ts";
import type { Answer } from "../support/client.ts";
import { createSession } from "../support/sessions.ts";
import { createTenant, createUserToken, type Tenant } from "../support/tenants.ts";
import { useWorld } from "../support/world.ts";

describe("the rate limit", () => {
  const world = useWorld();

  /** A tenant whose environment has a limit of its own. */
  async function limited(rate_limit_rpm: number): Promise<Tenant> {
    const tenant = await createTenant(world());
    const { db } = world();
    await db
      .updateTable("keystone.environment")
      .set({ rate_limit_rpm })
      .where("id", "=", tenant.environmentId)
      .execute();
    return tenant;
  }
  const bucketOf = ({ environmentId }: Tenant) => `environment:${environmentId}`;
  const read = (token: string, call = world().call) => call("GET", "/v1/settlement-templates", { token });
  const told = ({ headers }: Answer) => ({
    limit: Number(headers.get("x-ratelimit-limit")),
    remaining: Number(headers.get("x-ratelimit-remaining")),
    reset: Number(headers.get("x-ratelimit-reset")),
    retryAfter: headers.get("retry-after"),
  });
  const statuses = (answers: Answer[]) => answers.map(({ status }) => status).sort();

  it("lets a minute's calls through and tells how many are left, also in answers that refuse", async () => {
    const tenant = await limited(3);
    const before = Date.now() / 1000;
    const first = await read(tenant.token);
    expect(told(first)).to.deep.include({ limit: 3, remaining: 2, retryAfter: null });
    // One of three is missing: a third of a minute.
    expect(told(first).reset).to.be.within(before + 20, Date.now() / 1000 + 21);
    const unknown = await world().call("GET", "/v1/settlement-templates/none", { token: tenant.token });
    expect([unknown.status, told(unknown).remaining]).to.deep.equal([404, 1]);
    const lacking = await world().call("GET", "/v1/settlements?x=1", { token: tenant.token });
    expect([lacking.status, told(lacking).remaining]).to.deep.equal([422, 0]);
    const refused = await read(tenant.token);
    expect([refused.status, refused.body.code]).to.deep.equal([429, "rate_limited"]);
    expect(told(refused)).to.deep.include({ limit: 3, remaining: 0 });
    expect(Number(told(refused).retryAfter)).to.be.within(1, 20);
  });

  it("gives calls back evenly, never more than a minute's", async () => {
    const tenant = await limited(3);
    for (let i = 0; i < 3; i++) await read(tenant.token);
    expect((await read(tenant.token)).status).to.equal(429);
    await ageBucket(world(), bucketOf(tenant), 20);
    expect((await read(tenant.token)).status).to.equal(200);
    expect((await read(tenant.token)).status).to.equal(429);
    await ageBucket(world(), bucketOf(tenant), 3600);
    expect(statuses([await read(tenant.token), await read(tenant.token), await read(tenant.token)])).to.deep.equal([
      200, 200, 200,
    ]);
    expect((await read(tenant.token)).status).to.equal(429);
  });

  it("is shared by all servers, whoever comes first", async () => {
    const tenant = await limited(2);
    const other = await world().serve({});
    const calls = Array.from({ length: 12 }, (_, i) => read(tenant.token, i % 2 === 0 ? world().call : other.call));
    expect(statuses(await Promise.all(calls))).to.deep.equal([200, 200, ...Array(10).fill(429)]);
  });

  it("is each environment's own", async () => {
    const [one, other] = [await limited(1), await limited(1)];
    for (const { token } of [one, other]) expect((await read(token)).status).to.equal(200);
    expect((await read(one.token)).status).to.equal(429);
  });

  it("holds every limit exactly, also those that a minute does not divide by", async () => {
    for (const perMinute of [1, 7, 59, 600]) {
      const bucket = { key: `test:${crypto.randomUUID()}`, perMinute };
      // Within a transaction the database's clock stands still.
      await world()
        .db.transaction()
        .execute(async (trx) => {
          for (let left = perMinute - 1; left >= 0; left--) {
            expect(await takeToken(trx, bucket)).to.deep.include({ remaining: left, retryAfter: null });
          }
          expect(await takeToken(trx, bucket)).to.include({ remaining: 0, retryAfter: Math.ceil(60 / perMinute) });
        });
    }
  });

  it("gives a session a fifth of its environment's, and takes that from it", async () => {
    const tenant = await limited(5);
    const session = await createSession(world(), tenant, { scopes: ["templates:read"] });
    expect(told(await read(session.token))).to.include({ limit: 1, remaining: 0 });
    const refused = await read(session.token);
    expect([refused.status, told(refused).limit]).to.deep.equal([429, 1]);
    // The refused call took nothing from the environment.
    expect(told(await read(tenant.token))).to.include({ limit: 5, remaining: 3 });
    const sister = await createSession(world(), tenant, { scopes: ["templates:read"] });
    expect((await read(sister.token)).status).to.equal(200);
    await emptyBucket(world(), bucketOf(tenant));
    const third = await createSession(world(), tenant, { scopes: ["templates:read"] });
    expect(told(await read(third.token))).to.include({ limit: 5, remaining: 0 });
  });

  it("is the user's outside of environments, and the environment's within", async () => {
    const tenant = await limited(5);
    const userId = `user|${crypto.randomUUID()}`;
    const permissions = ["platform:read", "templates:read"];
    const token = await createUserToken(world(), { orgId: tenant.orgId, permissions, userId });
    const path = `/v1/platforms/me/environments/${tenant.environmentId}/allowed-ips`;
    const settings = { ...world().deps.settings, rateLimits: { perMinute: 2, anonymousPerMinute: 60_000 } };
    const { call } = await world().serve({ settings });
    const onPlatform = () => call("GET", path, { token });
    expect(told(await onPlatform())).to.include({ limit: 2, remaining: 1 });
    expect((await onPlatform()).status).to.equal(200);
    expect((await onPlatform()).status).to.equal(429);
    const headers = { "x-keystone-environment": tenant.environmentSlug };
    expect(told(await call("GET", "/v1/settlement-templates", { token, headers }))).to.include({
      limit: 5,
      remaining: 4,
    });
    const colleague = await createUserToken(world(), { orgId: tenant.orgId, permissions });
    expect((await call("GET", path, { token: colleague })).status).to.equal(200);
  });

  describe("without a token that counts", () => {
    /** A server behind a proxy, so that calls can come from anywhere. */
    const behind = async () => {
      const trustedProxies = [parseBlock("127.0.0.1")];
      const rateLimits = { perMinute: 600, anonymousPerMinute: 2 };
      const { call } = await world().serve({ settings: { ...world().deps.settings, trustedProxies, rateLimits } });
      return (path: string, from: string, token?: string) =>
        call("GET", path, { token, headers: { "x-forwarded-for": from } });
    };
    let last = 0;
    const somewhere = () => `203.0.113.${++last}`;

    it("is the address's, on open and other routes alike", async () => {
      const get = await behind();
      const here = somewhere();
      const first = await get("/v1/settlements", here);
      expect([first.status, told(first).limit, told(first).remaining]).to.deep.equal([401, 2, 1]);
      expect((await get("/v1/settlements", here, "nonsense")).status).to.equal(401);
      for (const path of ["/v1/settlements", "/v1/status", "/v1/nothing"]) {
        const refused = await get(path, here);
        expect([refused.status, refused.body.code]).to.deep.equal([429, "rate_limited"]);
        expect(Number(told(refused).retryAfter)).to.be.within(1, 30);
      }
      expect((await get("/v1/status", somewhere())).status).to.equal(200);
      // Neither who has a token suffers from it, nor what says that the process lives.
      const { token } = await createTenant(world());
      expect((await get("/v1/settlements", here, token)).status).to.equal(200);
      for (const path of ["/health", "/.well-known/jwks.json"]) expect((await get(path, here)).status).to.equal(200);
    });

    it("takes what one subscriber has of IPv6 for one address", async () => {
      const get = await behind();
      const prefix = `2001:db8:${(Date.now() % 65_536).toString(16)}:1`;
      expect((await get("/v1/status", `${prefix}::1`)).status).to.equal(200);
      expect((await get("/v1/status", `${prefix}:ffff::2`)).status).to.equal(200);
      expect((await get("/v1/status", `${prefix}::3`)).status).to.equal(429);
      expect((await get("/v1/status", `${prefix.slice(0, -1)}2::3`)).status).to.equal(200);
    });

    it("counts for the address what is refused before an environment takes it", async () => {
      const get = await behind();
      const tenant = await limited(2);
      await allowIp(world(), tenant, "192.0.2.0/24");
      const here = somewhere();
      for (let i = 0; i < 2; i++) expect((await get("/v1/settlements", here, tenant.token)).status).to.equal(403);
      expect((await get("/v1/settlements", here, tenant.token)).status).to.equal(429);
      const welcome = await get("/v1/settlements", "192.0.2.9", tenant.token);
      expect([welcome.status, told(welcome).remaining]).to.deep.equal([200, 1]);
    });
  });

  it("forgets full buckets and no others", async () => {
    const { db } = world();
    const [full, used] = [`test:${crypto.randomUUID()}`, `test:${crypto.randomUUID()}`];
    for (const key of [full, used]) await takeToken(db, { key, perMinute: 1 });
    await ageBucket(world(), full, 61);
    expect(await sweepBuckets(db)).to.be.at.least(1);
    const left = await db.selectFrom("keystone.rate_bucket").select("key").where("key", "in", [full, used]).execute();
    expect(left).to.deep.equal([{ key: used }]);
  });
});
