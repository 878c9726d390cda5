import { randomUUID } from "node:crypto";
import { ahead, BUYER_WALLET, bond, cash, SELLER_WALLET } from "./instructions.ts";
import type { Tenant } from "./tenants.ts";
import type { World } from "./world.ts";

const BROKER_WALLET = "0x90F79bf6EB2c4f870365E785982E1f101E93b906";

export const SELLER = {
  role: "seller",
  external_reference: "desk-1",
  name: "Alpine Bond Desk",
  wallet_address: SELLER_WALLET,
};
export const BUYER = {
  role: "buyer",
  external_reference: "fund-7",
  name: "Harbour Cash Desk",
  wallet_address: BUYER_WALLET,
};
export const BROKER = { role: "broker", external_reference: "broker-3", name: "Broker", wallet_address: BROKER_WALLET };

/** A platform that serves both sides: the bond against cash on the other chain. */
export function settle(changes: Record<string, unknown> = {}) {
  return {
    template_slug: "dvp-cross-chain",
    parties: [SELLER, BUYER] as Record<string, unknown>[],
    legs: [gives("seller", bond()), gives("buyer", cash())] as Record<string, unknown>[],
    timeout_at: ahead(3600),
    idempotency_key: `key-${randomUUID()}`,
    ...changes,
  };
}

export const gives = (party_role: string, leg: Record<string, unknown>, counterparty_role?: string) => ({
  ...leg,
  party_role,
  direction: "deliver",
  ...(counterparty_role === undefined ? undefined : { counterparty_role }),
});

export const gets = (party_role: string, leg: Record<string, unknown>, counterparty_role?: string) => ({
  ...gives(party_role, leg, counterparty_role),
  direction: "receive",
});

/** Submits one settlement. */
export function create(world: World, { token }: Pick<Tenant, "token">, json: Record<string, unknown>) {
  return world.call("POST", "/v1/settlements", { token, json });
}

/** How many settlements an environment has. */
export async function countSettlements({ db }: World, { environmentId }: Tenant): Promise<number> {
  const { count } = await db
    .selectFrom("keystone.settlement")
    .select((eb) => eb.fn.countAll<bigint>().as("count"))
    .where("environment_id", "=", environmentId)
    .executeTakeFirstOrThrow();
  return Number(count);
}
