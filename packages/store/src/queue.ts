import { fromKysely, PgBoss } from "pg-boss";
import type { StoreTransaction } from "./transaction.ts";

/** One settlement to look at. A job is a nudge: what is to be done is read from the database, so a lost or repeated one is harmless. */
export interface SettleJob {
  settlement_id: string;
}

const SETTLE_QUEUE = "settle";
const SCHEMA = "pgboss";

export interface Queue {
  /** Puts a settlement in the queue as part of `trx`; while one job of it waits a further one is the same. */
  enqueueSettlement(trx: StoreTransaction, settlementId: string): Promise<void>;
  /** Calls `handle` for each job; a job whose handler throws comes again. Resolves once listening. */
  workSettlements(handle: (job: SettleJob) => Promise<void>): Promise<void>;
  /** Waits for running handlers, then closes the queue's own connections. */
  stop(): Promise<void>;
}

export interface QueueOptions {
  databaseUrl: string;
  /** Told of failing queue queries (a restart of the server); the queue goes on by itself. */
  onError?: ((error: Error) => void) | undefined;
  /** Only the process that takes jobs supervises the queue. */
  worker?: boolean | undefined;
}

/** Opens the queue on the database that `migrate` prepared. */
export async function openQueue(options: QueueOptions): Promise<Queue> {
  const worker = options.worker ?? false;
  const boss = new PgBoss({
    connectionString: options.databaseUrl,
    schema: SCHEMA,
    migrate: false,
    createSchema: false,
    supervise: worker,
    schedule: false,
    useListenNotify: worker,
    max: 3,
  });
  boss.on("error", (error) => options.onError?.(error));
  await boss.start();
  return {
    async enqueueSettlement(trx, settlementId) {
      const job: SettleJob = { settlement_id: settlementId };
      await boss.send(SETTLE_QUEUE, job, { singletonKey: settlementId, db: fromKysely(trx) });
    },
    async workSettlements(handle) {
      await boss.work<SettleJob>(SETTLE_QUEUE, { batchSize: 20, pollingIntervalSeconds: 1 }, async (jobs) => {
        for (const job of jobs) await handle(job.data);
      });
    },
    stop: () => boss.stop({ graceful: true }),
  };
}

/** Creates or upgrades the queue's own schema and its queues. Part of `migrate`. */
export async function migrateQueue(databaseUrl: string): Promise<void> {
  const boss = new PgBoss({ connectionString: databaseUrl, schema: SCHEMA, supervise: false, schedule: false, max: 1 });
  boss.on("error", () => undefined);
  await boss.start();
  try {
    if ((await boss.getQueue(SETTLE_QUEUE)) === null) {
      await boss.createQueue(SETTLE_QUEUE, {
        policy: "short",
        notify: true,
        retryLimit: 10,
        retryDelay: 1,
        retryBackoff: true,
      });
    }
  } finally {
    await boss.stop({ graceful: false });
  }
}
