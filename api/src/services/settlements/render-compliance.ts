import { ComplianceStatus } from "@keystoneos/protocol";
import type { Row } from "@keystoneos/store";
import type { CallerKind, Right } from "../../auth/rights.ts";
import type { Compliance, ComplianceCheckRead } from "../../schemas/compliance.ts";
import { showAddress } from "../../schemas/primitives.ts";
import { showTime } from "../time.ts";
import type { LoadedSettlement } from "./load-settlements.ts";
import { isOwn, type RenderContext } from "./render-context.ts";
import { type NewestStatement, newestStatements } from "./statements.ts";

/** The aggregate over all parties, and the checks of the caller's own. */
export function renderCompliance(loaded: LoadedSettlement, context: RenderContext): Compliance {
  const { parties, checks, chain, row } = loaded;
  const own = parties.filter((party) => isOwn(context.caller, party));
  const statements = newestStatements(chain.attestations, row.terms.parties);
  return {
    status: aggregate(loaded),
    checks: checks.flatMap((check) => {
      const party = own.find(({ id }) => id === check.party_id);
      return party === undefined ? [] : [renderCheck(check, party.position, statements, context)];
    }),
  };
}

function aggregate({ checks, parties, row }: LoadedSettlement): Compliance["status"] {
  if (checks.length === 0) return "not_started";
  const has = (status: string) => checks.some((check) => check.status === status);
  if (has("fail")) return "failed";
  if (has("flagged")) return "flagged";
  const { entity_providers, wallet_providers } = row.template_config.compliance;
  const expected = parties.length * (entity_providers.length + wallet_providers.length);
  const passed = checks.filter((check) => check.status === "pass").length;
  return passed === checks.length && passed >= expected ? "cleared" : "pending";
}

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

export function renderCheck(
  check: Row<"compliance_check">,
  position: number,
  statements: NewestStatement[],
  { caller }: Pick<RenderContext, "caller">,
): ComplianceCheckRead {
  const needed = SENSITIVE_RIGHT[caller.kind];
  const sensitive = needed !== undefined && caller.rights.has(needed);
  const index = 2 * position + (check.check_type === "entity" ? 0 : 1);
  const said = ATTESTED[check.status];
  const statement = statements.find(({ statuses }) => said !== undefined && statuses[index] === said);
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
