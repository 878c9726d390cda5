import { ApiError } from "../../errors/api-error.ts";
import type { InterventionCreate } from "../../schemas/admin/intervention.ts";

/** The reason of an intervention that was meant. Throws ApiError 422 reason_required, confirm_required. */
export function readConfirmation({ reason, confirm }: InterventionCreate): string {
  if (reason == null || reason.trim() === "") {
    throw new ApiError("reason_required", "Say why, in 1 to 2000 characters", { loc: ["body", "reason"] });
  }
  if (confirm !== true) {
    throw new ApiError("confirm_required", "Send confirm: true to do this", { loc: ["body", "confirm"] });
  }
  return reason;
}
