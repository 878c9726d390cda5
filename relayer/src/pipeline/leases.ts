import { sql } from "kysely";
import type { Address } from "viem";
import { sharedKeys } from "./holders.ts";
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
  await tellShared(pipeline, lanes);
  // One by one, with a look at what the others have meanwhile: those that start at once share.
  while (await takeOne(pipeline, lanes));
  const others = await livingOthers(pipeline);
  for (const lane of lanes) {
    const rival = others.poorest(lane);
    if (lane.fence === null || rival === undefined || others.held(rival) + 2 > heldOf(lanes)) continue;
    await giveBack(pipeline, [lane]);
    others.add(rival);
  }
}

/** Nothing else would show it: whoever waits for a lease has nothing to complain of. */
async function tellShared(pipeline: Pipeline, [lane]: readonly Lane[]): Promise<void> {
  for (const { chain_id, signer, attester } of await sharedKeys(pipeline)) {
    if (!lane?.tellOnce(`shared ${chain_id} ${signer} ${attester}`)) continue;
    pipeline.log.error(
      { chainId: Number(chain_id), signer, attester },
      "another attester's relayer has the same gas key",
    );
  }
}

/** Takes a free lease that nobody with fewer could have. False when there is none. */
async function takeOne(pipeline: Pipeline, lanes: readonly Lane[]): Promise<boolean> {
  const free = await pipeline.db
    .selectFrom("keystone.signer_lease")
    .select(["chain_id", "signer"])
    .where("expires_at", "<", sql<Date>`clock_timestamp()`)
    .execute();
  if (free.length === 0) return false;
  const names = new Set(free.map((row) => keyOf(row.chain_id, row.signer)));
  const others = await livingOthers(pipeline);
  for (const lane of lanes) {
    if (!names.has(keyOf(lane.chain.chainId, lane.address))) continue;
    const rival = others.poorest(lane);
    const mine = rival === undefined || others.held(rival) >= heldOf(lanes);
    if (mine && (await take(pipeline, lane))) return true;
  }
  return false;
}

function heldOf(lanes: readonly Lane[]): number {
  return lanes.filter((lane) => lane.fence !== null).length;
}

/** Gives back leases, so that a successor need not wait until they end, and says that this process is no candidate any more. */
export async function releaseLeases(pipeline: Pipeline): Promise<void> {
  await giveBack(
    pipeline,
    inOrder(pipeline.lanes).filter((lane) => lane.fence !== null),
  );
  await pipeline.db.deleteFrom("keystone.signer_candidate").where("holder", "=", pipeline.holder).execute();
}

async function announce({ db, holder, attester, settings }: Pipeline, lanes: readonly Lane[]): Promise<void> {
  const keys = lanes.map((lane) => ({ chain_id: BigInt(lane.chain.chainId), signer: lane.address }));
  const expires_at = until(settings.leaseSeconds);
  await db
    .insertInto("keystone.signer_candidate")
    .values(keys.map((key) => ({ ...key, holder, attester: attester.toLowerCase() as Address, expires_at })))
    .onConflict((oc) => oc.columns(["chain_id", "signer", "holder"]).doUpdateSet({ expires_at }))
    .execute();
  await db
    .insertInto("keystone.signer_lease")
    .values(keys)
    .onConflict((oc) => oc.doNothing())
    .execute();
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
  const candidates = await db
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
  const held = (name: string) => counts.get(name) ?? 0;
  const add = (name: string) => void counts.set(name, held(name) + 1);
  for (const lease of leases) if (lease.holder !== null) add(lease.holder);
  const byKey = Map.groupBy(candidates, (row) => keyOf(row.chain_id, row.signer));
  return {
    held,
    add,
    /** Who has the key of a lane and the fewest leases. */
    poorest: ({ chain, address }: Lane): string | undefined =>
      (byKey.get(keyOf(chain.chainId, address)) ?? []).map((row) => row.holder).sort((a, b) => held(a) - held(b))[0],
  };
}

async function take({ db, holder, settings, log }: Pipeline, lane: Lane): Promise<boolean> {
  const taken = await db
    // One that is locked is in the middle of a write: waiting for its end would cost what this process has.
    .with("free", (cte) =>
      cte
        .selectFrom("keystone.signer_lease")
        .select(["chain_id", "signer"])
        .where("chain_id", "=", BigInt(lane.chain.chainId))
        .where("signer", "=", lane.address)
        .where("expires_at", "<", sql<Date>`clock_timestamp()`)
        .forNoKeyUpdate()
        .skipLocked(),
    )
    .updateTable("keystone.signer_lease as lease")
    .from("free")
    .set((eb) => ({ holder, fence: eb("lease.fence", "+", 1n), expires_at: until(settings.leaseSeconds) }))
    .whereRef("lease.chain_id", "=", "free.chain_id")
    .whereRef("lease.signer", "=", "free.signer")
    .returning("lease.fence")
    .executeTakeFirst();
  if (taken === undefined) return false;
  lane.seen = null;
  lane.finalityHead = null;
  lane.fence = taken.fence;
  log.info({ ...describe(lane), fence: taken.fence.toString() }, "took the lease of a key");
  return true;
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
