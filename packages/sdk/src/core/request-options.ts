/** Last parameter of every call. */
export interface RequestOptions {
  /** Ends the call; what was sent may be done all the same. */
  signal?: AbortSignal;
  /** Milliseconds for one attempt. */
  timeout?: number;
  maxRetries?: number;
  /** Of what the call creates: the same key never makes a second one. */
  idempotencyKey?: string;
  /** Sent as well. */
  headers?: Record<string, string>;
}
