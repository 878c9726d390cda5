import { connect, migrate, type Store } from "@keystoneos/store";
import { expect } from "chai";
import { sql } from "kysely";
import { freshDatabase, type TestDatabase } from "../../../test/support/database.ts";
import { type Changes, type Cursor, readChanges } from "../../src/agenda/changes.ts";
import { storeAgreed } from "../support/agreed.ts";
import { A, B, guid, T0 } from "../support/facts.ts";
import { createViews, show } from "../support/views.ts";

describe("the changes that relayers look for", function () {
  this.timeout(30_000);
  let database: TestDatabase;
  let db: Store;
  let settlementId: string;
  let intentId: string;
  let partyIds: string[];

  beforeEach(async () => {
    database = await freshDatabase();
    await migrate({ databaseUrl: database.url });
    db = connect({ databaseUrl: database.url });
    await createViews(db);
    for (const chain_id of [A, B]) {
      await show(db, "chain_head", { chain_id: BigInt(chain_id), block_number: 100n, block_timestamp: BigInt(T0) });
    }
    ({ settlementId, intentId, partyIds } = await storeAgreed(db));
    // As if everything had been so for an hour.
    for (const table of ["intent", "compliance_check", "chain_transaction"]) {
      await sql`UPDATE keystone.${sql.id(table)} SET updated_at = now() - interval '1 hour'`.execute(db);
    }
  });
  afterEach(async () => {
    await db.destroy();
    await database.drop();
  });

  async function cursor(): Promise<Cursor> {
    return (await readChanges(db, { heads: new Map(), at: null, touched: new Set() })).cursor;
  }
  const ids = (changes: Changes) => [...changes.settlementIds];
  const head = (chainId: number, number: bigint) =>
    db
      .updateTable("indexer.chain_head" as never)
      .set({ block_number: number } as never)
      .where("chain_id" as never, "=", BigInt(chainId) as never)
      .execute();
  const event = (chainId: number, number: bigint, hash = guid(1)) =>
    show(db, "chain_event", { chain_id: BigInt(chainId), block_number: number, settlement_hash: hash });

  it("are none while nothing happens", async () => {
    const { reorged, settlementIds, settlementHashes } = await readChanges(db, await cursor());
    expect({ reorged, ids: [...settlementIds], hashes: [...settlementHashes] }).to.deep.equal({
      reorged: false,
      ids: [],
      hashes: [],
    });
  });

  const writes: Record<string, () => Promise<unknown>> = {
    "an intervention": () =>
      db
        .insertInto("keystone.intent")
        .values({ settlement_id: settlementId, kind: "retry", actor: "operator|1", reason: "Because" })
        .execute(),
    "a check": async () =>
      db
        .insertInto("keystone.compliance_check")
        .values({
          settlement_id: settlementId,
          party_id: partyIds[0] as string,
          check_type: "entity",
          provider: "p",
          status: "flagged",
        })
        .execute(),
    "a round": () =>
      db
        .insertInto("keystone.screening_round")
        .values({ settlement_id: settlementId, round: 1, cause: "renewal" })
        .execute(),
    "a statement": () =>
      db
        .insertInto("keystone.attestation")
        .values({
          settlement_id: settlementId,
          attester: `0x${"a".repeat(40)}`,
          sequence: 1n,
          statuses: [1],
          reference_hashes: [guid(1)],
          valid_until: new Date(),
          signature: "0x00",
        })
        .execute(),
    "a transaction": () =>
      db
        .insertInto("keystone.chain_transaction")
        .values({
          chain_id: BigInt(A),
          signer: `0x${"a".repeat(40)}`,
          nonce: 0n,
          intent_id: intentId,
          settlement_id: settlementId,
          kind: "create",
          to_address: `0x${"b".repeat(40)}`,
          data: "0x",
          gas_limit: 1n,
          max_fee_per_gas: 1n,
          max_priority_fee_per_gas: 1n,
          raw: "0x00",
          hash: guid(9),
        })
        .execute(),
  };
  for (const [what, write] of Object.entries(writes)) {
    it(`are ${what} of the platform's tables, whoever has written it`, async () => {
      const before = await cursor();
      await write();
      expect(ids(await readChanges(db, before))).to.deep.equal([settlementId]);
    });
  }

  it("are seen although their transaction ends after the next look", async () => {
    const before = await cursor();
    const held = await db.startTransaction().execute();
    await held.updateTable("keystone.intent").set({ updated_at: sql<Date>`now()` }).execute();
    const between = await readChanges(db, before);
    expect(ids(between)).to.deep.equal([]);
    await held.commit().execute();
    expect(ids(await readChanges(db, between.cursor))).to.deep.equal([settlementId]);
  });

  it("are told once, though looks overlap, and again when there are more", async () => {
    const touch = () => db.updateTable("keystone.intent").set({ updated_at: sql<Date>`now()` }).execute();
    const before = await cursor();
    await touch();
    const first = await readChanges(db, before);
    expect(ids(first)).to.deep.equal([settlementId]);
    const second = await readChanges(db, first.cursor);
    expect(ids(second)).to.deep.equal([]);
    await touch();
    expect(ids(await readChanges(db, second.cursor))).to.deep.equal([settlementId]);
  });

  it("are the events of blocks since, and of a few before", async () => {
    const before = await cursor();
    await event(A, 101n, guid(1));
    await event(B, 98n, guid(2));
    await event(B, 97n, guid(3));
    await head(A, 101n);
    expect([...(await readChanges(db, before)).settlementHashes]).to.have.members([guid(1), guid(2)]);
  });

  it("are everything when a chain went back", async () => {
    const before = await cursor();
    await head(A, 101n);
    const forth = await readChanges(db, before);
    expect(forth.reorged).to.equal(false);
    await head(A, 100n);
    expect((await readChanges(db, forth.cursor)).reorged).to.equal(true);
  });
});
