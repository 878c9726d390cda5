/**
 * Why a node gave no answer. `resting`: it is left alone after failures; `left_out`: it is not of this chain; `missing`: it does not
 * have the block that was asked for. The others tell how a request failed.
 */
export type FaultKind =
  | "timeout"
  | "unreachable"
  | "http_error"
  | "malformed"
  | "rate_limited"
  | "resting"
  | "left_out"
  | "missing";

/** A node gave no answer that could be used. Tells the node's name and the kind, and never its URL. */
export class NodeFault extends Error {
  readonly kind: FaultKind;
  /** How long the node wants to be left alone; null when it did not say. */
  readonly retryAfterMs: number | null;

  constructor(kind: FaultKind, message: string, retryAfterMs: number | null = null) {
    super(message);
    this.name = "NodeFault";
    this.kind = kind;
    this.retryAfterMs = retryAfterMs;
  }
}
