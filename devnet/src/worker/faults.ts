import { z } from "zod";

/**
 * How the worker misbehaves, from now on and with every message alike, until the plan is replaced. Nothing is lost for good: an
 * empty plan delivers whatever is still outstanding.
 */
export const faultsSchema = z.strictObject({
  /** Milliseconds that every message waits after its confirmations. */
  delayMs: z.int().min(0).max(3_600_000).optional(),
  /** So many first attempts at each message are lost before anybody has verified it. Attempts are two seconds apart. */
  drop: z.int().min(0).max(1000).optional(),
  /** Each attempt is lost with this probability, decided by `seed`, message and attempt. */
  dropRate: z.number().min(0).max(1).optional(),
  /** Verified and committed, but the executor does not deliver: anybody else may. */
  dropExecution: z.boolean().optional(),
  /** Every step of every delivery is repeated so many times. */
  duplicate: z.int().min(0).max(10).optional(),
  /** Messages that fall due within three seconds of each other are delivered last first. */
  reorder: z.boolean().optional(),
  /** This verifier, 0 for A and 1 for B, says nothing. */
  silentVerifier: z.union([z.literal(0), z.literal(1)]).optional(),
  seed: z.string().max(100).optional(),
});

export type Faults = z.infer<typeof faultsSchema>;

export const RETRY_MS = 2_000;
export const REORDER_WINDOW_MS = 3_000;
