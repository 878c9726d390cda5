import type { Address } from "viem";
import { z } from "zod";

/** What a provider found about one subject. Never raw answers or personal data: a status, a reference, a score, names of lists. */
export const findingSchema = z.strictObject({
  status: z.enum(["pass", "flagged", "fail"]),
  /** The provider's own reference; its hash is published with the attestation. */
  referenceId: z.string().min(1).max(500),
  /** 0 to 100; null where the provider gives none. */
  riskScore: z.number().min(0).max(100).nullable(),
  matchedLists: z.array(z.string()),
});

export type Finding = z.infer<typeof findingSchema>;

/**
 * One source of screening. An error it throws is its own failure: the check is recorded as `error` and made again. `signal` tells that
 * nobody waits for the answer any more.
 */
export interface ScreeningProvider {
  name: string;
  screenEntity(subject: { name: string }, signal: AbortSignal): Promise<Finding>;
  screenWallet(subject: { address: Address; chainId: number | null }, signal: AbortSignal): Promise<Finding>;
}

export type Providers = ReadonlyMap<string, ScreeningProvider>;
