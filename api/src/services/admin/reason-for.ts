import { ApiError } from "../../errors/api-error.ts";

/** The reason that came with a change, which one that turns something on or off must have. Throws ApiError 422 reason_required. */
export function reasonFor(turning: unknown, reason: string | null | undefined): string | null {
  const said = reason == null || reason.trim() === "" ? null : reason;
  if (turning === undefined || said !== null) return said;
  throw new ApiError("reason_required", "Say why, in 1 to 2000 characters", { loc: ["body", "reason"] });
}
