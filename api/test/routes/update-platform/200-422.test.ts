import { expect } from "chai";
import { freePort } from "../../../../devnet/src/ports.ts";
import { createDirectory } from "../../../src/directory/auth0/adapter.ts";
import { activityOf } from "../../support/activity.ts";
import { managerToken } from "../../support/members.ts";
import { createTenant, type Tenant } from "../../support/tenants.ts";
import { useWorld } from "../../support/world.ts";

describe("PATCH /v1/platforms/me", () => {
  const world = useWorld();
  let tenant: Tenant;
  let token: string;
  beforeEach(async () => {
    tenant = await createTenant(world());
    token = await managerToken(world(), tenant, { userId: "user|grace" });
  });

  const change = (json: unknown) => world().call("PATCH", "/v1/platforms/me", { token, json });
  const read = async () => (await world().call("GET", "/v1/platforms/me", { token })).body;

  it("200 changes what is given and nothing else; null clears", async () => {
    const before = await read();
    const set = {
      logo_url: "https://cdn.example.com/logo.svg",
      support_email: "help@example.com",
      support_url: "http://help.example.com/",
    };
    const first = await change(set);
    expect(first.status).to.equal(200);
    expect(first.body).to.deep.equal({ ...before, ...set, updated_at: first.body.updated_at });
    expect(Date.parse(first.body.updated_at)).to.be.greaterThan(Date.parse(before.updated_at));
    const second = await change({ name: "Renamed", logo_url: null });
    expect(second.body).to.deep.include({ ...set, name: "Renamed", logo_url: null });
    expect(await read()).to.deep.equal(second.body);
  });

  it("200 renames without the directory, which may be away", async () => {
    const url = `http://127.0.0.1:${await freePort()}/`;
    const directory = createDirectory({ ...world().local.directoryOptions, url });
    const { call } = await world().serve({ directory });
    const { status, body } = await call("PATCH", "/v1/platforms/me", { token, json: { name: "Renamed" } });
    expect([status, body.name]).to.deep.equal([200, "Renamed"]);
  });

  it("logs which fields were changed, and nothing when none was given", async () => {
    await change({ support_email: "help@example.com", name: "B" });
    await change({});
    const rows = await activityOf(world(), tenant.platformId);
    expect(rows).to.have.length(1);
    expect(rows[0]).to.deep.include({
      type: "platform.updated",
      category: "platform",
      actor_type: "user",
      actor_id: "user|grace",
      environment_id: null,
      detail: { changed: ["name", "support_email"] },
    });
  });

  const WRONG: [string, Record<string, unknown>, string, string][] = [
    ["a logo by http", { logo_url: "http://cdn.example.com/logo.svg" }, "logo_url", "url_scheme"],
    ["a logo that is a script", { logo_url: "javascript:alert(1)" }, "logo_url", "url_scheme"],
    ["a support URL that is a script", { support_url: "javascript:alert(1)" }, "support_url", "url_parsing"],
    ["a support URL that is none", { support_url: "help" }, "support_url", "url_parsing"],
    ["an address without a domain", { support_email: "help" }, "support_email", "email"],
    ["no name", { name: null }, "name", "string_type"],
    ["an empty name", { name: "" }, "name", "string_too_short"],
    ["a slug", { slug: "other" }, "slug", "extra_forbidden"],
    ["a status", { status: "suspended" }, "status", "extra_forbidden"],
  ];
  for (const [name, json, field, type] of WRONG) {
    it(`422 for ${name}, and changes nothing`, async () => {
      const before = await read();
      const { status, body } = await change({ support_url: "https://good.example", ...json });
      expect(status).to.equal(422);
      expect(body.detail).to.have.length(1);
      expect(body.detail[0]).to.deep.include({ loc: ["body", field], type });
      expect(await read()).to.deep.equal(before);
    });
  }
});
