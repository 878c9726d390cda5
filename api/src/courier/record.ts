import type { Deployment } from "@keystoneos/protocol";
import { type Store, transaction } from "@keystoneos/store";
import { sql } from "kysely";
import type { Level } from "../services/events/read-logs.ts";
import { recordChain } from "./record-chain.ts";
import { recordCompliance } from "./record-compliance.ts";

/** Any fixed number: whoever holds it records, everybody else leaves it to them. */
const RECORDER_LOCK = "7202611023";

/**
 * Records every event that is due, of every chain and every screening; returns how many facts it looked at. Any number of processes may
 * call it at once: one of them does it.
 */
export async function recordEvents(db: Store, deployment: Deployment, level: Level): Promise<number> {
  const parts = [
    ...deployment.chains.map(
      ({ chainId }) =>
        (trx: Parameters<typeof recordCompliance>[0]) =>
          recordChain(trx, deployment, chainId, level),
    ),
    recordCompliance,
  ];
  let seen = 0;
  for (const part of parts) {
    for (let found = -1; found !== 0; seen += found) {
      found = await transaction(db, async (trx) => ((await takeLock(trx)) ? part(trx) : 0));
    }
  }
  return seen;
}

async function takeLock(trx: Parameters<typeof recordCompliance>[0]): Promise<boolean> {
  const { rows } = await sql<{ taken: boolean }>`
    SELECT pg_try_advisory_xact_lock(${sql.lit(RECORDER_LOCK)}::bigint) AS taken`.execute(trx);
  return rows[0]?.taken === true;
}
