import { hashParties, type TermsJson } from "@keystoneos/protocol";
import { type Hex, keccak256, toHex } from "viem";
import { AWAY, HOME } from "./deployment.ts";
import type { World } from "./world.ts";

const STATES = [
  ["INSTRUCTED", null],
  ["COMPLIANCE_CHECKING", "NONE"],
  ["COMPLIANCE_CLEARED", "COMPLIANCE_CLEARED"],
  ["AWAITING_DEPOSITS", "NONE"],
  ["EXECUTING_SWAP", "DEPOSITS_LOCKED"],
  ["FINALIZED", "RELEASED"],
] as const;
export type ForwardState = (typeof STATES)[number][0];

export const CALLER = "0x90f79bf6eb2c4f870365e785982e1f101e93b906";
export const hashOf = (text: string): Hex => keccak256(toHex(text));

/** How much further the second chain is than the first. */
export const AHEAD = 5_000;

/** The head of the coordinator's chain; the other one is far ahead of it. */
export async function setHeads({ db }: World, block: number, timestamp = Math.floor(Date.now() / 1000)): Promise<void> {
  for (const chainId of [HOME, AWAY]) {
    const head = {
      block_number: BigInt(chainId === HOME ? block : block + AHEAD),
      block_hash: hashOf(`head ${block}`),
      block_timestamp: BigInt(timestamp),
    };
    await db
      .insertInto("indexer.chain_head")
      .values({ chain_id: BigInt(chainId), ...head })
      .onConflict((conflict) => conflict.column("chain_id").doUpdateSet(head))
      .execute();
  }
}

/** Writes what the indexer would, had the settlement gone forward to this state, one transition per block from `block` on. */
export async function indexState(
  world: World,
  hash: Hex,
  state: ForwardState,
  block = 100,
  timestamp?: number,
): Promise<void> {
  const { db } = world;
  const last = STATES.findIndex(([name]) => name === state);
  await db.deleteFrom("indexer.settlement").where("settlement_hash", "=", hash).execute();
  await db.deleteFrom("indexer.transition").where("settlement_hash", "=", hash).execute();
  for (const [index, [name, gate]] of STATES.slice(0, last + 1).entries()) {
    await db
      .insertInto("indexer.transition")
      .values({
        chain_id: BigInt(HOME),
        settlement_hash: hash,
        sequence: index + 1,
        from_state: STATES[index - 1]?.[0] ?? null,
        to_state: name,
        gate,
        evidence_hash: index === 0 ? null : `0x${"0".repeat(64)}`,
        caller: CALLER,
        log_index: index,
        ...at(hash, block + index, timestamp),
      })
      .execute();
  }
  await db
    .insertInto("indexer.settlement")
    .values({
      chain_id: BigInt(HOME),
      settlement_hash: hash,
      ref: null,
      ruleset: null,
      terms: null,
      created: true,
      state,
      verdict: last >= 4 ? "execute" : "none",
      transition_count: last,
      ...at(hash, block + last, timestamp),
    })
    .execute();
}

function at(hash: Hex, block: number, timestamp = 1_790_000_000 + block) {
  return {
    block_number: BigInt(block),
    block_hash: hashOf(`block ${block}`),
    block_timestamp: BigInt(timestamp),
    tx_hash: hashOf(`${hash} ${block}`),
  };
}

/** A leg deposited at its escrow. */
export async function indexDeposit(
  { db }: World,
  hash: Hex,
  terms: TermsJson,
  legIndex: number,
  wallet: Hex,
  block = 110,
): Promise<void> {
  const leg = terms.legs[legIndex];
  if (leg === undefined) throw new Error(`no leg ${legIndex}`);
  const chain_id = BigInt(leg.chainId);
  const { block_timestamp, ...place } = at(`${hash}${legIndex}`, block);
  await db
    .insertInto("indexer.leg")
    .values({
      chain_id,
      settlement_hash: hash,
      leg_index: legIndex,
      status: "deposited",
      depositor: wallet.toLowerCase() as Hex,
      recipient: null,
      token: leg.token.toLowerCase() as Hex,
      amount: leg.amount,
      redirected_to: null,
      claimable_reason: null,
      deposit_tx_hash: place.tx_hash,
      release_tx_hash: null,
      block_number: place.block_number,
      block_hash: place.block_hash,
    })
    .execute();
  await db
    .insertInto("indexer.chain_event")
    .values({
      chain_id,
      ...place,
      block_hash: hashOf(`${hash} deposit ${legIndex}`),
      block_timestamp,
      log_index: 0,
      contract: "escrow",
      address: leg.escrow,
      event: "LegDeposited",
      settlement_hash: hash,
      args: "{}",
    })
    .execute();
}

/** An attester's statement with one status for all parties. */
export async function indexAttestation(
  { db }: World,
  hash: Hex,
  terms: TermsJson,
  status: number,
  sequence = 1,
): Promise<void> {
  const { block_timestamp: _, ...place } = at(hash, 102);
  await db
    .insertInto("indexer.attestation")
    .values({
      chain_id: BigInt(HOME),
      settlement_hash: hash,
      attester: (terms.attesters[0] as string).toLowerCase() as Hex,
      parties_hash: hashParties(terms.parties),
      sequence: String(sequence),
      kind: "attested",
      statuses: terms.parties.map(() => status).join(","),
      valid_until: BigInt(terms.settleDeadline),
      ...place,
    })
    .execute();
}
