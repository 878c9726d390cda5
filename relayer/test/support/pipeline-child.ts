/**
 * A relayer's pipeline in a process of its own, which has so many calls of the ledger made, until it is told to stop. Its argument is
 * `ChildOptions` as JSON. On its output: a line when it leads its first key.
 */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "@keystoneos/store";
import { localAccount } from "../../../devnet/src/keys.ts";
import { createLogger } from "../../src/log.ts";
import { lanesOf } from "../../src/pipeline/lane.ts";
import { Stages } from "../../src/pipeline/stages.ts";
import { submit } from "../../src/pipeline/submit.ts";
import type { Pipeline } from "../../src/pipeline/types.ts";
import { chainAt } from "./chain.ts";
import { A } from "./facts.ts";
import { ATTESTER, entryOf, SETTINGS } from "./pipeline.ts";

export interface ChildOptions {
  databaseUrl: string;
  node: string;
  settlementId: string;
  intentId: string;
  /** Positions of its keys among the local accounts. */
  keys: number[];
  /** Calls 0 to here, without it. */
  calls: number;
  leaseSeconds: number;
  /** How far its clock is from the others'. */
  skewMs: number;
}

const { databaseUrl, node, settlementId, intentId, keys, calls, leaseSeconds, skewMs } = JSON.parse(
  process.argv[2] ?? "",
) as ChildOptions;
const { now } = Date;
Date.now = () => now() + skewMs;

const db = connect({ databaseUrl });
const chains = new Map([[A, chainAt(node, A)]]);
const gas = keys.map((position) => localAccount(position));
const pipeline: Pipeline = {
  db,
  chains,
  lanes: lanesOf(chains.values(), { gas, operator: null }, A),
  holder: randomUUID(),
  attester: ATTESTER,
  settings: { ...SETTINGS, leaseSeconds, rebroadcastSeconds: 0.2, replaceAfterBlocks: 8, cancelAfterBlocks: 50 },
  log: createLogger("silent"),
  countAttempt: () => undefined,
};
const stages = new Stages(pipeline, 20);
stages.start();
let stopped = false;
let told = false;
process.once("SIGTERM", () => {
  stopped = true;
});
while (!stopped) {
  for (let index = 0; index < calls && !stopped; index++) {
    await submit(pipeline, entryOf({ settlementId, intentId }, String(index))).catch(() => undefined);
  }
  if (!told && pipeline.lanes.some(({ fence }) => fence !== null)) {
    told = true;
    process.stdout.write("leads\n");
  }
  // Between two passes, as a planner's tick.
  await sleep(20);
}
await stages.stop();
await db.destroy();
