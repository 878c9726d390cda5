import type { Caller } from "../auth/caller.ts";
import { ApiError } from "../errors/api-error.ts";

/**
 * Keeps a session that is bound to settlements to them. Null is no settlement, or none yet. For what the caller's environment owns
 * only: what is another tenant's is 404 before. Throws ApiError 403.
 */
export function checkRestriction({ settlementIds }: Caller, settlementId: string | null): void {
  if (settlementIds === null || (settlementId !== null && settlementIds.includes(settlementId))) return;
  throw new ApiError("session_settlement_forbidden", "The session is bound to other settlements");
}
