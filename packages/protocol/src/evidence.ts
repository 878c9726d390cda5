import canonicalize from "canonicalize";
import type { Hex } from "viem";
import { keccak256, stringToBytes } from "viem/utils";
import { ProtocolError } from "./errors.ts";

/** Why an operator takes a step, as the activity log has it. */
export interface InterventionRecord {
  intent_id: string;
  /** The operator, as the activity log names it. */
  actor: string;
  reason: string;
}

/**
 * The `evidenceHash` of an operator's transition: keccak256 of the UTF-8 bytes of the record's RFC 8785 form. So an entry of the activity
 * log proves itself against the chain's log.
 *
 * @throws ProtocolError `evidence_input` when a field is no whole Unicode text.
 */
export function evidenceHash({ intent_id, actor, reason }: InterventionRecord): Hex {
  const record = { intent_id, actor, reason };
  for (const [field, value] of Object.entries(record)) {
    if (typeof value !== "string" || !value.isWellFormed()) {
      throw new ProtocolError("evidence_input", "must be a string of whole Unicode characters", { field });
    }
  }
  return keccak256(stringToBytes(canonicalize(record) as string));
}
