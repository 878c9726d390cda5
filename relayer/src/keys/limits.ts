/** How long a holder of a key is waited for. Its answer is waited for within a database transaction, so this is no minute. */
export interface Limits {
  /** One request. */
  attemptMs: number;
  /** All attempts together, with the pauses between them. */
  totalMs: number;
}

export const LIMITS: Limits = { attemptMs: 3_000, totalMs: 8_000 };
