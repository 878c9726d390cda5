import { randomUUID } from "node:crypto";
import { expect } from "chai";
import { sql } from "kysely";
import { activityOf } from "../../support/activity.ts";
import type { Answer } from "../../support/client.ts";
import { meet, meetAt } from "../../support/hold.ts";
import { sellOpen } from "../../support/instructions.ts";
import { managerToken } from "../../support/members.ts";
import { createSession } from "../../support/sessions.ts";
import { addEnvironment, createTenant, createToken, type Tenant } from "../../support/tenants.ts";
import { useWorld } from "../../support/world.ts";

describe("DELETE /v1/platforms/me/environments/{env_id}", () => {
  const world = useWorld();
  let tenant: Tenant;
  let token: string;
  let path: string;
  beforeEach(async () => {
    tenant = await createTenant(world());
    token = await managerToken(world(), tenant);
    path = `/v1/platforms/me/environments/${tenant.environmentId}`;
  });

  const deactivate = () => world().call("DELETE", path, { token });
  const submit = (json = sellOpen()) => world().call("POST", "/v1/instructions", { token: tenant.token, json });

  it("200 refuses its tokens and sessions from then on, keeps its data, and PATCH lets them in again", async () => {
    const made = (await submit()).body;
    const session = await createSession(world(), tenant, { scopes: ["settlements:read"] });
    const { status, body } = await deactivate();
    expect(status).to.equal(200);
    expect(body).to.include({ id: tenant.environmentId, is_active: false });
    for (const by of [tenant.token, session.token]) {
      const refused = await world().call("GET", "/v1/instructions", { token: by });
      expect({ status: refused.status, code: refused.body.code }).to.deep.equal({
        status: 403,
        code: "environment_inactive",
      });
    }
    const headers = { "x-keystone-environment": tenant.environmentSlug };
    const read = await world().call("GET", `/v1/instructions/${made.id}`, { token, headers });
    expect(read.body.id).to.equal(made.id);
    expect((await world().call("PATCH", path, { token, json: { is_active: true } })).body.is_active).to.equal(true);
    expect((await submit()).status).to.equal(201);
    const rows = await activityOf(world(), tenant.environmentId);
    expect(rows.map(({ type }) => type)).to.deep.equal(["environment.deactivated", "environment.reactivated"]);
  });

  it("200 again, and logged once, however many ask at once", async () => {
    const row = sql`SELECT FROM keystone.environment WHERE id = ${tenant.environmentId} FOR NO KEY UPDATE`;
    const answers = await meetAt(world(), row, () => [deactivate(), deactivate(), deactivate()], 3);
    answers.push(await deactivate());
    expect(answers.map(({ status, body }) => [status, body.is_active])).to.deep.equal(Array(4).fill([200, false]));
    expect(await activityOf(world(), tenant.environmentId)).to.have.length(1);
  });

  it("does not wait for a request that began before, which ends as it would have, and none is let in after it", async () => {
    const trade_reference = `held-${randomUUID()}`;
    let deactivated: Answer | undefined;
    let after: Answer | undefined;
    const [running] = await meet(
      world(),
      trade_reference,
      () => [submit(sellOpen({ trade_reference }))],
      1,
      async () => {
        deactivated = await deactivate();
        after = await submit();
      },
    );
    expect(deactivated?.status).to.equal(200);
    expect(after?.body.code).to.equal("environment_inactive");
    expect(running?.status).to.equal(201);
    const other = await createTenant(world());
    const json = sellOpen({ trade_reference });
    const answer = await world().call("POST", "/v1/instructions", { token: other.token, json });
    expect(answer.body.status, "an inactive environment's instructions are as if there were none").to.equal(
      "pending_match",
    );
  });

  it("lets a machine deactivate its own environment, and one of another environment reactivate it", async () => {
    const scope = "platform:environments:manage";
    const own = await createToken(world(), { clientId: tenant.clientId, scope });
    expect((await world().call("DELETE", path, { token: own })).status).to.equal(200);
    const json = { is_active: true };
    expect((await world().call("PATCH", path, { token: own, json })).body.code).to.equal("environment_inactive");
    const { clientId } = await addEnvironment(world(), tenant.platformId);
    const other = await createToken(world(), { clientId, scope });
    expect((await world().call("PATCH", path, { token: other, json })).status).to.equal(200);
  });
});
