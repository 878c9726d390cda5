import { transaction } from "@keystoneos/store";
import type { Dependencies } from "../../context.ts";
import type { Intervention } from "../../schemas/admin/intervention.ts";
import { answerOf, openIntent, type Request, storeIntent } from "./intervention.ts";
import { lockSettlement } from "./lock-settlement.ts";
import { isTerminal, terminal } from "./request-transition.ts";

/** Has the relayer try anew all that it may do, without waiting for what it has tried. Throws ApiError 404, 409. */
export function requestRetry(deps: Dependencies, request: Request): Promise<Intervention> {
  return transaction(deps.db, async (trx) => {
    const { loaded } = await lockSettlement(deps, trx, request.settlementId);
    if (isTerminal(loaded)) throw terminal();
    const wanted = { action: "retry", target: null } as const;
    const open = await openIntent(trx, loaded.row.id, wanted);
    if (open !== null) return answerOf(loaded, "retry", "already_done", open);
    return storeIntent(trx, loaded, request, wanted);
  });
}
