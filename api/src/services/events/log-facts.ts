import type { Deployment } from "@keystoneos/protocol";
import type { Hex } from "viem";
import { finalityOf } from "../settlements/finality.ts";
import { stateEvent } from "./catalogue.ts";
import type { LogRow } from "./read-logs.ts";
import type { ChainFact, SettlementFact } from "./record-settlement-events.ts";

const LEGS = {
  LegDeposited: "deposited",
  LegReleased: "released",
  LegClaimable: "claimable",
  LegRefunded: "refunded",
  LegWaived: "waived",
} as const;

/** What logs of one chain tell platforms, while its newest indexed block is `head`. */
export function factsOfLogs(deployment: Deployment, chainId: number, head: number, logs: LogRow[]): SettlementFact[] {
  return logs.flatMap((log) =>
    factsOf(log, {
      chain_id: chainId,
      block_number: Number(log.block_number),
      block_hash: log.block_hash,
      tx_hash: log.tx_hash,
      log_index: log.log_index,
      finality: finalityOf(deployment, chainId, head - Number(log.block_number) + 1),
    }),
  );
}

/** What one log tells platforms: one event, or two where a repo's closing opens or times out. */
function factsOf(log: LogRow, chain: ChainFact): SettlementFact[] {
  const about = { settlementId: log.settlement_id, at: new Date(Number(log.block_timestamp) * 1000), chain };
  const leg = LEGS[log.event as keyof typeof LEGS];
  if (leg !== undefined) {
    // Of the arguments only these two: a deposit's log holds the secret that it opened.
    const { legIndex, reason } = JSON.parse(log.args) as { legIndex: number; reason?: Hex };
    const adds = () => ({
      leg: {
        leg_index: legIndex,
        status: leg,
        chain_id: chain.chain_id,
        claimable_reason: leg === "claimable" ? (reason ?? null) : null,
      },
    });
    return [{ ...about, event: `settlement.leg.${leg}`, entered: null, adds }];
  }
  const state = log.event === "VerdictTaken" ? "TIMED_OUT" : (log.to_state as string);
  const previous = log.event === "VerdictTaken" ? undefined : log.from_state;
  const entered: SettlementFact = { ...about, event: stateEvent(state), entered: { state, previous } };
  const { opening_id } = log;
  if (opening_id === null) return [entered];
  const adds = () => ({ parent_settlement_id: opening_id });
  if (previous === "AWAITING_MATURITY" && state === "INSTRUCTED") {
    return [entered, { ...about, event: "settlement.repo.matured", entered: null, adds }];
  }
  // A closing whose opening was never executed is void, and its timeout says nothing of anybody.
  if (state === "TIMED_OUT" && log.opening_verdict === "execute") {
    return [entered, { ...about, event: "settlement.repo.closing_timed_out", entered: null, adds }];
  }
  return [entered];
}
