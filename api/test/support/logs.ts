import type { Hex } from "viem";
import { HOME } from "./deployment.ts";
import { CALLER, hashOf } from "./facts.ts";
import type { World } from "./world.ts";

/** Where a log stands. Blocks of another fork have other hashes. */
export interface Place {
  block: number;
  logIndex?: number;
  fork?: string;
  chainId?: number;
}

export function blockHash({ block, fork = "", chainId = HOME }: Place): Hex {
  return hashOf(`${fork} block ${block} of ${chainId}`);
}

const columns = (place: Place) => ({
  chain_id: BigInt(place.chainId ?? HOME),
  block_number: BigInt(place.block),
  block_hash: blockHash(place),
  block_timestamp: BigInt(1_790_000_000 + place.block),
  tx_hash: hashOf(`transaction ${place.block} ${place.logIndex ?? 0}`),
  log_index: place.logIndex ?? 0,
});

/** A log as the indexer writes it. */
export async function indexLog(
  { db }: World,
  hash: Hex,
  contract: "coordinator" | "escrow",
  event: string,
  args: Record<string, unknown>,
  place: Place,
): Promise<void> {
  await db
    .insertInto("indexer.chain_event")
    .values({
      ...columns(place),
      contract,
      address: CALLER,
      event,
      settlement_hash: hash,
      args: JSON.stringify(args),
    })
    .execute();
}

/** A transition of the coordinator: its log, and its row. */
export async function indexStep(
  world: World,
  hash: Hex,
  sequence: number,
  [from, to]: [from: string, to: string],
  place: Place,
): Promise<void> {
  await indexLog(world, hash, "coordinator", "StateTransition", {}, place);
  await world.db
    .insertInto("indexer.transition")
    .values({
      ...columns(place),
      settlement_hash: hash,
      sequence,
      from_state: from,
      to_state: to,
      gate: "NONE",
      evidence_hash: null,
      caller: CALLER,
    })
    .execute();
}

/** Takes back what the indexer has written from this block on, as a reorg does. */
export async function takeBack({ db }: World, block: number): Promise<void> {
  for (const view of ["indexer.chain_event", "indexer.transition"] as const) {
    await db.deleteFrom(view).where("block_number", ">=", BigInt(block)).execute();
  }
}
