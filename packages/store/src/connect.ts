import { Kysely, PostgresDialect } from "kysely";
import pg from "pg";
import { indexerSchemaPlugin } from "./indexer-schema.ts";
import type { Database } from "./schema/database.ts";

const INT8 = 20;
const NUMERIC = 1700;

/** int8 as bigint, numeric as the decimal string it is, everything else as pg does. For this pool only, never process-wide. */
const types = {
  getTypeParser: ((oid: number, format?: "text" | "binary") => {
    if (oid === INT8) return (text: string) => BigInt(text);
    if (oid === NUMERIC) return (text: string) => text;
    return pg.types.getTypeParser(oid, format as "text");
  }) as typeof pg.types.getTypeParser,
};

export type Store = Kysely<Database>;

export interface ConnectOptions {
  databaseUrl: string;
  /** Schema of the indexer's views; the code always says `indexer.<view>`. */
  indexerSchema?: string | undefined;
  /** Most connections at once. */
  maxConnections?: number | undefined;
  /**
   * How long the server waits for a transaction to go on before it ends it, in milliseconds; 10,000 by default. A process that hangs,
   * or whose machine is gone without a word, would keep its locks for ever.
   */
  idleTransactionMs?: number | undefined;
  /** The server refuses every write. */
  readOnly?: boolean | undefined;
  /** Told of errors on idle connections (a restart of the server); the pool replaces them by itself. */
  onError?: ((error: Error) => void) | undefined;
}

/**
 * Opens a pool. Nothing is connected before the first query; `destroy()` closes it.
 *
 * @example
 * const db = connect({ databaseUrl: "postgres://localhost/keystone" });
 * const open = await db.selectFrom("keystone.intent").selectAll().where("status", "=", "open").execute();
 */
export function connect(options: ConnectOptions): Store {
  const pool = new pg.Pool({
    connectionString: options.databaseUrl,
    max: options.maxConnections ?? 10,
    connectionTimeoutMillis: 10_000,
    idle_in_transaction_session_timeout: options.idleTransactionMs ?? 10_000,
    // Not by a startup option: those of the URL would take its place, and poolers refuse it. A connection that cannot be so is given to nobody.
    ...(options.readOnly ? { onConnect: (client) => client.query("SET default_transaction_read_only = on") } : {}),
    types,
  });
  // Without a listener a connection that the server closes would end the process: the pool hears idle ones, a client in use itself.
  pool.on("error", (error) => options.onError?.(error));
  pool.on("connect", (client) => client.on("error", () => {}));
  const schema = options.indexerSchema ?? "indexer";
  const store = new Kysely<Database>({
    dialect: new PostgresDialect({ pool }),
    plugins: schema === "indexer" ? [] : [indexerSchemaPlugin(schema)],
  });
  pools.set(store, pool);
  return store;
}

const pools = new WeakMap<Store, pg.Pool>();

/** Connections of a store: those that are open and not in use, those that are in use, and who waits for one. */
export function poolCounts(store: Store): Record<"idle" | "busy" | "waiting", number> {
  const { totalCount = 0, idleCount = 0, waitingCount = 0 } = pools.get(store) ?? {};
  return { idle: idleCount, busy: totalCount - idleCount, waiting: waitingCount };
}
