import { ComplianceStatus } from "@keystoneos/protocol";
import type { Row } from "@keystoneos/store";
import type { Actor } from "../../auth/caller.ts";
import type { CallerKind, Right } from "../../auth/rights.ts";
import type { ComplianceCheckRead } from "../../schemas/compliance.ts";
import { showAddress } from "../../schemas/primitives.ts";
import type { NewestStatement } from "../settlements/statements.ts";
import { showTime } from "../time.ts";

const ATTESTED: Partial<Record<Row<"compliance_check">["status"], number>> = {
  pass: ComplianceStatus.Pass,
  flagged: ComplianceStatus.Flagged,
  fail: ComplianceStatus.Fail,
};

/** The right that shows what a provider said, by kind of caller. */
const SENSITIVE_RIGHT: Partial<Record<CallerKind, Right>> = {
  m2m: "settlements:write",
  user: "compliance:decide",
  admin: "keystone:admin",
};

/** A check of a party that the caller may see, which stands at this position among the parties; `statements` are the newest words on chain. */
export function renderCheck(
  check: Row<"compliance_check">,
  position: number,
  statements: readonly NewestStatement[],
  caller: Pick<Actor, "kind" | "rights">,
): ComplianceCheckRead {
  const needed = SENSITIVE_RIGHT[caller.kind];
  const sensitive = needed !== undefined && caller.rights.has(needed);
  const index = 2 * position + (check.check_type === "entity" ? 0 : 1);
  const said = ATTESTED[check.status];
  const statement = statements.find(
    ({ statuses, round }) => said !== undefined && statuses[index] === said && (round ?? check.round) >= check.round,
  );
  return {
    id: check.id,
    settlement_id: check.settlement_id,
    party_id: check.party_id,
    check_type: check.check_type,
    provider: check.provider,
    status: check.status,
    reference_id: sensitive ? check.reference_id : null,
    risk_score: sensitive && check.risk_score !== null ? Number(check.risk_score) : null,
    matched_lists: sensitive ? check.matched_lists : null,
    decided_by: check.decided_by,
    decision_reason: check.decision_reason,
    attestation:
      statement === undefined
        ? null
        : { attester: showAddress(statement.attester), tx_hash: statement.txHash, block: statement.block },
    created_at: showTime(check.created_at),
    updated_at: showTime(check.updated_at),
  };
}
