import { simulate } from "../chains/simulate.ts";
import { type Attempt, storeAttempt, type Transaction } from "./attempts.ts";
import { broadcast } from "./broadcast.ts";
import { estimateFees, raise } from "./fees.ts";
import type { Lane, Seen } from "./lane.ts";
import { named, shown } from "./rows.ts";
import type { Pipeline } from "./types.ts";

/** `waited`: seconds since it was last sent, by the database's clock; null when it never was, in its present bytes. */
export type Waiting = Transaction & { waited: number | null };

/**
 * Does for one unmined transaction what is due: other bytes where these will not do, else its newest bytes once more. Only the lowest nonce of a
 * key can be late by itself, those above wait for it.
 */
export async function push(
  pipeline: Pipeline,
  lane: Lane,
  row: Waiting,
  attempts: readonly [Attempt, ...Attempt[]],
  seen: Seen,
  /** Whether other bytes may be signed: there is a new block, and the chain is not paused. */
  building: boolean,
): Promise<void> {
  const [newest] = attempts;
  const purpose = building ? await nextPurpose(pipeline, lane, row, attempts, seen) : null;
  if (purpose !== null) {
    const replaced = await replace(pipeline, lane, row, newest, purpose, seen);
    if (replaced !== null) return broadcast(pipeline, lane, { ...row, ...shown(replaced) }, replaced);
  }
  // One that has failed is not sent again: only what takes its nonce.
  if (row.status === "failed" && newest.purpose !== "cancellation") return;
  if (isDue(pipeline, row)) await broadcast(pipeline, lane, row, newest);
}

/** What kind of bytes is due next; null while those that are stored will do. */
async function nextPurpose(
  { settings }: Pipeline,
  lane: Lane,
  row: Waiting,
  attempts: readonly [Attempt, ...Attempt[]],
  seen: Seen,
): Promise<"replacement" | "cancellation" | null> {
  const [newest] = attempts;
  const first = attempts.at(-1) ?? newest;
  const cancelling = newest.purpose === "cancellation";
  // Its effect has another transaction by now, and its nonce is open again.
  if (row.status === "failed" && !cancelling) return "cancellation";
  // Nothing is late that was never sent.
  if (row.broadcast_at === null) return null;
  const lowest = Number(row.nonce) === seen.mined;
  const old = lowest && seen.number - first.head_number >= BigInt(settings.cancelAfterBlocks);
  if (old && !cancelling && row.kind !== "noop" && (await isMoot(lane, row))) return "cancellation";
  const late = lowest && seen.number - newest.head_number >= BigInt(settings.replaceAfterBlocks);
  const cheap = lane.underpriced.has(newest.hash) || BigInt(newest.max_fee_per_gas) < seen.baseFee;
  if (!late && !cheap) return null;
  return cancelling ? "cancellation" : "replacement";
}

/** Whether the call would now be refused, or change nothing. Of what a node cannot tell, nothing follows. */
async function isMoot({ chain }: Lane, row: Waiting): Promise<boolean> {
  const call = { from: row.signer, to: row.to_address, data: row.data, value: BigInt(row.value) };
  const simulation = await simulate(chain, call, row.probes, BigInt(row.gas_limit));
  return simulation.ok ? !simulation.changed : simulation.refused;
}

async function replace(
  pipeline: Pipeline,
  lane: Lane,
  row: Waiting,
  newest: Attempt,
  purpose: "replacement" | "cancellation",
  seen: Seen,
): Promise<Attempt | null> {
  const { chainId } = lane.chain;
  const cap = pipeline.settings.feeCaps.get(chainId) ?? 0n;
  const old = {
    maxFeePerGas: BigInt(newest.max_fee_per_gas),
    maxPriorityFeePerGas: BigInt(newest.max_priority_fee_per_gas),
  };
  const cancels = purpose === "cancellation" && newest.purpose !== "cancellation";
  const outbid = lane.underpriced.get(newest.hash) === "replacement_underpriced";
  const against = outbid ? "unknown" : cancels ? "ours" : "market";
  const raised = raise(old, await estimateFees(lane.chain), cap, against);
  const log = pipeline.log.child(named(lane, row));
  if ("wait" in raised) {
    lane.waitsFor.set(row.id, raised.wait);
    if (raised.wait === "cap" && lane.tellOnce(`cap ${row.id}`)) {
      log.error({ cap: cap.toString() }, "a transaction is stuck at the cap on fees");
    }
    return null;
  }
  lane.waitsFor.delete(row.id);
  const stored = await storeAttempt(pipeline, lane, row, newest, { purpose, fees: raised.fees, head: seen.number });
  if (stored === null) return null;
  pipeline.countAttempt({ chain_id: chainId, purpose });
  const fees = { maxFeePerGas: stored.max_fee_per_gas, by: stored.hash };
  log.warn(fees, purpose === "replacement" ? "replaced a transaction with higher fees" : "cancelling a transaction");
  return stored;
}

/** A queued one was never taken by a node: the process ended in between, or the node refused. */
function isDue({ settings }: Pipeline, { status, waited }: Waiting): boolean {
  if (waited === null) return true;
  return waited >= (status === "queued" ? Math.min(2, settings.rebroadcastSeconds) : settings.rebroadcastSeconds);
}
