import { type Row, type Store, type StoreTransaction, transaction } from "@keystoneos/store";
import { sql } from "kysely";
import { admit, CIRCUIT, type Circuit, settle } from "./circuit.ts";

/** The provider was not asked: it has failed too often lately. */
export class CircuitOpenError extends Error {
  override readonly name = "CircuitOpenError";
}

const MAX_ERROR = 300;

/**
 * The circuits of the screening providers. They are rows of the database, so that all relayers share them and a restart forgets none;
 * the API shows them. Time is the database's.
 */
export class Circuits {
  readonly #db: Store;

  constructor(db: Store) {
    this.#db = db;
  }

  /** Makes the rows of providers that have none; what is known of the others stays. */
  async register(names: Iterable<string>): Promise<void> {
    const config = {
      failure_threshold: CIRCUIT.failureThreshold,
      reset_timeout_seconds: CIRCUIT.resetTimeoutSeconds,
      half_open_max_calls: CIRCUIT.halfOpenMaxCalls,
    };
    for (const name of names) {
      await this.#db
        .insertInto("keystone.provider_health")
        .values({ name, ...config })
        .onConflict((conflict) => conflict.column("name").doUpdateSet(config))
        .execute();
    }
  }

  /**
   * Asks a provider and counts how it went. `describe` says of an error what may be kept and shown of it. Throws CircuitOpenError, and
   * whatever `ask` does.
   */
  async call<T>(provider: string, ask: () => Promise<T>, describe: (error: unknown) => string): Promise<T> {
    if (!(await this.#admit(provider))) throw new CircuitOpenError(`the circuit of ${provider} is open`);
    try {
      const answer = await ask();
      await this.#settle(provider, null);
      return answer;
    } catch (error) {
      await this.#settle(provider, describe(error).slice(0, MAX_ERROR));
      throw error;
    }
  }

  async #admit(provider: string): Promise<boolean> {
    const { circuit_state } = await this.#db
      .selectFrom("keystone.provider_health")
      .select("circuit_state")
      .where("name", "=", provider)
      .executeTakeFirstOrThrow();
    if (circuit_state === "closed") return true;
    return transaction(this.#db, async (trx) => {
      const { circuit, now } = await lock(trx, provider);
      const next = admit(circuit, now, CIRCUIT);
      if (next !== null) await write(trx, provider, next, {});
      return next !== null;
    });
  }

  /** `failure` is null for a success. */
  async #settle(provider: string, failure: string | null): Promise<void> {
    if (failure === null && (await this.#succeededClosed(provider))) return;
    await transaction(this.#db, async (trx) => {
      const { circuit, now } = await lock(trx, provider);
      const facts = failure === null ? { last_success_at: now } : { last_failure_at: now, last_error: failure };
      await write(trx, provider, settle(circuit, failure === null, now, CIRCUIT), { ...facts, updated_at: now });
    });
  }

  /** What `settle` makes of a success while the circuit is closed, as nearly all are, in one statement. False when it is not closed. */
  async #succeededClosed(provider: string): Promise<boolean> {
    const now = sql<Date>`clock_timestamp()`;
    const { numUpdatedRows } = await this.#db
      .updateTable("keystone.provider_health")
      .set((eb) => ({
        failure_count: 0,
        success_count: eb("success_count", "+", 1),
        last_success_at: now,
        updated_at: now,
      }))
      .where("name", "=", provider)
      .where("circuit_state", "=", "closed")
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }
}

async function lock(trx: StoreTransaction, provider: string): Promise<{ circuit: Circuit; now: Date }> {
  const row = await trx
    .selectFrom("keystone.provider_health")
    .select(["circuit_state", "failure_count", "success_count", "changed_at", "trials"])
    .where("name", "=", provider)
    .forUpdate()
    .executeTakeFirstOrThrow();
  const { rows } = await sql<{ now: Date }>`SELECT clock_timestamp() AS now`.execute(trx);
  const circuit = {
    state: row.circuit_state,
    failures: row.failure_count,
    successes: row.success_count,
    changedAt: row.changed_at,
    trials: row.trials,
  };
  return { circuit, now: (rows[0] as { now: Date }).now };
}

async function write(
  trx: StoreTransaction,
  provider: string,
  circuit: Circuit,
  facts: Partial<Pick<Row<"provider_health">, "last_success_at" | "last_failure_at" | "last_error" | "updated_at">>,
): Promise<void> {
  await trx
    .updateTable("keystone.provider_health")
    .set({
      circuit_state: circuit.state,
      failure_count: circuit.failures,
      success_count: circuit.successes,
      changed_at: circuit.changedAt,
      trials: circuit.trials,
      ...facts,
    })
    .where("name", "=", provider)
    .execute();
}
