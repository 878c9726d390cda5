import { isPaused, isUniqueViolation } from "@keystoneos/store";
import { head as headOf } from "../chains/head.ts";
import { shortMessage } from "../chains/revert.ts";
import { ChainError, KeyError, SignerUnavailable } from "../errors.ts";
import { storeDraft } from "./attempts.ts";
import { overBudget, unfunded } from "./budget.ts";
import { capped, estimateFees } from "./fees.ts";
import { fencedBuilding, LeaseLostError, PausedError } from "./fence.ts";
import { estimate } from "./gas.ts";
import { type Lane, leads } from "./lane.ts";
import { type Counts, nextNonce, readCounts } from "./nonces.ts";
import { forgetRefusal, isDead, keepRefusal } from "./refusals.ts";
import type { Draft, Effect, Outcome, Pipeline } from "./types.ts";

/** Why an effect needs no draft now; null when it is to be drafted and submitted. Asks no node. */
export async function notNow(pipeline: Pipeline, effect: Effect): Promise<Outcome | null> {
  if (!pipeline.chains.has(effect.chainId)) throw new ChainError(`No node is configured for chain ${effect.chainId}`);
  if (!leads(pipeline, effect.chainId, effect.signer)) return { status: "elsewhere" };
  if (await isPaused(pipeline.db, effect.chainId)) return { status: "paused" };
  if (await isTaken(pipeline.db, effect)) return { status: "taken" };
  return (await isDead(pipeline, effect)) ? { status: "dead" } : null;
}

/**
 * The building stage: makes a draft a nonce and signed bytes, stored in one database transaction, by the key that has the least to do. Nothing
 * is broadcast here. It may end, or be ended, at any point: before the bytes are stored nothing has happened, afterwards the inclusion
 * stage finishes what was begun.
 */
export async function submit(pipeline: Pipeline, draft: Draft): Promise<Outcome> {
  const early = await notNow(pipeline, draft);
  if (early !== null) return early;
  const lanes = await freeLanes(pipeline, draft);
  let outcome: Outcome = { status: "busy" };
  for (const lane of lanes) {
    let signs = true;
    outcome = await lane
      .serially(() => build(pipeline, lane, draft))
      .catch((error: unknown): Outcome => {
        if (error instanceof LeaseLostError) return { status: "elsewhere" };
        if (error instanceof PausedError) return { status: "paused" };
        if (isUniqueViolation(error, "chain_transaction_one_per_effect")) return { status: "taken" };
        signs = !(error instanceof SignerUnavailable || error instanceof KeyError);
        return { status: "unavailable", error: shortMessage(error) };
      });
    if (outcome.status === "stored") lane.wake();
    if (outcome.status === "unfunded" && !lane.unfunded) pipeline.log.error(outcome, "a key cannot pay");
    lane.unfunded = outcome.status === "unfunded" || (lane.unfunded && outcome.status !== "stored");
    // What is in the way of one key alone may be in no other's.
    if (outcome.status !== "unfunded" && signs) break;
  }
  return outcome;
}

/** Leased keys of the wanted role with room for one more, those with the fewest unmined first. */
async function freeLanes({ db, lanes, settings }: Pipeline, draft: Draft): Promise<Lane[]> {
  const rows = await db
    .selectFrom("keystone.chain_transaction")
    .select(["signer", (eb) => eb.fn.countAll<bigint>().as("count")])
    .where("chain_id", "=", BigInt(draft.chainId))
    .where("status", "in", ["queued", "submitted"])
    .groupBy("signer")
    .execute();
  const unmined = new Map<string, bigint>(rows.map((row) => [row.signer, row.count]));
  const load = (lane: Lane) => Number(unmined.get(lane.address) ?? 0n) + lane.waiting;
  return lanes
    .filter((lane) => lane.chain.chainId === draft.chainId && lane.role === draft.signer && lane.fence !== null)
    .filter((lane) => load(lane) < settings.unminedLimit)
    .sort((a, b) => load(a) - load(b));
}

async function build(pipeline: Pipeline, lane: Lane, draft: Draft): Promise<Outcome> {
  const { chain, signer } = lane;
  const { address } = signer;
  const before = await chain.client.getTransactionCount({ address, blockTag: "latest" });
  const { number: head } = await headOf(chain);
  const { to, data, value } = draft;
  const balance = await chain.client.getBalance({ address });
  // Without it the call cannot even be simulated.
  if (balance < value)
    return { status: "unfunded", error: `${address} has ${balance} wei, and the call takes ${value}` };
  const estimated = await estimate(chain, { from: address, to, data, value }, draft);
  if (!estimated.ok && !estimated.refused) return { status: "unavailable", error: estimated.error };
  if (!estimated.ok) {
    await keepRefusal(pipeline, draft, estimated.reason, head);
    return { status: "refused", error: estimated.reason.text };
  }
  if (!estimated.changed) {
    await forgetRefusal(pipeline.db, draft);
    return { status: "no_effect" };
  }
  const cap = pipeline.settings.feeCaps.get(chain.chainId) ?? 0n;
  const market = await estimateFees(chain);
  const fees = capped(market, cap);
  if (fees === null) return { status: "over_cap", error: `the base fee is ${market.baseFee} wei, the cap ${cap}` };

  const { gasLimit } = estimated;
  const gasCost = gasLimit * fees.maxFeePerGas;
  const counts = await countsOf(pipeline, lane);
  return fencedBuilding(pipeline, lane, async (trx, fence): Promise<Outcome> => {
    if (await isTaken(trx, draft)) return { status: "taken" };
    const next = await nextNonce(trx, lane, counts, before);
    if ("held" in next) return { status: "held", error: next.held };
    const poor = await unfunded(trx, lane, balance, gasCost + value);
    if (poor !== null) return { status: "unfunded", error: poor };
    const over = await overBudget(trx, pipeline, lane, gasCost);
    if (over !== null) return { status: "over_budget", error: over };
    await forgetRefusal(trx, draft);
    const parts = { nonce: next.nonce, gasLimit, fees, head, fence };
    return { status: "stored", ...(await storeDraft(trx, lane, draft, parts)) };
  });
}

/** Of every key of the chain: an effect may be under way by any of them. */
async function countsOf({ lanes }: Pipeline, { chain }: Lane): Promise<Map<Lane, Counts>> {
  const there = lanes.filter((lane) => lane.chain.chainId === chain.chainId);
  return new Map(await Promise.all(there.map(async (lane) => [lane, await readCounts(lane)] as const)));
}

async function isTaken(db: Pipeline["db"], effect: Effect): Promise<boolean> {
  const row = await db
    .selectFrom("keystone.chain_transaction")
    .select("id")
    .where("chain_id", "=", BigInt(effect.chainId))
    .where("settlement_id", "=", effect.settlementId)
    .where("kind", "=", effect.kind)
    .where("subject", "=", effect.subject)
    .where("status", "<>", "failed")
    .executeTakeFirst();
  return row !== undefined;
}
