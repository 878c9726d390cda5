import {
  type Deployment,
  type FeeMode,
  type TemplateConfig,
  type TermsFault,
  ZERO_ADDRESS,
} from "@keystoneos/protocol";
import type { AgreedLeg } from "../matching/pair-legs.ts";
import type { TradeParty } from "../matching/side.ts";
import type { RepoTerms } from "../trades/check-repo.ts";
import { marginFor } from "../trades/check-timeout.ts";
import { repaymentUnits } from "../trades/repayment.ts";
import { draftSettlement, type SettlementDraft } from "./draft-settlement.ts";

/** What was agreed, by matching or by one platform alone. */
export interface Trade {
  config: TemplateConfig;
  /** In the order in which they enter the terms. */
  parties: readonly TradeParty[];
  /** In on-chain order. */
  legs: readonly AgreedLeg[];
  feeMode: FeeMode;
  timeoutAt: Date;
  /** A repo with its two parties' time for the closing; null for a trade that is none. */
  repo: (RepoTerms & { timeoutSeconds: number }) | null;
}

export interface TradeDraft {
  opening: SettlementDraft;
  /** The way back of a repo. */
  closing: SettlementDraft | null;
}

/** The least seconds that a closing has after its maturity, the message margin not counted. */
const MIN_CLOSING_SECONDS = 60;

/** Everything that a trade fixes, or why the contracts would refuse it: too many legs, or a fee recipient that is the token. */
export function draftTrade(deployment: Deployment, trade: Trade): TradeDraft | { fault: TermsFault } {
  const { config, parties, legs, feeMode, timeoutAt, repo } = trade;
  const { ruleset_id: ruleset, operator } = config.on_chain;
  const opening = draftSettlement(deployment, {
    ...{ config, ruleset, operator, parties, legs, feeMode, timeoutAt },
    brought: "wallet_commitment",
    parent: null,
  });
  if ("error" in opening) return { fault: opening };
  const closing = repo === null ? null : draftClosing(deployment, trade, repo, opening);
  if (closing !== null && "error" in closing) return { fault: closing };
  return { opening, closing };
}

/** The same parties under fresh commitments, every leg turned round, the repayment instead of the price, no fees and no operator. */
function draftClosing(
  deployment: Deployment,
  { config, parties, legs }: Trade,
  repo: NonNullable<Trade["repo"]>,
  opening: SettlementDraft,
): SettlementDraft | TermsFault {
  const { closing_ruleset_id: ruleset, message_margin_seconds } = config.on_chain;
  const repayment = repaymentUnits(repo, legs);
  if (ruleset === null || repayment === null) throw new Error("a repo without a closing ruleset, or without a payment");
  const reversed = legs.map((agreed): AgreedLeg => {
    const payment = agreed.legType === "payment";
    return {
      legType: agreed.legType,
      partyRole: agreed.counterpartyRole,
      counterpartyRole: agreed.partyRole,
      leg: {
        ...agreed.leg,
        ...(payment ? { quantity: repo.repaymentAmount, amount: repayment.toString() } : undefined),
        // It is the other side's, which does not deposit here.
        external_reference: null,
      },
    };
  });
  const margin = marginFor(
    legs.map(({ leg }) => leg),
    deployment.coordinatorChainId,
    message_margin_seconds,
  );
  const seconds = Math.max(repo.timeoutSeconds, margin + MIN_CLOSING_SECONDS);
  return draftSettlement(deployment, {
    config,
    ruleset,
    operator: ZERO_ADDRESS,
    parties,
    legs: parties.flatMap(({ role }) => reversed.filter(({ partyRole }) => partyRole === role)),
    feeMode: null,
    timeoutAt: new Date(repo.maturityAt.getTime() + seconds * 1000),
    brought: "closing_wallet_commitment",
    parent: { id: opening.id, settlementHash: opening.settlementHash, maturityAt: repo.maturityAt },
  });
}
