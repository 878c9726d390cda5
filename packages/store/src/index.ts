/**
 * The platform database.
 *
 * `connect` gives a Kysely whose table names carry their schema: `keystone.<table>` (this package's, read and write) and
 * `indexer.<view>` (the chain as indexed, read only). int8 is bigint, numeric a decimal string, timestamptz a Date, jsonb is parsed
 * when read and `JSON.stringify`d when written. Rows: `Row<"settlement">`; insertable: `NewRow<"settlement">`.
 */
export { type ConnectOptions, connect, poolCounts, type Store } from "./connect.ts";
export {
  MigrationFailedError,
  MigrationHistoryError,
  SecretKeyUnknownError,
  SecretMalformedError,
  SecretUnreadableError,
  StoreError,
} from "./errors.ts";
export { indexedChains, oldestDueDelivery, oldestOpenIntent } from "./gauges.ts";
export { type MigrateOptions, type Migration, migrate, readMigrations } from "./migrate.ts";
export { isPaused, pauseChain, readPauses, resumeChain } from "./pause.ts";
export { forgetRefusals, redrive } from "./redrive.ts";
export type { ChainViews } from "./schema/chain.ts";
export type { CheckStatus, CircuitState } from "./schema/compliance.ts";
export type { Database } from "./schema/database.ts";
export type * from "./schema/platform.ts";
export type { AttemptPurpose, TransactionKind, TransactionStatus } from "./schema/transactions.ts";
export {
  keyedHash,
  openSecret,
  openText,
  type SealedSecret,
  type SecretKeyring,
  type SecretOwner,
  sealSecret,
  sealText,
  secretKeyring,
} from "./secrets.ts";
export { seedDeployment } from "./seed.ts";
export {
  isUniqueViolation,
  type StoreTransaction,
  sqlState,
  type TransactionOptions,
  transaction,
} from "./transaction.ts";
