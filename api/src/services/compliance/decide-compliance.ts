import { transaction } from "@keystoneos/store";
import type { Caller } from "../../auth/caller.ts";
import type { Dependencies, RequestFacts } from "../../context.ts";
import { ApiError, notFound } from "../../errors/api-error.ts";
import type { ComplianceDecision } from "../../schemas/compliance.ts";
import { isUuid } from "../../schemas/primitives.ts";
import type { SettlementRead } from "../../schemas/settlement.ts";
import { callersActivity, recordActivity } from "../activity.ts";
import { findSettlement } from "../settlements/find-settlement.ts";
import { renderSettlement } from "../settlements/render-settlement.ts";
import { inSnapshot, settlementsOf } from "../settlements/select-settlement.ts";
import { decideChecks } from "./decide-checks.ts";

/**
 * Decides what is flagged of the caller's own parties; the relayer makes it an attestation. Resolves to the settlement, whose state
 * is still the indexed one. Throws ApiError 404, 409 not_awaiting_compliance_decision, 422 reason_required.
 */
export async function decideCompliance(
  deps: Dependencies,
  caller: Caller,
  id: string,
  input: ComplianceDecision,
  facts: RequestFacts,
): Promise<SettlementRead> {
  const reason = input.reason ?? null;
  if (caller.kind === "user" && (reason === null || reason.trim() === "")) {
    throw new ApiError("reason_required", "Say why: users give a reason for a decision", { loc: ["body", "reason"] });
  }
  if (!isUuid(id)) throw notFound("Settlement");
  await transaction(deps.db, async (trx) => {
    const own = await settlementsOf(trx, deps.deployment, caller.environmentId)
      .select("settlement.id")
      .where("settlement.id", "=", id)
      .executeTakeFirst();
    if (own === undefined) throw notFound("Settlement");
    const checkIds = await decideChecks(trx, {
      settlementId: own.id,
      environmentId: caller.environmentId,
      decision: input.decision,
      decidedBy: caller.kind === "user" ? `user:${caller.actorId}` : `m2m:${caller.environmentId}`,
      reason,
    });
    if (checkIds.length === 0) {
      throw new ApiError("not_awaiting_compliance_decision", "Settlement is not awaiting a compliance decision");
    }
    await recordActivity(trx, [
      callersActivity(caller, facts, {
        type: input.decision === "approve" ? "compliance.approved" : "compliance.rejected",
        category: "compliance",
        description: `Flagged compliance checks ${input.decision === "approve" ? "approved" : "rejected"}`,
        resourceType: "settlement",
        resourceId: own.id,
        statusCode: 200,
        detail: { decision: input.decision, reason, check_ids: checkIds },
      }),
    ]);
  });
  return inSnapshot(deps.db, async (trx) => {
    const { loaded, heads } = await findSettlement(deps, trx, caller, id);
    return renderSettlement(loaded, { deployment: deps.deployment, caller, heads, secrets: new Map() });
  });
}
