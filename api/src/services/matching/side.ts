import type { FeeMode } from "@keystoneos/protocol";
import type { InstructionLegJson, InstructionPartyJson } from "@keystoneos/store";
import type { RepoTerms } from "../trades/check-repo.ts";

/** A party of a trade, and who brings it. */
export interface TradeParty {
  role: string;
  platformId: string;
  platformSlug: string;
  environmentId: string;
  /** Null where the settlement is made without instructions. */
  instructionId: string | null;
  idempotencyKey: string;
  party: InstructionPartyJson;
  /** It named nothing to receive. */
  open: boolean;
  /** Of a repo: its own word, which binds nobody. */
  repoRate: number | null;
}

/** One instruction as matching sees it. */
export interface Side extends TradeParty {
  instructionId: string;
  templateId: string;
  /** After the template's default. */
  feeMode: FeeMode;
  timeoutAt: Date;
  /** Null for a trade that is no repo. */
  repo: RepoTerms | null;
  legs: InstructionLegJson[];
}
