import { hashTerms, parseQuantity, type Terms, termsFromJson } from "@keystoneos/protocol";
import { isAddressEqual } from "viem";
import type { Settlement } from "./api-shapes.ts";
import { type Context, instrument, type Role } from "./context.ts";
import type { TradeSpec } from "./trade.ts";

// Positions of the wallet commitments: parties come as (entity, wallet) in the order of the template's roles.
export const WALLET: Record<Role, number> = { seller: 1, buyer: 3 };

/**
 * Compares what the API will have signed in our name with what we have instructed. A depositor believes nothing before this: the
 * terms are hashed here, and every address is the deployment's own.
 *
 * @throws Error naming the first difference.
 */
export function checkAgreement(context: Context, settlement: Settlement, spec: TradeSpec): Terms {
  const { deployment } = context.world;
  const terms = termsFromJson(settlement.terms);
  demand("settlement_hash", hashTerms(terms) === settlement.settlement_hash);
  demand("coordinator", isAddressEqual(terms.coordinator, deployment.contracts.coordinator));
  demand("chainId", Number(terms.chainId) === deployment.coordinatorChainId);
  demand("attesters", terms.attesters.join().toLowerCase() === deployment.templates.attesters.join().toLowerCase());
  demand("threshold", terms.threshold === deployment.templates.threshold);
  demand("settleDeadline", terms.settleDeadline <= Math.floor(Date.now() / 1_000) + spec.timeoutSeconds);
  demand("legs", terms.legs.length === spec.transfers.length);
  for (const { from, alias, chainId, quantity } of spec.transfers) {
    const { token_address, decimals } = instrument(context.world, alias, chainId);
    const [source, target] = from === "seller" ? [WALLET.seller, WALLET.buyer] : [WALLET.buyer, WALLET.seller];
    const found = terms.legs.some(
      (leg) =>
        Number(leg.chainId) === chainId &&
        isAddressEqual(leg.escrow, deployment.contracts.escrow) &&
        isAddressEqual(leg.token, token_address) &&
        leg.amount === parseQuantity(quantity, decimals) &&
        leg.from === source &&
        leg.to === target,
    );
    demand(`leg of ${quantity} ${alias} on chain ${chainId}`, found);
  }
  return terms;
}

function demand(what: string, holds: boolean): void {
  if (!holds) throw new Error(`the terms are not what was instructed: ${what}`);
}
