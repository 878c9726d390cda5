import { transaction } from "@keystoneos/store";
import type { Dependencies } from "../../context.ts";
import { ApiError } from "../../errors/api-error.ts";
import type { Intervention } from "../../schemas/admin/intervention.ts";
import { decideChecks } from "../compliance/decide-checks.ts";
import { type Request, storeIntent } from "./intervention.ts";
import { lockSettlement } from "./lock-settlement.ts";

/**
 * Decides all undecided flagged checks of a settlement, whosever parties they are about; the relayer attests it, and the gate opens if
 * that is enough. Throws ApiError 404, 409 not_awaiting_compliance_decision.
 */
export function overrideCompliance(
  deps: Dependencies,
  request: Request,
  decision: "approve" | "reject",
): Promise<Intervention> {
  return transaction(deps.db, async (trx) => {
    const { loaded } = await lockSettlement(deps, trx, request.settlementId);
    const checkIds = await decideChecks(trx, {
      settlementId: loaded.row.id,
      environmentId: null,
      decision,
      decidedBy: `admin:${request.caller.actorId}`,
      reason: request.reason,
    });
    if (checkIds.length === 0) {
      throw new ApiError("not_awaiting_compliance_decision", "Settlement is not awaiting a compliance decision");
    }
    const detail = { decision, check_ids: checkIds };
    return storeIntent(trx, loaded, request, { action: "compliance_override", target: null, detail });
  });
}
