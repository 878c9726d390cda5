import type { Address } from "viem";
import { z } from "zod";

/** What a provider found about one subject. Never raw answers or personal data: a status, a reference, a score, names of lists. */
export const findingSchema = z.strictObject({
  status: z.enum(["pass", "flagged", "fail"]),
  /** The provider's own reference; its hash is published with the attestation, so no two findings share one. */
  referenceId: z.string().min(1).max(500),
  /** 0 to 100; null where the provider gives none. */
  riskScore: z.number().min(0).max(100).nullable(),
  matchedLists: z.array(z.string().min(1).max(100)).max(50),
});

export type Finding = z.infer<typeof findingSchema>;

export interface EntitySubject {
  name: string;
  /** The same whenever its platform speaks of the same party by the same name; says nothing of it. 64 hex digits. */
  key: string;
}

export interface WalletSubject {
  address: Address;
  /** Chains on which it deposits or is paid. */
  chainIds: readonly number[];
}

/**
 * One source of screening, asked anew for every check. An error it throws is its own failure: the check is recorded as `error` and made
 * again. `signal` tells that nobody waits for the answer any more.
 */
export interface ScreeningProvider {
  name: string;
  /** Absent where it knows no names. */
  screenEntity?(subject: EntitySubject, signal: AbortSignal): Promise<Finding>;
  /** Absent where it knows no wallets. */
  screenWallet?(subject: WalletSubject, signal: AbortSignal): Promise<Finding>;
}

export type Providers = ReadonlyMap<string, ScreeningProvider>;

/** A provider said nothing, or that it cannot answer now: asked again it may. */
export class Unavailable extends Error {
  override readonly name = "Unavailable";
  /** How long it asks to be left alone; null where it does not say. */
  readonly retryAfterSeconds: number | null;

  constructor(message: string, retryAfterSeconds: number | null = null) {
    super(message);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
