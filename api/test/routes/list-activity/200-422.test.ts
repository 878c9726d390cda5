import { randomUUID } from "node:crypto";
import type { NewRow } from "@keystoneos/store";
import { expect } from "chai";
import { managerToken } from "../../support/members.ts";
import { addEnvironment, createTenant, type Tenant } from "../../support/tenants.ts";
import { useWorld } from "../../support/world.ts";

const PATH = "/v1/activity";

describe("GET /v1/activity", () => {
  const world = useWorld();
  let tenant: Tenant;
  let other: Tenant;
  let second: string;
  let token: string;
  before(async () => {
    [tenant, other] = [await createTenant(world()), await createTenant(world())];
    second = (await addEnvironment(world(), tenant.platformId)).environmentId;
    token = await managerToken(world(), tenant, { permissions: ["platform:read"] });
    const row = (name: string, at: string, more: Partial<NewRow<"activity_log">> = {}): NewRow<"activity_log"> => ({
      platform_id: tenant.platformId,
      environment_id: tenant.environmentId,
      type: "instruction.created",
      category: "instruction",
      description: name,
      actor_type: "m2m",
      actor_id: "client_a",
      resource_type: "instruction",
      resource_id: `id-${name}`,
      method: "POST",
      path: "/v1/instructions",
      status_code: 201,
      ip_address: "192.0.2.1",
      user_agent: "curl",
      request_id: "r",
      duration_ms: 3,
      detail: JSON.stringify({ a: 1 }),
      created_at: at,
      ...more,
    });
    await world()
      .db.insertInto("keystone.activity_log")
      .values([
        row("first", "2026-04-01T00:00:00Z"),
        row("100% sure_thing", "2026-04-01T23:59:59.999Z", { type: "settlement.created", category: "settlement" }),
        row("third", "2026-04-02T00:00:00Z", { environment_id: second, actor_id: "client_B", resource_id: null }),
        row("fourth", "2026-04-03T12:00:00Z", {
          environment_id: null,
          type: "platform.updated",
          category: "platform",
          resource_type: "platform",
          actor_type: "user",
          actor_id: "user|grace",
          severity: "warning",
        }),
        row("elsewhere", "2026-04-02T00:00:00Z", {
          platform_id: other.platformId,
          environment_id: other.environmentId,
        }),
      ])
      .execute();
  });

  const read = async (query: string, by = token) => (await world().call("GET", `${PATH}${query}`, { token: by })).body;
  const told = async (query: string, by = token): Promise<string[]> =>
    (await read(query, by)).items.map(({ description }: { description: string }) => description);
  const ALL = ["fourth", "third", "100% sure_thing", "first"];

  it("shows users their whole platform, newest first, and nothing of others", async () => {
    expect(await told("")).to.deep.equal(ALL);
    const { items, total } = await read("");
    expect(total).to.equal(4);
    expect(items[3]).to.deep.equal({
      id: items[3].id,
      type: "instruction.created",
      category: "instruction",
      severity: "info",
      description: "first",
      actor_type: "m2m",
      actor_id: "client_a",
      resource_type: "instruction",
      resource_id: "id-first",
      method: "POST",
      path: "/v1/instructions",
      status_code: 201,
      ip_address: "192.0.2.1",
      user_agent: "curl",
      duration_ms: 3,
      detail: { a: 1 },
      created_at: "2026-04-01T00:00:00Z",
    });
    expect((await world().call("GET", `${PATH}/${items[3].id}`, { token })).body).to.deep.equal(items[3]);
  });

  it("shows machines their environment", async () => {
    expect(await told("", tenant.token)).to.deep.equal(["100% sure_thing", "first"]);
    expect(await told(`?environment_id=${second}`, tenant.token)).to.deep.equal([]);
    const { items } = await read("");
    const [fourth, third, , first] = items;
    for (const { id } of [fourth, third]) {
      expect((await world().call("GET", `${PATH}/${id}`, { token: tenant.token })).status).to.equal(404);
    }
    expect((await world().call("GET", `${PATH}/${first.id}`, { token: tenant.token })).status).to.equal(200);
    for (const id of [first.id, randomUUID(), "x"]) {
      const { status, body } = await world().call("GET", `${PATH}/${id}`, { token: other.token });
      expect({ status, detail: body.detail }).to.deep.equal({ status: 404, detail: "Activity not found" });
    }
  });

  const FILTERS: [string, string, string[]][] = [
    ["a type", "type=settlement.created", ["100% sure_thing"]],
    ["a category", "category=platform", ["fourth"]],
    ["a kind of resource", "resource_type=platform", ["fourth"]],
    ["a resource", "resource_id=id-first", ["first"]],
    ["a day, with all its hours", "date_from=2026-04-01&date_to=2026-04-01", ["100% sure_thing", "first"]],
    ["days up to one", "date_to=2026-04-02", ["third", "100% sure_thing", "first"]],
    [
      "times, both inclusive",
      "date_from=2026-04-01T23:59:59.999Z&date_to=2026-04-02T00:00:00Z",
      ["third", "100% sure_thing"],
    ],
    ["times with an offset", "date_from=2026-04-02T02:00:00%2B02:00", ["fourth", "third"]],
    ["a word of the description in whatever case", "search=SURE", ["100% sure_thing"]],
    ["a part of the type", "search=platform.up", ["fourth"]],
    ["a part of the actor", "search=client_b", ["third"]],
    ["a part of the resource", "search=d-fir", ["first"]],
    ["a percent sign as what it is", "search=%25", ["100% sure_thing"]],
    ["an underscore as what it is", "search=e_t", ["100% sure_thing"]],
    ["a backslash as what it is", "search=%5C", []],
    ["a quote as what it is", "search=%27%20OR%201%3D1", []],
    ["several at once", "category=instruction&date_from=2026-04-02&search=third", ["third"]],
  ];
  for (const [name, query, expected] of FILTERS) {
    it(`filters by ${name}`, async () => {
      expect(await told(`?${query}`)).to.deep.equal(expected);
      expect((await read(`?${query}`)).total).to.equal(expected.length);
    });
  }

  it("filters by environment", async () => {
    expect(await told(`?environment_id=${second}`)).to.deep.equal(["third"]);
    expect(await told(`?environment_id=${second.toUpperCase()}`)).to.deep.equal(["third"]);
    expect(await told(`?environment_id=${other.environmentId}`)).to.deep.equal([]);
  });

  it("pages by offset and by cursor", async () => {
    expect(await told("?offset=1&limit=2")).to.deep.equal(ALL.slice(1, 3));
    const first = await read("?limit=3");
    expect(await told(`?limit=3&cursor=${first.next_cursor}`)).to.deep.equal(ALL.slice(3));
  });

  for (const [name, query, field, type] of [
    ["an environment that is none", "environment_id=me", "environment_id", "string_pattern_mismatch"],
    ["a category that is none", "category=money", "category", "enum"],
    ["a day that there is not", "date_from=2026-02-30", "date_from", "datetime_parsing"],
    ["a time without an offset", "date_to=2026-04-01T00:00:00", "date_to", "datetime_parsing"],
    ["an empty search", "search=", "search", "string_too_short"],
    ["a long search", `search=${"x".repeat(201)}`, "search", "string_too_long"],
    ["a NUL", "search=%00", "search", "string_unicode"],
    ["a filter that there is not", "severity=info", "severity", "extra_forbidden"],
  ] as const) {
    it(`422 for ${name}`, async () => {
      const { status, body } = await world().call("GET", `${PATH}?${query}`, { token });
      expect(status).to.equal(422);
      expect(body.detail[0]).to.deep.include({ loc: ["query", field], type });
    });
  }
});
