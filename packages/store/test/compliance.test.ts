import { randomUUID } from "node:crypto";
import { expect } from "chai";
import { sql } from "kysely";
import { type Store, sqlState } from "../src/index.ts";
import { databaseBefore, type OldDatabase } from "./old-database.ts";

describe("0005_compliance", function () {
  this.timeout(30_000);
  let old: OldDatabase;
  let db: Store;
  const settlement = randomUUID();
  const party = randomUUID();
  /** Another one, of which nothing was attested. */
  const begun = randomUUID();

  /** A database from before the migration, with a settlement whose screening is under way. */
  before(async () => {
    old = await databaseBefore("0005");
    db = old.db;
    const config = JSON.stringify({
      actions: { COMPLIANCE_CHECKING: { type: "compliance_check" }, FINALIZED: { type: "finalize" } },
    });
    await sql`
      WITH p AS (INSERT INTO keystone.platform (name, slug) VALUES ('A', 'a') RETURNING id),
        e AS (INSERT INTO keystone.environment (platform_id, name, slug, auth0_client_id) SELECT id, 'T', 't', 'c' FROM p RETURNING id, platform_id),
        t AS (INSERT INTO keystone.template (slug, version, name, config) VALUES ('t', 1, 'T', ${config}::jsonb) RETURNING id),
        s AS (INSERT INTO keystone.settlement (id, platform_id, environment_id, template_id, template_slug, settlement_type, fee_mode,
            settlement_hash, terms, timeout_at, deposit_deadline)
          SELECT one, e.platform_id, e.id, t.id, 't', 'single_platform', 'seller_pays', one, '{}', now(), now()
          FROM e, t, unnest(ARRAY[${settlement}, ${begun}]::uuid[]) AS one
          RETURNING id, platform_id, environment_id)
      INSERT INTO keystone.party (id, settlement_id, position, role, platform_id, environment_id, external_reference, wallet_address,
          entity_commitment, wallet_commitment, open)
        SELECT ${party}::uuid, s.id, 0, 'seller', s.platform_id, s.environment_id, 'r', '0x', '0x1', '0x2', false FROM s
        WHERE s.id = ${settlement}::uuid`.execute(db);
    await screenAsBefore("entity", "pass");
    await sql`INSERT INTO keystone.attestation (settlement_id, attester, sequence, statuses, reference_hashes, valid_until, signature)
      VALUES (${settlement}, '0x', 1, '{1}', '{}', now(), '0x')`.execute(db);
    await old.migrate();
  });
  after(() => old.drop());

  /** What the relayer of before does: it goes on until it is replaced. */
  const screenAsBefore = (type: string, status: string) =>
    sql`INSERT INTO keystone.compliance_check (settlement_id, party_id, check_type, provider, status)
      VALUES (${settlement}, ${party}, ${type}, 'list', ${status})
      ON CONFLICT (settlement_id, party_id, check_type, provider) DO UPDATE SET status = excluded.status
      WHERE compliance_check.status IN ('pending', 'error')`.execute(db);

  it("takes what was attested for the first round, and has screened anew what was not", async () => {
    const [check] = await db.selectFrom("keystone.compliance_check").select(["status", "round"]).execute();
    expect(check).to.deep.equal({ status: "pass", round: 1 });
    const [word] = await db.selectFrom("keystone.attestation").select("round").execute();
    expect(word?.round).to.equal(1);
    const rounds = await db
      .selectFrom("keystone.screening_round")
      .select(["settlement_id", "round", "cause"])
      .execute();
    expect(rounds).to.deep.equal([{ settlement_id: settlement, round: 1, cause: "COMPLIANCE_CHECKING" }]);
  });

  it("lets the version before it go on", async () => {
    await screenAsBefore("wallet", "error");
    await screenAsBefore("wallet", "pass");
    await screenAsBefore("entity", "fail");
    const rows = await db.selectFrom("keystone.compliance_check").select(["status", "round"]).execute();
    expect(rows).to.deep.equal([
      { status: "pass", round: 1 },
      { status: "pass", round: 1 },
    ]);
  });

  it("takes a circuit in no other state than the three", async () => {
    const config = { failure_threshold: 5, reset_timeout_seconds: 60, half_open_max_calls: 2 };
    const insert = db
      .insertInto("keystone.provider_health")
      .values({ name: "list", ...config, circuit_state: "ajar" as never })
      .execute();
    expect(sqlState(await insert.then(() => null).catch((error: unknown) => error))).to.equal("23514");
  });
});
