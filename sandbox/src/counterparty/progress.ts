import type { Instruction, Settlement } from "../api/shapes.ts";
import type { Script } from "../http/schemas.ts";
import { scriptOf } from "./mirror.ts";

/** How far the counterparty is, and for whom it waits. */
export type Phase =
  | "not_matched"
  | "screening"
  | "awaiting_decision"
  | "depositing"
  | "withholding"
  | "deposited"
  | "executing"
  | "finalized"
  | "rolled_back"
  | "timed_out";

export interface Progress {
  phase: Phase;
  /** One sentence: why it stands here, and what comes next. */
  detail: string;
}

/** A pure reading of what the platform shows to the counterparty. */
export function progressOf(mirror: Instruction, settlement: Settlement | null): Progress {
  if (settlement === null) return notMatched(mirror);
  switch (settlement.state) {
    case "FINALIZED":
      return { phase: "finalized", detail: "Both sides have what the terms say" };
    case "ROLLED_BACK":
      return { phase: "rolled_back", detail: "Rolled back; deposits go back to their owners" };
    case "TIMED_OUT":
      return { phase: "timed_out", detail: "Timed out; deposits go back to their owners" };
    case "EXECUTING_SWAP":
      return { phase: "executing", detail: "Every leg is locked; the contracts deliver" };
    case "AWAITING_DEPOSITS":
      return inDeposits(settlement, scriptOf(mirror.party.external_reference));
    default:
      return inScreening(settlement);
  }
}

function notMatched({ status, match_failure }: Instruction): Progress {
  const field = match_failure === null ? "" : `; the sides differ in ${match_failure.field}`;
  const detail = `The counterparty's instruction is ${status}${field}. Submit a new instruction and call the counterparty for it`;
  return { phase: "not_matched", detail };
}

function inScreening({ compliance }: Settlement): Progress {
  if (compliance.checks.some(({ status }) => status === "flagged")) {
    const detail =
      "The counterparty's party is flagged; POST .../decision has its compliance officer approve or reject it";
    return { phase: "awaiting_decision", detail };
  }
  if (compliance.status === "flagged") {
    return {
      phase: "screening",
      detail: "A party of yours is flagged; decide with compliance-decision at the platform",
    };
  }
  return { phase: "screening", detail: "The platform screens both parties" };
}

function inDeposits(settlement: Settlement, script: Script | undefined): Progress {
  const owed = owedLegs(settlement).filter(({ status }) => status === "pending");
  if (owed.length === 0)
    return { phase: "deposited", detail: "The counterparty has deposited; your deposits are awaited" };
  if (script === "match_only") {
    const detail = `The counterparty deposits nothing; the trade times out at ${settlement.timeout_at}`;
    return { phase: "withholding", detail };
  }
  return { phase: "depositing", detail: "The counterparty deposits its legs" };
}

/** The legs that the counterparty pays. Of the other side's party the platform shows no reference. */
export function owedLegs(settlement: Settlement): Settlement["legs"] {
  const role = ownRole(settlement);
  return settlement.legs.filter(({ party_role }) => party_role === role);
}

/** The role that the counterparty plays here; undefined in a settlement that is none of the sandbox's. */
function ownRole({ parties }: Settlement): string | undefined {
  return parties.find(({ external_reference }) => scriptOf(external_reference) !== undefined)?.role;
}
