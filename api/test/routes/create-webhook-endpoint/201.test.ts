import { expect } from "chai";
import { sql } from "kysely";
import { createTenant } from "../../support/tenants.ts";
import { createEndpoint, WEBHOOKS } from "../../support/webhooks.ts";
import { useWorld } from "../../support/world.ts";

describe("POST /v1/platforms/me/webhooks 201", () => {
  const world = useWorld();

  it("stores an endpoint and shows its secret once", async () => {
    const tenant = await createTenant(world());
    const made = await createEndpoint(world(), tenant);
    expect(made).to.deep.include({
      environment_id: tenant.environmentId,
      url: "https://hooks.example.com/keystone",
      description: null,
      events: ["*"],
      is_active: true,
      disabled_reason: null,
      previous_secret_valid_until: null,
    });
    expect(made.secret).to.match(/^whsec_/);
    expect(Buffer.from(made.secret.slice(6), "base64")).to.have.length(32);
    const { secret, ...shown } = made;
    const { body } = await world().call("GET", `${WEBHOOKS}/${made.id}`, { token: tenant.token });
    expect(body).to.deep.equal(shown);
  });

  it("takes a description, patterns under either name, each once, and a secret", async () => {
    const tenant = await createTenant(world());
    const events = ["settlement.state.*", "settlement.*", "instruction.matched", "*", "*"];
    const secret = "a plain secret of 24 signs";
    for (const field of ["events", "event_types"]) {
      const made = await createEndpoint(world(), tenant, { description: "Desk", [field]: events, secret });
      expect(made).to.deep.include({ description: "Desk", events: events.slice(0, 4), secret });
    }
  });

  it("keeps the secret sealed: in no row, in no line of the log", async () => {
    const tenant = await createTenant(world());
    const secret = "the-secret-that-nobody-else-may-see";
    const { id } = await createEndpoint(world(), tenant, { secret, url: "https://hooks.example.com/?token=of-theirs" });
    const { rows } = await sql<{ text: string }>`
      SELECT (SELECT jsonb_agg(to_jsonb(s) - 'nonce')::text || encode(string_agg(ciphertext, ''), 'escape')
        FROM keystone.webhook_secret s WHERE endpoint_id = ${id}::uuid)
        || (SELECT jsonb_agg(to_jsonb(e))::text FROM keystone.webhook_endpoint e WHERE id = ${id}::uuid)
        || (SELECT jsonb_agg(to_jsonb(a))::text FROM keystone.activity_log a WHERE resource_id = ${id}) AS text`.execute(
      world().db,
    );
    expect(rows[0]?.text).to.be.a("string").and.include(id);
    expect(rows[0]?.text).to.not.include(secret);
    const logged = world().logged.join("\n");
    expect(logged).to.not.include(secret);
    const activity = await world()
      .db.selectFrom("keystone.activity_log")
      .select(["type", "category", "actor_id", "status_code", "detail"])
      .where("resource_id", "=", id)
      .execute();
    expect(activity).to.deep.equal([
      {
        type: "webhook.endpoint_created",
        category: "webhook",
        actor_id: tenant.clientId,
        status_code: 201,
        detail: { host: "hooks.example.com", events: ["*"] },
      },
    ]);
  });
});
