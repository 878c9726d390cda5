import type { IsolationLevel, Transaction } from "kysely";
import type { Store } from "./connect.ts";
import type { Database } from "./schema/database.ts";

export type StoreTransaction = Transaction<Database>;

const RETRYABLE = new Set(["40001", "40P01"]);

export interface TransactionOptions {
  /** Default `read committed`: rows that decide are locked explicitly. `repeatable read` for consistent reads of many tables. */
  isolation?: IsolationLevel;
  /** How often a serialization failure or deadlock is tried again; the function must have no effect outside the database. */
  retries?: number;
}

/** Runs `work` in one transaction: all of it or nothing. Any error it throws rolls back and is passed on. */
export async function transaction<T>(
  db: Store,
  work: (trx: StoreTransaction) => Promise<T>,
  options: TransactionOptions = {},
): Promise<T> {
  const retries = options.retries ?? 5;
  for (let attempt = 0; ; attempt++) {
    try {
      return await db
        .transaction()
        .setIsolationLevel(options.isolation ?? "read committed")
        .execute(work);
    } catch (error) {
      if (attempt >= retries || !RETRYABLE.has(sqlState(error) ?? "")) throw error;
    }
  }
}

/** The five-character SQLSTATE of a database error, else null. */
export function sqlState(error: unknown): string | null {
  if (typeof error !== "object" || error === null || !("code" in error)) return null;
  return typeof error.code === "string" && /^[0-9A-Z]{5}$/.test(error.code) ? error.code : null;
}

/** Whether the error is the violation of a unique constraint, of the named one if a name is given. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  if (sqlState(error) !== "23505") return false;
  return constraint === undefined || (error as { constraint?: string }).constraint === constraint;
}
