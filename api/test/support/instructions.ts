import { randomUUID } from "node:crypto";
import { getAddress } from "viem";
import { AWAY, HOME } from "./deployment.ts";

/** Time as sent, so many seconds from now. */
export function ahead(seconds: number): string {
  return new Date(Math.floor(Date.now() / 1000 + seconds) * 1000).toISOString();
}

export const SELLER_WALLET = getAddress("0x70997970c51812dc3a010c7d01b50e0d17dc79c8");
export const BUYER_WALLET = getAddress("0x3c44cdddb6a900fa2b585dd299e03d12fa4293bc");

/** The documented first instruction: the seller lists only what it delivers. */
export function sellOpen(changes: Record<string, unknown> = {}) {
  return {
    template_slug: "cross_platform_dvp",
    role: "seller",
    party: { external_reference: "desk-1", name: "Alpine Bond Desk", wallet_address: SELLER_WALLET },
    legs: [bond({ direction: "deliver" })] as Record<string, unknown>[],
    timeout_at: ahead(3600),
    idempotency_key: `key-${randomUUID()}`,
    ...changes,
  };
}

/** Both directions of the bond against cash on the other chain. */
export function sell(changes: Record<string, unknown> = {}) {
  return sellOpen({ legs: [bond({ direction: "deliver" }), cash({ direction: "receive" })], ...changes });
}

/** The other side of `sell`. */
export function buy(changes: Record<string, unknown> = {}) {
  return sellOpen({
    role: "buyer",
    party: { external_reference: "fund-7", name: "Harbour Cash Desk", wallet_address: BUYER_WALLET },
    legs: [bond({ direction: "receive" }), cash({ direction: "deliver" })],
    ...changes,
  });
}

export function buyOpen(changes: Record<string, unknown> = {}) {
  return buy({ legs: [cash({ direction: "deliver" })], ...changes });
}

export function bond(changes: Record<string, unknown> = {}) {
  return { instrument_id: "BOND-2026-A", quantity: "1000000", chain_id: HOME, ...changes };
}

export function cash(changes: Record<string, unknown> = {}) {
  return { instrument_id: "TUSDC", quantity: "985000.25", chain_id: AWAY, ...changes };
}
