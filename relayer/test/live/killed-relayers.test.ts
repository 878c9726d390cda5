import { chmod, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, openSecret, type Row, type Store, secretKeyring } from "@keystoneos/store";
import { expect } from "chai";
import { sql } from "kysely";
import { runDemo } from "../../../devnet/src/demo/run.ts";
import { scenarios } from "../../../devnet/src/demo/scenarios/index.ts";
import { loadSecrets } from "../../../devnet/src/world/secrets.ts";
import { startWorld, type World } from "../../../devnet/src/world.ts";
import { type Chaos, startChaos } from "../support/chaos.ts";

describe("relayers with one key, killed again and again", function () {
  this.timeout(240_000);
  let directory: string;
  let world: World;
  let db: Store;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "keystone-relayers-"));
    // As root Postgres runs under another account, which has to reach its files.
    await chmod(directory, 0o755);
    world = await startWorld({ dir: directory, ports: "free" });
    db = connect({ databaseUrl: world.databaseUrl });
  });
  after(async () => {
    await db?.destroy();
    await world?.stop();
    await rm(directory, { recursive: true, force: true });
  });

  it("settle a trade on two chains with each transaction once, and keep and tell no secret", async () => {
    await keepSealedSecrets(db);
    // The world's own relayer would spare the others the work.
    await world.kill("relayer");
    const chaos: Chaos = await startChaos(world, 2);
    const crossChain = scenarios.filter((scenario) => scenario.name === "cross-chain");
    const { problems, report } = await runDemo(world, { scenarios: crossChain });
    const kills = await chaos.stop();
    expect(problems).to.deep.equal([]);
    expect(report.settlements.map((settlement) => settlement.actual)).to.deep.equal(["FINALIZED"]);
    expect(kills, "nothing was killed").to.be.greaterThan(2);

    await world.start("relayer");
    await closed(db);
    const rows = await db.selectFrom("keystone.chain_transaction").selectAll().orderBy("nonce").execute();
    const succeeded = rows.filter((row) => row.status !== "failed");
    const effects = succeeded.map((row) => [row.chain_id, row.kind, row.subject].join(":"));
    expect(new Set(effects).size, effects.join(" ")).to.equal(effects.length);
    for (const { chainId } of world.chains) {
      const nonces = rows.filter((row) => Number(row.chain_id) === chainId).map((row) => Number(row.nonce));
      expect(nonces).to.deep.equal(nonces.map((_, index) => (nonces[0] ?? 0) + index));
    }
    const attempts = await db.selectFrom("keystone.transaction_attempt").select(["hash", "raw"]).execute();
    expect(attempts.map(({ hash }) => hash)).to.include.members(rows.map(({ hash }) => hash));
    const leases = await db.selectFrom("keystone.signer_lease").select("fence").execute();
    expect(
      leases.every(({ fence }) => fence > 1n),
      "every key had several holders",
    ).to.equal(true);
    expect(rows.map((row) => row.kind)).to.include.members(["create", "reveal", "dispatch", "notify_released"]);

    // The attester's key never left AWS KMS; which of the two gas signers sends what is a matter of who is alive.
    expect(chaos.asked()).to.include.members(["GetPublicKey", "Sign", "eth_accounts"]);

    // The registry took the attester's signature from the gas key's transaction.
    const statements = await db.selectFrom("indexer.attestation").select(["attester", "statuses"]).execute();
    expect(statements).to.deep.equal([
      { attester: world.deployment.templates.attesters[0]?.toLowerCase(), statuses: "1,1,1,1" },
    ]);

    expect(await db.selectFrom("keystone.commitment_secret").selectAll().execute()).to.deep.equal([]);
    const logs = [await readFile(join(directory, "logs", "relayer.log"), "utf8"), ...chaos.logs].join("\n");
    const { secretsKey } = loadSecrets(join(directory, "secrets.json"));
    const sealed = await sql<Row<"commitment_secret">>`SELECT * FROM public.seen_secret`.execute(db);
    expect(sealed.rows).to.have.length(4);
    const opened = sealed.rows.map((row) => {
      const owner = { settlementId: row.settlement_id, partyId: row.party_id, kind: row.kind };
      return openSecret(secretKeyring("local", secretsKey), owner, row);
    });
    const secrets = [secretsKey, ...opened, ...chaos.secrets, ...attempts.map(({ raw }) => raw)];
    expect(secrets.filter((secret) => logs.includes(secret.replace(/^0x/, "")))).to.deep.equal([]);
  });
});

/** They are deleted in the end; the test has to know what nobody may have told. */
async function keepSealedSecrets(db: Store): Promise<void> {
  await sql`CREATE TABLE public.seen_secret (LIKE keystone.commitment_secret)`.execute(db);
  await sql`CREATE FUNCTION public.see_secret() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN INSERT INTO public.seen_secret SELECT NEW.*; RETURN NEW; END $$`.execute(db);
  await sql`CREATE TRIGGER see_secret BEFORE INSERT ON keystone.commitment_secret
    FOR EACH ROW EXECUTE FUNCTION public.see_secret()`.execute(db);
}

/** Resolves when the relayers have nothing left to do. */
async function closed(db: Store): Promise<void> {
  for (;;) {
    const open = await db.selectFrom("keystone.intent").select("id").where("status", "=", "open").execute();
    if (open.length === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
