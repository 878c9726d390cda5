import type { Address } from "viem";

/** What a provider found about one subject. Never raw answers or personal data: a status, a reference, a score, names of lists. */
export interface Finding {
  status: "pass" | "flagged" | "fail";
  /** The provider's own reference; its hash is published with the attestation. */
  referenceId: string;
  /** 0 to 100; null where the provider gives none. */
  riskScore: number | null;
  matchedLists: string[];
}

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
