import { setTimeout as wait } from "node:timers/promises";
import pg from "pg";

/** The views of the read contract whose rows follow from logs alone. */
const FACT_VIEWS = [
  "settlement",
  "transition",
  "leg",
  "settlement_chain",
  "revealed_wallet",
  "attestation",
  "message",
  "chain_event",
] as const;

export type Row = Record<string, unknown>;
export type Dump = Record<(typeof FACT_VIEWS)[number], Row[]>;

/** Reads the published views of one database. */
export function openViews(databaseUrl: string, schema = "indexer") {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 2 });
  pool.on("error", () => {});

  async function query(text: string, values: unknown[] = []): Promise<Row[]> {
    for (;;) {
      try {
        return (await pool.query(text, values)).rows as Row[];
      } catch (error) {
        // While a chain's rows are taken back PostgreSQL may end a reader to resolve a deadlock; readers repeat themselves.
        if ((error as { code?: string }).code !== "40P01") throw error;
      }
    }
  }

  const rows = (view: string, where = "true", values: unknown[] = []) =>
    query(`SELECT * FROM "${schema}"."${view}" AS row WHERE ${where} ORDER BY row::text`, values);

  return {
    query,
    rows,
    connect: () => pool.connect(),
    /** Every row of every view, in an order of its own. */
    async dump(): Promise<Dump> {
      const entries = await Promise.all(FACT_VIEWS.map(async (view) => [view, await rows(view)] as const));
      return Object.fromEntries(entries) as Dump;
    },
    /** Waits until the block is indexed, as long as `alive` does not throw. */
    async reached(chainId: number, blockNumber: bigint, alive = () => {}): Promise<void> {
      for (;;) {
        alive();
        const [head] = await rows("chain_head", "chain_id = $1", [chainId]);
        if (head !== undefined && BigInt(head.block_number as string) >= blockNumber) return;
        await wait(20);
      }
    },
    close: () => pool.end(),
  };
}
