import { transaction } from "@keystoneos/store";
import { sql } from "kysely";
import type { Lane } from "./lane.ts";
import type { Pipeline } from "./types.ts";

/** In every process the same order, so that two of them never wait for each other. */
const inOrder = (lanes: readonly Lane[]) =>
  [...lanes].sort((a, b) => a.chain.chainId - b.chain.chainId || (a.address < b.address ? -1 : 1));

/**
 * One round: says that this process lives, renews what it has, takes what is free, and hands over where another that has the key is left with less.
 * So all have as many, give or take one. The database's clock alone decides what has ended; called at a third of a lease, in any number of
 * processes.
 */
export async function renewLeases(pipeline: Pipeline): Promise<void> {
  const lanes = inOrder(pipeline.lanes);
  if (lanes.length === 0) return;
  await announce(pipeline, lanes);
  await renew(pipeline, lanes);
  const { candidates, holdings } = await livingOthers(pipeline);
  const poorest = (lane: Lane) =>
    (candidates.get(keyOf(lane.chain.chainId, lane.address)) ?? []).sort((a, b) => holdings(a) - holdings(b))[0];
  const held = () => lanes.filter((lane) => lane.fence !== null).length;
  for (const lane of lanes) {
    const rival = poorest(lane);
    const mine = rival === undefined || holdings(rival) >= held();
    if (lane.fence === null && mine) await take(pipeline, lane);
  }
  for (const lane of lanes) {
    const rival = poorest(lane);
    if (lane.fence === null || rival === undefined || holdings(rival) + 2 > held()) continue;
    await giveBack(pipeline, [lane]);
    holdings.add(rival);
  }
}

/** Gives back leases, so that a successor need not wait until they end, and says that this process is no candidate any more. */
export async function releaseLeases(pipeline: Pipeline): Promise<void> {
  await giveBack(
    pipeline,
    inOrder(pipeline.lanes).filter((lane) => lane.fence !== null),
  );
  await pipeline.db.deleteFrom("keystone.signer_candidate").where("holder", "=", pipeline.holder).execute();
}

async function announce({ db, holder, settings }: Pipeline, lanes: readonly Lane[]): Promise<void> {
  const keys = lanes.map((lane) => ({ chain_id: BigInt(lane.chain.chainId), signer: lane.address }));
  const expires_at = until(settings.leaseSeconds);
  await transaction(db, async (trx) => {
    await trx
      .insertInto("keystone.signer_candidate")
      .values(keys.map((key) => ({ ...key, holder, expires_at })))
      .onConflict((oc) => oc.columns(["chain_id", "signer", "holder"]).doUpdateSet({ expires_at }))
      .execute();
    await trx
      .insertInto("keystone.signer_lease")
      .values(keys)
      .onConflict((oc) => oc.doNothing())
      .execute();
  });
  await db
    .deleteFrom("keystone.signer_candidate")
    .where("expires_at", "<", sql<Date>`clock_timestamp() - interval '1 minute'`)
    .execute();
}

async function renew({ db, holder, settings, log }: Pipeline, lanes: readonly Lane[]): Promise<void> {
  const mine = await db
    .updateTable("keystone.signer_lease")
    .set({ expires_at: until(settings.leaseSeconds) })
    .where("holder", "=", holder)
    .returning(["chain_id", "signer", "fence"])
    .execute();
  const fences = new Map(mine.map((row) => [keyOf(row.chain_id, row.signer), row.fence]));
  for (const lane of lanes) {
    const fence = fences.get(keyOf(lane.chain.chainId, lane.address)) ?? null;
    if (lane.fence !== null && fence === null) log.warn(describe(lane), "lost the lease of a key");
    lane.fence = fence;
  }
}

/** Other living processes by the keys they have, and how many leases each of them holds. */
async function livingOthers({ db, holder }: Pipeline) {
  const alive = sql<Date>`clock_timestamp()`;
  const rows = await db
    .selectFrom("keystone.signer_candidate")
    .select(["chain_id", "signer", "holder"])
    .where("expires_at", ">", alive)
    .where("holder", "<>", holder)
    .execute();
  const leases = await db
    .selectFrom("keystone.signer_lease")
    .select("holder")
    .where("expires_at", ">", alive)
    .execute();
  const counts = new Map<string, number>();
  const holdings = (name: string) => counts.get(name) ?? 0;
  holdings.add = (name: string) => void counts.set(name, holdings(name) + 1);
  for (const lease of leases) if (lease.holder !== null) holdings.add(lease.holder);
  const candidates = new Map<string, string[]>();
  for (const row of rows) {
    const key = keyOf(row.chain_id, row.signer);
    candidates.set(key, [...(candidates.get(key) ?? []), row.holder]);
  }
  return { candidates, holdings };
}

async function take({ db, holder, settings, log }: Pipeline, lane: Lane): Promise<void> {
  const taken = await db
    .updateTable("keystone.signer_lease")
    .set((eb) => ({ holder, fence: eb("fence", "+", 1n), expires_at: until(settings.leaseSeconds) }))
    .where("chain_id", "=", BigInt(lane.chain.chainId))
    .where("signer", "=", lane.address)
    .where("expires_at", "<", sql<Date>`clock_timestamp()`)
    .returning("fence")
    .executeTakeFirst();
  if (taken === undefined) return;
  lane.seen = null;
  lane.finalityHead = null;
  lane.fence = taken.fence;
  log.info({ ...describe(lane), fence: taken.fence.toString() }, "took the lease of a key");
}

/** From here on the lane's steps under way write nothing more: another process may have it. */
async function giveBack({ db, holder, log }: Pipeline, lanes: readonly Lane[]): Promise<void> {
  for (const lane of lanes) {
    lane.fence = null;
    await db
      .updateTable("keystone.signer_lease")
      .set({ holder: null, expires_at: sql<Date>`'-infinity'` })
      .where("chain_id", "=", BigInt(lane.chain.chainId))
      .where("signer", "=", lane.address)
      .where("holder", "=", holder)
      .execute();
    log.info(describe(lane), "gave back the lease of a key");
  }
}

function until(seconds: number) {
  return sql<Date>`clock_timestamp() + ${seconds} * interval '1 second'`;
}

function keyOf(chainId: number | bigint, address: string): string {
  return `${chainId}:${address}`;
}

function describe({ chain, address }: Lane) {
  return { chainId: chain.chainId, signer: address };
}
