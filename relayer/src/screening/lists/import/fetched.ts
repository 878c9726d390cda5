import type { FileName } from "../formats.ts";

/** One file as it came. */
export interface Fetched {
  bytes: Uint8Array;
  /** URL or path. */
  source: string;
  /** When it was last changed, as far as its source says. */
  changedAt: Date | null;
}

/** Resolves to null for a file that is not there. Throws ListError. */
export type Fetch = (name: FileName) => Promise<Fetched | null>;

/** Twice the largest list and more. */
export const MAX_FILE_BYTES = 128 * 1024 * 1024;
