import type { SettlementRead } from "../../schemas/settlement.ts";
import type { LoadedSettlement } from "./load-settlements.ts";
import { CLOSING_INITIAL_STATE, stateOf } from "./render-context.ts";

type RepoMetadata = NonNullable<SettlementRead["repo_metadata"]>;

/** What both halves of a repo say of it; null for a settlement that is none. `rate` is the caller side's own. */
export function renderRepo(loaded: LoadedSettlement, rate: number | null): RepoMetadata | null {
  const { row, repo } = loaded;
  if (row.repayment_amount === null) return null;
  return {
    repo_rate: rate,
    repayment_amount: row.repayment_amount,
    closing_settlement_id: (row.settlement_category === "repo_close" ? row.id : repo?.id) ?? null,
    closing_status: closingStatus(loaded),
  };
}

const ENDED: Record<string, RepoMetadata["closing_status"]> = {
  FINALIZED: "finalized",
  ROLLED_BACK: "rolled_back",
  TIMED_OUT: "timed_out",
};

function closingStatus(loaded: LoadedSettlement): RepoMetadata["closing_status"] {
  const { row, chain, repo } = loaded;
  const isClosing = row.settlement_category === "repo_close";
  const own = { state: stateOf(loaded), verdict: chain.settlement?.verdict ?? "none" };
  const other = { state: repo?.state ?? CLOSING_INITIAL_STATE, verdict: repo?.verdict ?? "none" };
  const [opening, closing] = isClosing ? [other, own] : [own, other];
  // Nothing leads from a rollback of the opening to the closing, and none that has ended undecided was ever opened.
  if (opening.verdict === "rollback") return "void";
  const ended = ENDED[closing.state];
  if (ended === "timed_out" && opening.verdict !== "execute") return "void";
  return ended ?? (closing.state === CLOSING_INITIAL_STATE ? "scheduled" : "open");
}
