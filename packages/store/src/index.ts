/**
 * The platform database.
 *
 * `connect` gives a Kysely whose table names carry their schema: `keystone.<table>` (this package's, read and write) and
 * `indexer.<view>` (the chain as indexed, read only). int8 is bigint, numeric a decimal string, timestamptz a Date, jsonb is parsed
 * when read and `JSON.stringify`d when written. Rows: `Row<"settlement">`; insertable: `NewRow<"settlement">`.
 */
export { connect, type ConnectOptions, type Store } from "./connect.ts";
export {
  MigrationFailedError,
  MigrationHistoryError,
  SecretKeyUnknownError,
  SecretMalformedError,
  SecretUnreadableError,
  StoreError,
} from "./errors.ts";
export { migrate, type MigrateOptions, type Migration, readMigrations } from "./migrate.ts";
export { openQueue, type Queue, type QueueOptions, type SettleJob } from "./queue.ts";
export type { ChainViews } from "./schema/chain.ts";
export type { Database } from "./schema/database.ts";
export type { ActionConfig, LegJson, TemplateConfig, TermsJson } from "./schema/json.ts";
export type * from "./schema/platform.ts";
export {
  openSecret,
  type SealedSecret,
  type SecretKeyring,
  type SecretOwner,
  sealSecret,
  secretKeyring,
} from "./secrets.ts";
export {
  isUniqueViolation,
  sqlState,
  type StoreTransaction,
  transaction,
  type TransactionOptions,
} from "./transaction.ts";
