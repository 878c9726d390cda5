import { z } from "@hono/zod-openapi";
import { settlementState } from "../enums.ts";
import { text, uuid } from "../primitives.ts";

const REASON = "The custodian asked for it, ticket 4711";

/** Both must be there; that they are is checked where they are read, for their absence has codes of its own. */
const confirmed = {
  reason: text(0, 2000).nullish().openapi({
    type: "string",
    minLength: 1,
    example: REASON,
    description: "Goes to the activity log, which the platform reads too.",
  }),
  confirm: z.boolean().nullish().openapi({ type: "boolean", example: true, description: "Must be true." }),
};

export const InterventionCreate = z
  .strictObject(confirmed)
  .openapi("InterventionCreate", { required: ["reason", "confirm"] });

export const TransitionCreate = z
  .strictObject({ target_state: settlementState, ...confirmed })
  .openapi("TransitionCreate", {
    required: ["target_state", "reason", "confirm"],
    example: { target_state: "COMPLIANCE_CHECKING", reason: REASON, confirm: true },
  });

export const ComplianceOverride = z
  .strictObject({
    decision: z.enum(["approve", "reject"]).openapi({ description: "What the attester says: Pass or Fail." }),
    ...confirmed,
  })
  .openapi("ComplianceOverride", { required: ["decision", "reason", "confirm"] });

export const Intervention = z
  .strictObject({
    settlement_id: uuid,
    previous_state: z
      .string()
      .openapi({ example: "INSTRUCTED" })
      .openapi({ description: "The indexed state when this was asked for." }),
    current_state: z
      .string()
      .openapi({ example: "COMPLIANCE_CHECKING" })
      .openapi({ description: "The indexed state: it changes when the chain shows it." }),
    action: z.enum(["transition", "rollback", "retry", "compliance_override", "trigger_maturity"]),
    status: z
      .enum(["submitted", "already_done"])
      .openapi({ description: "already_done: the settlement is there, or the same is under way; nothing was added." }),
    intent_id: uuid.nullable().openapi({ description: "Found in `transactions` of the settlement." }),
  })
  .openapi("Intervention");

export type InterventionCreate = z.output<typeof InterventionCreate>;
export type Intervention = z.output<typeof Intervention>;
