import { isPaused } from "@keystoneos/store";
import { shortMessage } from "../chains/revert.ts";
import type { Facts } from "../facts/types.ts";
import { capped, estimateFees } from "../pipeline/fees.ts";
import { estimate } from "../pipeline/gas.ts";
import { isDead } from "../pipeline/refusals.ts";
import type { Draft, Pipeline } from "../pipeline/types.ts";
import type { Action } from "../plan/actions.ts";
import { nameOf } from "./act.ts";
import type { ActContext } from "./context.ts";
import { draftOf } from "./draft.ts";
import type { Patience } from "./patience.ts";
import { inspectMessage } from "./recover.ts";

/** What would come of an action; amounts in wei. */
type Foreseen = { outcome: string } & Record<string, unknown>;

/**
 * What `act` does, without doing it: simulates what would be sent and logs it with gas and cost, and logs of everything else that it would be done.
 * Signs, sends and stores nothing, takes no lease and asks no screening provider. What stays due is told again after 1, 2, 4 up to 60 seconds.
 * Never throws.
 */
export async function rehearse(context: ActContext, patience: Patience, facts: Facts, action: Action): Promise<void> {
  const name = `${facts.settlementId}:${nameOf(action)}`;
  if (!patience.mayTry(name)) return;
  patience.failed(name);
  const entry = { settlementId: facts.settlementId, action: nameOf(action) };
  context.countAction({ action: action.type === "send" ? action.kind : action.type, outcome: "dry_run" });
  try {
    context.log.info({ ...entry, ...(await foresee(context, facts, action)) }, "dry run");
  } catch (error) {
    context.log.warn({ ...entry, outcome: "unavailable", error: shortMessage(error) }, "dry run");
  }
}

async function foresee(context: ActContext, facts: Facts, action: Action): Promise<Foreseen> {
  switch (action.type) {
    case "send":
      return foreseeCall(context.pipeline, await draftOf(context, facts, action));
    case "intervene":
      return foreseeCall(context.pipeline, await draftOf(context, facts, action.send));
    case "recover": {
      const overdue = await inspectMessage(context, facts, action.message);
      if (overdue.state === "deliver" && overdue.draft !== null) return foreseeCall(context.pipeline, overdue.draft);
      if (overdue.state !== "unverified" || action.again === null) return { outcome: "waits", message: overdue.state };
      return foreseeCall(context.pipeline, await draftOf(context, facts, action.again));
    }
    case "screen":
      return {
        outcome: "would_do",
        checks: action.checks.map(({ checkType, provider }) => `${checkType} ${provider}`),
      };
    case "sign":
      return { outcome: "would_do", statuses: action.statuses };
    default:
      return { outcome: "would_do" };
  }
}

async function foreseeCall(pipeline: Pipeline, draft: Draft): Promise<Foreseen> {
  const { chainId, to, data, value } = draft;
  const lane = pipeline.lanes.find(({ chain, role }) => chain.chainId === chainId && role === draft.signer);
  if (lane === undefined) return { outcome: "elsewhere" };
  if (await isPaused(pipeline.db, chainId)) return { outcome: "paused" };
  if (await isDead(pipeline, draft)) return { outcome: "dead" };
  const { address } = lane.signer;
  const estimated = await estimate(lane.chain, { from: address, to, data, value }, draft);
  if (!estimated.ok && !estimated.refused) return { outcome: "unavailable", error: estimated.error };
  if (!estimated.ok) return { outcome: "refused", error: estimated.reason.text };
  if (!estimated.changed) return { outcome: "no_effect" };
  const market = await estimateFees(lane.chain);
  const fees = capped(market, pipeline.settings.feeCaps.get(chainId) ?? 0n);
  if (fees === null) return { outcome: "over_cap", error: `the base fee is ${market.baseFee} wei` };
  const gasCost = estimated.gasLimit * fees.maxFeePerGas;
  const balance = await lane.chain.client.getBalance({ address });
  return {
    outcome: balance < value + gasCost ? "unfunded" : "would_send",
    signer: address,
    to,
    value: value.toString(),
    gasLimit: estimated.gasLimit.toString(),
    maxFeePerGas: fees.maxFeePerGas.toString(),
    mostGasCost: gasCost.toString(),
  };
}
