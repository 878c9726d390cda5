/** Everything that this package raises on purpose. */
export class KeystoneError extends Error {
  override readonly name: string = "KeystoneError";
  /** Where the API tells more. */
  readonly docsUrl?: string;

  constructor(message: string, options: { cause?: unknown; docsUrl?: string | undefined } = {}) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    if (options.docsUrl !== undefined) this.docsUrl = options.docsUrl;
  }

  /** The first error, from this one down its causes, that `fn` says yes to. */
  walk(fn: (error: unknown) => boolean): unknown {
    for (let error: unknown = this; error instanceof Error; error = error.cause) {
      if (fn(error)) return error;
    }
    return undefined;
  }
}

/** An option or an argument that is missing or wrong; nothing was sent. */
export class ConfigurationError extends KeystoneError {
  override readonly name = "ConfigurationError";
  /** Which; of an argument the path to it, as `legs.0.quantity`. */
  readonly option: string;

  constructor(option: string, message: string) {
    super(`${option} ${message}`);
    this.option = option;
  }
}

/** A waiter ran out of time. */
export class WaitTimeoutError<T = unknown> extends KeystoneError {
  override readonly name = "WaitTimeoutError";
  /** The object as it was read last; undefined when it never could be. */
  readonly last: T | undefined;

  constructor(message: string, last: T | undefined) {
    super(message);
    this.last = last;
  }
}

/** What was waited for cannot happen any more. */
export class EndedElsewhereError<T = unknown> extends KeystoneError {
  override readonly name = "EndedElsewhereError";
  /** The object in its final state. */
  readonly last: T;

  constructor(message: string, last: T) {
    super(message);
    this.last = last;
  }
}

export type WebhookFault = "missing_header" | "bad_timestamp" | "too_old" | "too_new" | "no_match" | "malformed_body";

/** A delivery that is not to be believed. */
export class WebhookVerificationError extends KeystoneError {
  override readonly name = "WebhookVerificationError";
  readonly reason: WebhookFault;

  constructor(reason: WebhookFault, message: string) {
    super(message);
    this.reason = reason;
  }
}
