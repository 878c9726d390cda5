import { connect, migrate, type Row, type Store } from "@keystoneos/store";
import type { Hex } from "viem";
import { freshDatabase } from "../../../test/support/database.ts";
import { createLogger } from "../../src/log.ts";
import type { Draft, Pipeline } from "../../src/pipeline/types.ts";
import { account, startTestChain, type TestChain } from "./chain.ts";
import { A } from "./facts.ts";
import { storeSettlement } from "./rows.ts";

/** Where transfers of one wei each go; its balance counts how many took effect. */
export const COUNTER = "0x00000000000000000000000000000000000c0ffe";

export type Fixture = Awaited<ReturnType<typeof pipelineFixture>>;

/** A chain, a database and one settlement to send for. */
export async function pipelineFixture() {
  const [chain, database] = await Promise.all([startTestChain(), freshDatabase()]);
  await migrate({ databaseUrl: database.url });
  const db = connect({ databaseUrl: database.url });
  const settlement = await storeSettlement(db);
  const draft = (subject: string, changes: Partial<Draft> = {}): Draft => ({
    chainId: A,
    kind: "manual",
    subject,
    ...settlement,
    signer: "relayer",
    to: COUNTER,
    data: "0x",
    value: 1n,
    probes: [],
    headroom: 0n,
    ...changes,
  });
  return {
    chain,
    db,
    url: database.url,
    settlement,
    draft,
    pipeline: pipelineOn(db, chain),
    counted: () => chain.client.getBalance({ address: COUNTER }),
    rows: (): Promise<Row<"chain_transaction">[]> =>
      db.selectFrom("keystone.chain_transaction").selectAll().orderBy("nonce").execute(),
    async stop() {
      await db.destroy();
      await Promise.all([chain.stop(), database.drop()]);
    },
  };
}

/** A process of its own, as far as state goes: everything it knows is in the database and on the chain. */
export function pipelineOn(db: Store, chain: TestChain): Pipeline {
  const log = createLogger("info", { write: () => undefined });
  return {
    db,
    chains: new Map([[A, chain.chain]]),
    account,
    operator: null,
    log,
    rebroadcastSeconds: 0,
    trackedHeads: new Map(),
  };
}

/** Runtime code that always reverts with the error of this selector. */
export function revertingCode(selector: Hex): Hex {
  return `0x63${selector.slice(2)}5f526004601cfd`;
}
