import { randomUUID } from "node:crypto";
import type { CheckStatus } from "@keystoneos/store";
import { createUserToken, type Tenant } from "./tenants.ts";
import type { Trade } from "./trades.ts";
import type { World } from "./world.ts";

export interface TestCheck {
  id: string;
  side: "seller" | "buyer";
  check_type: "entity" | "wallet";
}

/** The checks of a screened trade, in one order: the seller's entity and wallet, then the buyer's. All pass but what is said. */
export async function screenTrade(
  { db }: Pick<World, "db">,
  trade: Trade,
  statuses: Partial<Record<`${TestCheck["side"]}_${TestCheck["check_type"]}`, CheckStatus>> = {},
  round = 1,
): Promise<TestCheck[]> {
  const parties = await db
    .selectFrom("keystone.party")
    .select(["id", "role"])
    .where("settlement_id", "=", trade.settlementId)
    .orderBy("position")
    .execute();
  const checks: TestCheck[] = [];
  for (const party of parties) {
    const side = party.role as TestCheck["side"];
    for (const check_type of ["entity", "wallet"] as const) {
      const id = randomUUID();
      checks.push({ id, side, check_type });
      await db
        .insertInto("keystone.compliance_check")
        .values({
          id,
          settlement_id: trade.settlementId,
          party_id: party.id,
          check_type,
          provider: "sanctions_list",
          status: statuses[`${side}_${check_type}`] ?? "pass",
          reference_id: `reference-${side}-${check_type}`,
          risk_score: 87.5,
          matched_lists: ["SDN"],
          decided_by: null,
          decision_reason: null,
          round,
        })
        .execute();
    }
  }
  return checks;
}

/** A user of the tenant with these permissions, as calls are made with it. */
export async function userOf(world: World, tenant: Tenant, permissions: readonly string[], userId?: string) {
  const user = { orgId: tenant.orgId, permissions, ...(userId === undefined ? undefined : { userId }) };
  return {
    token: await createUserToken(world, user),
    headers: { "x-keystone-environment": tenant.environmentSlug },
  };
}

/** Where a decision about the trade is sent. */
export const decisionPath = ({ settlementId }: Pick<Trade, "settlementId">) =>
  `/v1/settlements/${settlementId}/compliance-decision`;

export async function checkRows({ db }: Pick<World, "db">, { settlementId }: Pick<Trade, "settlementId">) {
  return db
    .selectFrom("keystone.compliance_check")
    .selectAll()
    .where("settlement_id", "=", settlementId)
    .orderBy("id")
    .execute();
}
