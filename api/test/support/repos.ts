import type { Hex } from "viem";
import type { Json } from "./client.ts";
import { HOME } from "./deployment.ts";
import { CALLER, hashOf } from "./facts.ts";
import { ahead } from "./instructions.ts";
import { create, settle } from "./settlements.ts";
import { createTenant, type Tenant } from "./tenants.ts";
import { matchTrade, type Trade } from "./trades.ts";
import type { World } from "./world.ts";

/** What makes a trade a repo: a week, and interest. */
export function repo(changes: Record<string, unknown> = {}) {
  return {
    settlement_category: "repo_open",
    maturity_at: ahead(7 * 86_400),
    repayment_amount: "986000.5",
    repo_rate: 0.0525,
    ...changes,
  };
}

export interface Repo extends Trade {
  opening: Json;
  closing: Json;
}

/** Two tenants whose instructions make a repo. */
export async function matchRepo(
  world: World,
  changes: { seller?: Record<string, unknown>; buyer?: Record<string, unknown>; tenants?: [Tenant, Tenant] } = {},
): Promise<Repo> {
  const { maturity_at } = repo();
  const trade = await matchTrade(world, {
    ...changes,
    seller: { ...repo({ maturity_at }), ...changes.seller },
    buyer: { ...repo({ maturity_at }), ...changes.buyer },
  });
  return { ...trade, ...(await readRepo(world, trade.seller, trade.settlementId)) };
}

/** A tenant's own repo. */
export async function createRepo(world: World, changes: Record<string, unknown> = {}) {
  const tenant = await createTenant(world);
  const { status, body } = await create(world, tenant, settle({ ...repo(), ...changes }));
  if (status !== 201) throw new Error(JSON.stringify(body));
  return { tenant, ...(await readRepo(world, tenant, body.id)) };
}

/** Both halves as a tenant sees them, found by their links. */
export async function readRepo(
  world: World,
  { token }: Tenant,
  openingId: string,
): Promise<{ opening: Json; closing: Json }> {
  const read = async (id: string) => (await world.call("GET", `/v1/settlements/${id}`, { token })).body;
  const opening = await read(openingId);
  return { opening, closing: await read(opening.repo_metadata.closing_settlement_id) };
}

/** What the coordinator shows of one settlement, whatever it showed before. */
export async function showState(
  { db }: World,
  hash: Hex,
  state: string,
  verdict: "none" | "execute" | "rollback" = "none",
): Promise<void> {
  const place = {
    block_number: 900n,
    block_hash: hashOf("900"),
    block_timestamp: 1_790_000_900n,
    tx_hash: hashOf(hash),
  };
  const shown = { created: true, state, verdict, transition_count: 1, ...place };
  await db
    .insertInto("indexer.settlement")
    .values({ chain_id: BigInt(HOME), settlement_hash: hash, ref: null, ruleset: null, terms: null, ...shown })
    .onConflict((conflict) => conflict.columns(["chain_id", "settlement_hash"]).doUpdateSet(shown))
    .execute();
}

/** The log of a settlement's creation. */
export async function showCreation({ db }: World, hash: Hex, state: string): Promise<void> {
  await db
    .insertInto("indexer.transition")
    .values({
      chain_id: BigInt(HOME),
      settlement_hash: hash,
      sequence: 1,
      from_state: null,
      to_state: state,
      gate: null,
      evidence_hash: null,
      caller: CALLER,
      block_number: 900n,
      block_hash: hashOf("900"),
      block_timestamp: 1_790_000_900n,
      tx_hash: hashOf(hash),
      log_index: 0,
    })
    .execute();
}
