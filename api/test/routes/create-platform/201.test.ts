import { randomUUID } from "node:crypto";
import { expect } from "chai";
import { activityOf } from "../../support/activity.ts";
import { operatorToken } from "../../support/members.ts";
import { createToken } from "../../support/tenants.ts";
import { useWorld } from "../../support/world.ts";

describe("POST /v1/platforms", () => {
  const world = useWorld();
  let token: string;
  before(async () => {
    token = await operatorToken(world(), "operator|ada");
  });

  const register = (json: unknown, headers: Record<string, string> = {}) =>
    world().call("POST", "/v1/platforms", { token, json, headers });
  const fresh = async (changes: Record<string, unknown> = {}) => ({
    name: "Northwind Custody",
    slug: `p-${randomUUID()}`,
    auth0_client_id: (await world().local.createClient()).client_id,
    ...changes,
  });
  const count = async () => (await world().db.selectFrom("keystone.platform").select("id").execute()).length;
  const intents = (subject: string) =>
    world().db.selectFrom("keystone.directory_intent").selectAll().where("subject", "=", subject).execute();

  it("201 creates the organization, the platform and its environment, which the client's tokens then stand for", async () => {
    const json = await fresh();
    const { status, body } = await register(json);
    expect(status).to.equal(201);
    expect(body).to.deep.include({
      name: json.name,
      slug: json.slug,
      status: "active",
      auth0_org_id: `org_local_${json.slug}`,
      logo_url: null,
      support_email: null,
      support_url: null,
      onboarding_completed_at: null,
    });
    const machine = await createToken(world(), { clientId: json.auth0_client_id });
    expect((await world().call("GET", "/v1/platforms/me", { token: machine })).body).to.deep.equal(body);
    const { items } = (await world().call("GET", "/v1/platforms/me/environments", { token: machine })).body;
    expect(items).to.have.length(1);
    expect(items[0]).to.deep.include({
      platform_id: body.id,
      slug: "development",
      auth0_client_id: json.auth0_client_id,
      webhook_url: null,
      api_version: null,
      default_timeout_seconds: 3600,
      is_active: true,
      rate_limit_rpm: null,
    });
    expect(await world().deps.directory.members(body.auth0_org_id)).to.deep.equal([]);
    expect(await intents(json.slug)).to.deep.equal([]);
  });

  it("logs both in the name of the operator", async () => {
    const json = await fresh();
    const { body } = await register(json);
    const [row] = await activityOf(world(), body.id);
    expect(row).to.deep.include({
      type: "platform.created",
      category: "platform",
      platform_id: body.id,
      environment_id: null,
      actor_type: "admin",
      actor_id: "operator|ada",
      status_code: 201,
      path: "/v1/platforms",
    });
    expect(row?.duration_ms).to.be.at.least(0);
    const rows = await world()
      .db.selectFrom("keystone.activity_log")
      .selectAll()
      .where("platform_id", "=", body.id)
      .execute();
    expect(rows.map(({ type }) => type).sort()).to.deep.equal(["environment.created", "platform.created"]);
  });

  it("takes a slug that is longer than an organization's name may be", async () => {
    const slugs = ["a", "b"].map((last) => `${"x".repeat(62)}-${randomUUID()}${last}`);
    const answers = await Promise.all(slugs.map(async (slug) => register(await fresh({ slug }))));
    expect(answers.map(({ status }) => status)).to.deep.equal([201, 201]);
    const names = answers.map(({ body }) => body.auth0_org_id.replace("org_local_", ""));
    for (const name of names) expect(name).to.match(/^x{33}-[0-9a-f]{16}$/);
    expect(names[0]).to.not.equal(names[1]);
  });

  it("200 for the same key and body, one platform however many ask at once; 409 for another body", async () => {
    const headers = { "idempotency-key": randomUUID() };
    const json = await fresh();
    const before = await count();
    const answers = await Promise.all([1, 2, 3, 4].map(() => register(json, headers)));
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([200, 200, 200, 201]);
    expect(new Set(answers.map(({ body }) => body.id)).size).to.equal(1);
    expect(await count()).to.equal(before + 1);
    const other = await register({ ...json, name: "Another" }, headers);
    expect(other.status).to.equal(409);
    expect(other.body).to.deep.include({
      code: "idempotency_key_reused",
      context: { existing_id: answers[0]?.body.id },
    });
  });

  it("409 slug_taken for all but one of those who ask for a slug at once", async () => {
    const slug = `p-${randomUUID()}`;
    const bodies = await Promise.all(Array.from({ length: 6 }, () => fresh({ slug })));
    const answers = await Promise.all(bodies.map((json) => register(json)));
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([201, 409, 409, 409, 409, 409]);
    for (const { status, body } of answers) {
      if (status === 409) expect(body).to.deep.include({ code: "slug_taken", context: { loc: ["body", "slug"] } });
    }
    const kept = await world().db.selectFrom("keystone.platform").selectAll().where("slug", "=", slug).execute();
    expect(kept).to.have.length(1);
  });

  it("409 client_id_taken for all but one of those who bind a client at once, and the others may try again", async () => {
    const { client_id: auth0_client_id } = await world().local.createClient();
    const bodies = await Promise.all(Array.from({ length: 4 }, () => fresh({ auth0_client_id })));
    const answers = await Promise.all(bodies.map((json) => register(json)));
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([201, 409, 409, 409]);
    const refused = answers.findIndex(({ status }) => status === 409);
    expect(answers[refused]?.body).to.deep.include({
      code: "client_id_taken",
      context: { loc: ["body", "auth0_client_id"] },
    });
    const again = await register(await fresh({ slug: bodies[refused]?.slug }));
    expect(again.status, "its organization may be there already").to.equal(201);
  });

  it("409 for a client that was made for another organization", async () => {
    const client_metadata = { keystone_organization_id: "org_of_another" };
    const { client_id } = await world().local.createClient({ client_metadata });
    const before = await count();
    const { status, body } = await register(await fresh({ auth0_client_id: client_id }));
    expect({ status, code: body.code }).to.deep.equal({ status: 409, code: "client_id_taken" });
    expect(await count()).to.equal(before);
  });

  it("409 for an organization of that name which is not the platform's, and leaves it alone", async () => {
    const json = await fresh();
    const other = { name: json.slug, displayName: "Another", platformId: randomUUID() };
    await world().deps.directory.createOrganization(other);
    const { status, body } = await register(json);
    expect({ status, code: body.code }).to.deep.equal({ status: 409, code: "slug_taken" });
  });

  it("422 for a client that the issuer does not have", async () => {
    const before = await count();
    for (const auth0_client_id of [randomUUID(), "..", "a/b?c#d", "💣"]) {
      const { status, body } = await register(await fresh({ auth0_client_id }));
      expect(status).to.equal(422);
      expect(body.detail).to.deep.equal([
        { loc: ["body", "auth0_client_id"], msg: "The token issuer has no client of this id", type: "client_unknown" },
      ]);
    }
    expect(await count()).to.equal(before);
  });

  const WRONG: [string, Record<string, unknown>, string, string][] = [
    ["no name", { name: undefined }, "name", "missing"],
    ["an empty name", { name: "" }, "name", "string_too_short"],
    ["a long name", { name: "x".repeat(201) }, "name", "string_too_long"],
    ["a slug with capitals", { slug: "North" }, "slug", "string_pattern_mismatch"],
    ["a slug that begins with a dash", { slug: "-a" }, "slug", "string_pattern_mismatch"],
    ["a slug of 101", { slug: "x".repeat(101) }, "slug", "string_pattern_mismatch"],
    ["no client", { auth0_client_id: undefined }, "auth0_client_id", "missing"],
    ["a long client", { auth0_client_id: "x".repeat(256) }, "auth0_client_id", "string_too_long"],
    ["another field", { status: "active" }, "status", "extra_forbidden"],
  ];
  for (const [name, changes, field, type] of WRONG) {
    it(`422 for ${name}`, async () => {
      const { status, body } = await register(await fresh(changes));
      expect(status).to.equal(422);
      expect(body.detail).to.have.length(1);
      expect(body.detail[0]).to.deep.include({ loc: ["body", field], type });
    });
  }
});
