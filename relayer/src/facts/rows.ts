import type { StoreTransaction } from "@keystoneos/store";
import type { Address, Hex } from "viem";

export type Rows = Awaited<ReturnType<typeof readRows>>;
export type IntentRow = Rows["intents"][number];

/** Everything the facts of some intents are made of, a handful of queries however many there are. */
export async function readRows(trx: StoreTransaction, intentIds: readonly string[], attester: Address) {
  const intents = await trx
    .selectFrom("keystone.intent as i")
    .innerJoin("keystone.settlement as s", "s.id", "i.settlement_id")
    .innerJoin("keystone.template as t", "t.id", "s.template_id")
    .select(["i.id as intent_id", "s.id as settlement_id", "s.settlement_hash", "s.terms", "t.config"])
    .select("i.traceparent")
    .where("i.id", "in", intentIds)
    .where("i.status", "=", "open")
    .orderBy("i.created_at")
    .execute();
  const ids = nonEmpty(
    intents.map((intent) => intent.settlement_id),
    "00000000-0000-0000-0000-000000000000",
  );
  const hashes = nonEmpty<Hex>(
    intents.map((intent) => intent.settlement_hash),
    "0x",
  );
  return { intents, ...(await readPlatform(trx, ids, attester)), ...(await readChains(trx, hashes)) };
}

async function readPlatform(trx: StoreTransaction, ids: string[], attester: Address) {
  const parties = await trx
    .selectFrom("keystone.party as p")
    .innerJoin("keystone.platform as f", "f.id", "p.platform_id")
    .selectAll("p")
    .select("f.slug as platform_slug")
    .where("p.settlement_id", "in", ids)
    .orderBy("p.position")
    .execute();
  return {
    parties,
    secrets: await trx.selectFrom("keystone.commitment_secret").selectAll().where("settlement_id", "in", ids).execute(),
    checks: await trx.selectFrom("keystone.compliance_check").selectAll().where("settlement_id", "in", ids).execute(),
    signed: await trx
      .selectFrom("keystone.attestation")
      .select(["settlement_id", "sequence", "statuses"])
      .where("settlement_id", "in", ids)
      .where("attester", "=", attester.toLowerCase() as Address)
      .orderBy("sequence")
      .execute(),
    transactions: await trx
      .selectFrom("keystone.chain_transaction")
      .select(["settlement_id", "chain_id", "kind", "subject", "status", "block_number", "created_at"])
      .where("settlement_id", "in", ids)
      .execute(),
  };
}

async function readChains(trx: StoreTransaction, hashes: Hex[]) {
  return {
    heads: await trx.selectFrom("indexer.chain_head").selectAll().execute(),
    settlements: await trx
      .selectFrom("indexer.settlement")
      .selectAll()
      .where("settlement_hash", "in", hashes)
      .execute(),
    escrows: await trx
      .selectFrom("indexer.settlement_chain")
      .selectAll()
      .where("settlement_hash", "in", hashes)
      .execute(),
    legs: await trx.selectFrom("indexer.leg").selectAll().where("settlement_hash", "in", hashes).execute(),
    revealed: await trx
      .selectFrom("indexer.revealed_wallet")
      .selectAll()
      .where("settlement_hash", "in", hashes)
      .execute(),
    statements: await trx
      .selectFrom("indexer.attestation")
      .selectAll()
      .where("settlement_hash", "in", hashes)
      .execute(),
    messages: await trx
      .selectFrom("indexer.message as m")
      .leftJoin("indexer.chain_event as e", (join) =>
        join
          .onRef("e.chain_id", "=", "m.source_chain_id")
          .onRef("e.tx_hash", "=", "m.sent_tx_hash")
          .onRef("e.settlement_hash", "=", "m.settlement_hash")
          .on("e.event", "=", "MessageSent"),
      )
      .select([
        "m.guid",
        "m.settlement_hash",
        "m.kind",
        "m.source_chain_id",
        "m.target_chain_id",
        "m.sent_tx_hash",
        "m.received_tx_hash",
        "m.ignored_reason",
        "e.block_timestamp as sent_at",
      ])
      .distinctOn("m.guid")
      .orderBy("m.guid")
      .where("m.settlement_hash", "in", hashes)
      .execute(),
  };
}

/** SQL knows no empty IN list. */
function nonEmpty<T>(values: T[], nobody: T): T[] {
  return values.length > 0 ? values : [nobody];
}
