/** A process that sends transfers 0 to 19, whichever are missing, until it is killed. Arguments: database, node, settlement, intent. */
import { connect } from "@keystoneos/store";
import { createLogger } from "../../src/log.ts";
import { submit } from "../../src/pipeline/submit.ts";
import { track } from "../../src/pipeline/track.ts";
import { account, chainAt } from "./chain.ts";
import { A } from "./facts.ts";

const COUNTER = "0x00000000000000000000000000000000000c0ffe";
const [databaseUrl = "", node = "", settlementId = "", intentId = ""] = process.argv.slice(2);
const db = connect({ databaseUrl });
const chain = chainAt(node, A);
const log = createLogger("info", { write: () => undefined });
const keys = { account, operator: null };
const pipeline = { db, chains: new Map([[A, chain]]), ...keys, log, rebroadcastSeconds: 0, trackedHeads: new Map() };
const effect = { chainId: A, kind: "manual" as const, signer: "relayer" as const };
const call = { ...effect, to: COUNTER as `0x${string}`, data: "0x" as const, value: 1n };
process.stdout.write("started\n");
await track(pipeline, chain);
for (let index = 0; index < 20; index++) {
  await submit(pipeline, { ...call, subject: String(index), settlementId, intentId, probes: [], headroom: 0n });
}
await db.destroy();
process.stdout.write("done\n");
