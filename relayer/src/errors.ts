/** Base of the errors that end the relayer at start: what is wrong and where, for an operator. */
export class RelayerError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** A variable is missing or malformed; `variable` names it. */
export class ConfigError extends RelayerError {
  readonly variable: string;

  constructor(variable: string, message: string) {
    super("config", `${variable}: ${message}`);
    this.variable = variable;
  }
}

/** A sanctions list cannot be read as published; names file and line. */
export class ListError extends RelayerError {
  constructor(file: string, line: number | null, message: string) {
    super("sanctions_list", line === null ? `${file}: ${message}` : `${file}, line ${line}: ${message}`);
  }
}

/** A node is not the chain that it should be. */
export class ChainError extends RelayerError {
  constructor(message: string, options?: ErrorOptions) {
    super("chain", message, options);
  }
}

/** A key that cannot be used: malformed, refused, of another kind, or its holder answered something else. Never says what the key is. */
export class KeyError extends RelayerError {
  constructor(message: string, options?: ErrorOptions) {
    super("key", message, options);
  }
}

/** The holder of a key does not answer, or is too busy to; asking again may help. */
export class SignerUnavailable extends RelayerError {
  constructor(message: string, options?: ErrorOptions) {
    super("signer_unavailable", message, options);
  }
}
