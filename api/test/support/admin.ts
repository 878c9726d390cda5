import type { Hex } from "viem";
import type { Answer, Json } from "./client.ts";
import { operatorToken } from "./members.ts";
import { matchTrade, type Trade } from "./trades.ts";
import type { World } from "./world.ts";

/** Who calls as an operator in these tests. */
export const OPERATOR = "auth0|operator-7";

/** GET as an operator. */
export async function adminGet(world: World, path: string): Promise<Answer> {
  return world.call("GET", `/v1/admin${path}`, { token: await operatorToken(world, OPERATOR) });
}

export const CONFIRMED = { reason: "The mandate was withdrawn", confirm: true };

/** POST or PATCH as an operator; confirmed unless the body says otherwise. */
export async function adminDo(world: World, path: string, json: Json = CONFIRMED, method = "POST"): Promise<Answer> {
  return world.call(method, `/v1/admin${path}`, { token: await operatorToken(world, OPERATOR), json });
}

/** A trade that has matched, and what the settlement is. */
export async function agreedTrade(world: World): Promise<Trade & { settlement: Json; hash: Hex }> {
  const trade = await matchTrade(world);
  const { body } = await world.call("GET", `/v1/settlements/${trade.settlementId}`, { token: trade.seller.token });
  return { ...trade, settlement: body, hash: body.settlement_hash };
}

/** What operators have asked for in a settlement. */
export function intentsOf({ db }: Pick<World, "db">, settlementId: string) {
  return db
    .selectFrom("keystone.intent")
    .selectAll()
    .where("settlement_id", "=", settlementId)
    .where("kind", "<>", "settle")
    .orderBy("created_at")
    .execute();
}

/** What the activity log has of interventions in a settlement. */
export function interventionsLogged({ db }: Pick<World, "db">, settlementId: string) {
  return db
    .selectFrom("keystone.activity_log")
    .selectAll()
    .where("resource_id", "=", settlementId)
    .where("category", "=", "admin")
    .orderBy("created_at")
    .execute();
}
