import type { Caller } from "../../auth/caller.ts";
import type { Dependencies } from "../../context.ts";
import type { SettlementRead } from "../../schemas/settlement.ts";
import { findSettlement } from "./find-settlement.ts";
import { openDepositSecrets } from "./open-secrets.ts";
import { renderSettlement } from "./render-settlement.ts";
import { inSnapshot } from "./select-settlement.ts";

/** One settlement as the caller's environment sees it, its own deposit secrets while they are needed. Throws ApiError 404. */
export function getSettlement(deps: Dependencies, caller: Caller, id: string): Promise<SettlementRead> {
  return inSnapshot(deps.db, async (trx) => {
    const { loaded, heads } = await findSettlement(deps, trx, caller, id);
    const secrets = await openDepositSecrets(deps, trx, caller, loaded);
    return renderSettlement(loaded, { deployment: deps.deployment, caller, heads, secrets });
  });
}
