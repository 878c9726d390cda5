import type { Actor } from "../../auth/caller.ts";
import type { Dependencies } from "../../context.ts";
import type { AdminSettlementRead } from "../../schemas/admin/settlement.ts";
import { inSnapshot } from "../settlements/select-settlement.ts";
import { findAnySettlement, renderAdminSettlement } from "./find-any-settlement.ts";

/** Any settlement, both sides in full, without deposit secrets. Throws ApiError 404. */
export function getAdminSettlement(deps: Dependencies, caller: Actor, id: string): Promise<AdminSettlementRead> {
  return inSnapshot(deps.db, async (trx) => {
    const { row, loaded, heads } = await findAnySettlement(deps, trx, id);
    return renderAdminSettlement(deps, caller, row, loaded, heads);
  });
}
