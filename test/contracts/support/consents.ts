import type { Address, Hex } from "viem";
import type { Chain } from "./chain.ts";
import type { Opening, Trade } from "./terms.ts";

/** A party's word that the settlement be rolled back, as `cancel` takes it. */
export interface Consent {
  opening: Opening;
  validUntil: number;
  signature: Hex;
}

const CANCEL_TYPES = {
  Cancel: [
    { name: "settlementId", type: "bytes32" },
    { name: "validUntil", type: "uint40" },
  ],
} as const;

/** What a party signs to cancel: under the domain of the terms, unless told otherwise. */
export function signCancel(
  chain: Chain,
  account: number,
  { id, terms }: Pick<Trade, "id" | "terms">,
  validUntil: number,
  domain: { chainId?: bigint; verifyingContract?: Address; name?: string; version?: string } = {},
): Promise<Hex> {
  return chain.account(account).signTypedData({
    domain: {
      name: "KeyStone Settlement",
      version: "1",
      chainId: terms.chainId,
      verifyingContract: terms.coordinator,
      ...domain,
    },
    types: CANCEL_TYPES,
    primaryType: "Cancel",
    message: { settlementId: id, validUntil },
  });
}

/** The consents of all wallets of a trade, in party order. */
export function consentsOf(chain: Chain, trade: Trade, validUntil: number): Promise<Consent[]> {
  return Promise.all(
    trade.openings.map(async (opening, position) => {
      const account = trade.accounts[position];
      if (account === undefined) throw new Error(`No party ${position}`);
      return { opening, validUntil, signature: await signCancel(chain, account, trade, validUntil) };
    }),
  );
}
