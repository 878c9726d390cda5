import type { StoreTransaction } from "@keystoneos/store";
import { type Address, type Hex, zeroHash } from "viem";

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
  const openings = intents.map((intent) => intent.terms.parent).filter((parent) => parent !== zeroHash);
  return { intents, ...(await readPlatform(trx, ids, attester)), ...(await readChains(trx, hashes, openings)) };
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
    checks: await trx
      .selectFrom("keystone.compliance_check as c")
      .innerJoin("keystone.party as p", "p.id", "c.party_id")
      .selectAll("c")
      .where("c.settlement_id", "in", ids)
      .orderBy("p.position")
      .orderBy("c.check_type")
      .orderBy("c.provider")
      .execute(),
    rounds: await trx
      .selectFrom("keystone.screening_round")
      .select(["settlement_id", "round", "cause"])
      .where("settlement_id", "in", ids)
      .orderBy("round")
      .execute(),
    signed: await trx
      .selectFrom("keystone.attestation")
      .select(["settlement_id", "sequence", "statuses", "valid_until", "round"])
      .where("settlement_id", "in", ids)
      .where("attester", "=", attester.toLowerCase() as Address)
      .orderBy("sequence")
      .execute(),
    interventions: await trx
      .selectFrom("keystone.intent")
      .select(["id", "settlement_id", "target_state", "evidence_hash", "status", "created_at"])
      .where("settlement_id", "in", ids)
      .where("kind", "<>", "settle")
      .orderBy("created_at")
      .execute(),
    transactions: await trx
      .selectFrom("keystone.chain_transaction")
      .select(["settlement_id", "chain_id", "kind", "subject", "status", "block_number", "created_at"])
      .where("settlement_id", "in", ids)
      .execute(),
  };
}

async function readChains(trx: StoreTransaction, hashes: Hex[], openings: Hex[]) {
  return {
    heads: await trx.selectFrom("indexer.chain_head").selectAll().execute(),
    settlements: await trx
      .selectFrom("indexer.settlement")
      .selectAll()
      .where("settlement_hash", "in", [...hashes, ...openings])
      .execute(),
    transitions: await trx
      .selectFrom("indexer.transition")
      .select(["chain_id", "settlement_hash", "to_state", "block_number"])
      .where("settlement_hash", "in", hashes)
      .orderBy("sequence")
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
