import type { FeeMode } from "@keystoneos/protocol";
import type { InstructionLegJson, InstructionPartyJson } from "@keystoneos/store";

/** One instruction as matching sees it. */
export interface Side {
  instructionId: string;
  idempotencyKey: string;
  platformId: string;
  platformSlug: string;
  environmentId: string;
  templateId: string;
  role: string;
  /** After the template's default. */
  feeMode: FeeMode;
  /** No receive leg was listed. */
  open: boolean;
  timeoutAt: Date;
  party: InstructionPartyJson;
  legs: InstructionLegJson[];
}
