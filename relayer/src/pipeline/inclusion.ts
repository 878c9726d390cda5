import { isPaused } from "@keystoneos/store";
import { sql } from "kysely";
import { attemptsOf, storeNoop, type Transaction } from "./attempts.ts";
import { capped, estimateFees } from "./fees.ts";
import { fencedBuilding } from "./fence.ts";
import type { Lane, Seen } from "./lane.ts";
import { look, settledNonce } from "./look.ts";
import { findMined, followMined } from "./mined.ts";
import { push, type Waiting } from "./push.ts";
import { change, isAbove, named, takeBack } from "./rows.ts";
import type { Pipeline } from "./types.ts";

/**
 * The inclusion stage, one look: every stored nonce of a key that is not mined is brought closer to a block. Everything it needs is stored, so it
 * is also the recovery after a crash, of this process or of the one that had the key before.
 */
export async function include(pipeline: Pipeline, lane: Lane): Promise<void> {
  if (lane.fence === null) return;
  const { seen, news } = await look(lane);
  const known = news && (await settle(pipeline, lane, seen));
  // What is signed is followed while the chain is paused; nothing takes its place, and no nonce is filled.
  const building = known && !(await isPaused(pipeline.db, lane.chain.chainId));
  if (known) {
    lane.waitsFor.clear();
    await findGaps(pipeline, lane, seen, building);
  }
  const waiting = await unmined(pipeline, lane, seen);
  const attempts = await attemptsOf(pipeline, waiting);
  for (const hash of lane.underpriced.keys())
    if (!waiting.some((row) => row.hash === hash)) lane.underpriced.delete(hash);
  for (const row of waiting) {
    const own = attempts.get(row.id);
    if (own !== undefined) await push(pipeline, lane, row, own, seen, building);
  }
  // What is unknown is looked at again, though no block comes.
  if (known) lane.seen = seen;
}

/**
 * Tells of everything whose nonce was used what used it, and takes back what claims a block that the chain no longer has. False when nodes disagree
 * about some of it, which is left as it is.
 */
async function settle(pipeline: Pipeline, lane: Lane, seen: Seen): Promise<boolean> {
  const used = await ofLane(pipeline, lane)
    .where("status", "in", ["queued", "submitted"])
    .where("nonce", "<", BigInt(seen.mined))
    .execute();
  const { found, unknown } = await findMined(pipeline, lane, await attemptsOf(pipeline, used), seen);
  for (const row of used) {
    const mined = found.get(row.id);
    if (mined !== undefined) await followMined(pipeline, lane, row, mined, seen.number);
  }
  await giveUp(
    pipeline,
    lane,
    used.filter(({ id }) => !found.has(id) && !unknown.has(id)),
    seen,
  );
  const opened = await ofLane(pipeline, lane)
    .where("status", "not in", ["queued", "submitted"])
    .where("nonce", ">=", BigInt(seen.mined))
    .execute();
  const theirs = await attemptsOf(pipeline, opened);
  for (const row of opened) await takeBack(pipeline, lane, row, theirs.get(row.id), seen.number);
  return unknown.size === 0;
}

/** Ends those whose nonce was used for good by what is not stored. */
async function giveUp(pipeline: Pipeline, lane: Lane, rows: readonly Transaction[], seen: Seen): Promise<void> {
  if (rows.length === 0) return;
  const settled = await settledNonce(lane, seen);
  for (const row of rows) {
    if (settled === null) pipeline.log.warn(named(lane, row), "no quorum can tell whether its nonce is used for good");
    if (settled === null || row.nonce >= BigInt(settled)) continue;
    pipeline.log.error(named(lane, row), "a transaction that is not stored used the nonce");
    await change(pipeline, lane, row, { status: "failed", error: "nonce_taken" });
  }
}

/**
 * Fills nonces that hold up what is stored above them, and after a while those that a node's pool has in transactions which are not stored. Either
 * way the database was restored from a backup, or somebody else has the key. Where nothing is to be built they are only counted.
 */
async function findGaps(pipeline: Pipeline, lane: Lane, seen: Seen, building: boolean): Promise<void> {
  const rows = await ofLane(pipeline, lane).where("nonce", ">=", BigInt(seen.mined)).execute();
  const known = new Set(rows.map((row) => Number(row.nonce)));
  const next = Math.max(seen.mined, ...[...known].map((nonce) => nonce + 1));
  const missing = numbers(seen.mined, next).filter((nonce) => !known.has(nonce));
  lane.gap = missing.length;
  const pooled = numbers(next, seen.pooled);
  if (pooled.length === 0) lane.unknownSince = null;
  else if (lane.unknownSince === null) {
    lane.unknownSince = seen.number;
    const entry = { chainId: lane.chain.chainId, signer: lane.address, nonces: pooled };
    pipeline.log.warn(entry, "a node has transactions of this key that are not stored; nothing is built meanwhile");
  }
  const since = lane.unknownSince ?? seen.number;
  const impatient = seen.number - since >= BigInt(pipeline.settings.replaceAfterBlocks);
  const filled = impatient ? [...missing, ...pooled] : missing;
  if (filled.length === 0 || !building) return;
  const fees = capped(await estimateFees(lane.chain), pipeline.settings.feeCaps.get(lane.chain.chainId) ?? 0n);
  if (fees === null) return;
  for (const nonce of filled) {
    await fencedBuilding(pipeline, lane, (trx, fence) =>
      storeNoop(trx, lane, { nonce, fees, head: seen.number, fence }),
    );
    pipeline.countAttempt({ chain_id: lane.chain.chainId, purpose: "noop" });
    pipeline.log.warn({ chainId: lane.chain.chainId, signer: lane.address, nonce }, "filled a nonce that was missing");
  }
}

/**
 * In the order of nonces. Also what has failed and whose nonce is open again, while its effect is another's: it must be used all the same. Not
 * what failed in a block above the head.
 */
async function unmined(pipeline: Pipeline, lane: Lane, { mined, number }: Seen): Promise<Waiting[]> {
  const rows = await ofLane(pipeline, lane)
    .select(sql<number | null>`extract(epoch FROM clock_timestamp() - broadcast_at)::float8`.as("waited"))
    .where("nonce", ">=", BigInt(mined))
    .where("status", "in", ["queued", "submitted", "failed"])
    .execute();
  return rows.filter((row) => !isAbove(row, number));
}

function ofLane({ db }: Pipeline, { chain, address }: Lane) {
  return db
    .selectFrom("keystone.chain_transaction")
    .selectAll()
    .where("chain_id", "=", BigInt(chain.chainId))
    .where("signer", "=", address)
    .orderBy("nonce");
}

function numbers(from: number, to: number): number[] {
  return Array.from({ length: Math.max(to - from, 0) }, (_, index) => from + index);
}
