import type { Json } from "./client.ts";
import { buy, sell } from "./instructions.ts";
import { createTenant, type Tenant } from "./tenants.ts";
import type { World } from "./world.ts";

export interface Trade {
  seller: Tenant;
  buyer: Tenant;
  reference: string;
  sellerInstruction: Json;
  buyerInstruction: Json;
  settlementId: string;
}

/** Submits one instruction. */
export async function submit(world: World, tenant: Tenant, json: Record<string, unknown>) {
  return world.call("POST", "/v1/instructions", { token: tenant.token, json });
}

/** Two tenants whose instructions match. */
export async function matchTrade(
  world: World,
  changes: { seller?: Record<string, unknown>; buyer?: Record<string, unknown>; tenants?: [Tenant, Tenant] } = {},
): Promise<Trade> {
  const [seller, buyer] = changes.tenants ?? [await createTenant(world), await createTenant(world)];
  const first = await submit(world, seller, sell(changes.seller));
  if (first.status !== 201) throw new Error(JSON.stringify(first.body));
  const reference = first.body.trade_reference as string;
  const second = await submit(world, buyer, buy({ trade_reference: reference, ...changes.buyer }));
  if (second.body.status !== "matched") throw new Error(JSON.stringify(second.body));
  const settlementId = second.body.settlement_id as string;
  const sellerInstruction = await world.call("GET", `/v1/instructions/${first.body.id}`, { token: seller.token });
  return {
    seller,
    buyer,
    reference,
    sellerInstruction: sellerInstruction.body,
    buyerInstruction: second.body,
    settlementId,
  };
}
