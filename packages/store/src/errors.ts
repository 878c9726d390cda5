/** Base of every error this package throws on purpose; `code` is stable, the message is for people. */
export class StoreError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** A migration that was applied is no longer what it was, or is gone. Nothing was changed. */
export class MigrationHistoryError extends StoreError {
  constructor(message: string) {
    super("migration_history", message);
  }
}

/** A migration's SQL failed. Everything of it was rolled back. */
export class MigrationFailedError extends StoreError {
  constructor(file: string, cause: unknown) {
    super("migration_failed", `${file}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/** A sealed secret does not open: another key, another owner, or changed bytes. Which of them is not told. */
export class SecretUnreadableError extends StoreError {
  constructor() {
    super("secret_unreadable", "The sealed secret does not open under this key for this owner");
  }
}

/** A secret was sealed under a key that this process was not given. */
export class SecretKeyUnknownError extends StoreError {
  constructor(keyId: string) {
    super("secret_key_unknown", `No secrets key with the id ${JSON.stringify(keyId)} is configured`);
  }
}

/** A secrets key, its id or a secret does not have the required shape. */
export class SecretMalformedError extends StoreError {
  constructor(message: string) {
    super("secret_malformed", message);
  }
}
