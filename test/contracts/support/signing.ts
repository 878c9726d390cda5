import { type Address, type Hex, parseSignature } from "viem";
import type { Chain } from "./chain.ts";
import { PERMIT2 } from "./permit2.ts";
import type { Trade } from "./terms.ts";
import { TERMS_TYPES } from "./terms-hash.ts";
import { legOf } from "./trades.ts";

/** The domain of what is signed for an escrow: its own chain's. */
function escrowDomain(trade: Trade, legIndex: number) {
  const { chainId, escrow } = legOf(trade, legIndex);
  return { name: "KeyStone Escrow", version: "1", chainId, verifyingContract: escrow } as const;
}

/** What is signed to give a leg back; `changes` puts something else in its place. */
export function waiveTypedData(
  trade: Trade,
  legIndex: number,
  message: { depositor: Address; validUntil: number },
  changes: { domain?: object; message?: object } = {},
) {
  const { token, amount } = legOf(trade, legIndex);
  return {
    domain: { ...escrowDomain(trade, legIndex), ...changes.domain },
    types: {
      Waive: [
        { name: "settlementId", type: "bytes32" },
        { name: "legIndex", type: "uint8" },
        { name: "token", type: "address" },
        { name: "amount", type: "uint256" },
        { name: "depositor", type: "address" },
        { name: "validUntil", type: "uint40" },
      ],
    },
    primaryType: "Waive",
    message: { settlementId: trade.id, legIndex, token, amount, ...message, ...changes.message },
  } as const;
}

/** What an attester signs for another wallet. */
export function redirectTypedData(
  trade: Trade,
  legIndex: number,
  message: { wallet: Address; validUntil: number },
  changes: { domain?: object; message?: object } = {},
) {
  return {
    domain: { ...escrowDomain(trade, legIndex), ...changes.domain },
    types: {
      Redirect: [
        { name: "settlementId", type: "bytes32" },
        { name: "legIndex", type: "uint8" },
        { name: "wallet", type: "address" },
        { name: "validUntil", type: "uint40" },
      ],
    },
    primaryType: "Redirect",
    message: { settlementId: trade.id, legIndex, ...message, ...changes.message },
  } as const;
}

/** What a payer signs for Permit2. */
export function permit2TypedData(
  trade: Trade,
  legIndex: number,
  message: { nonce: bigint; deadline: bigint },
  changes: { message?: object; witness?: object } = {},
) {
  const { chainId, escrow, token, amount } = legOf(trade, legIndex);
  return {
    domain: { name: "Permit2", chainId, verifyingContract: PERMIT2 },
    types: {
      PermitWitnessTransferFrom: [
        { name: "permitted", type: "TokenPermissions" },
        { name: "spender", type: "address" },
        { name: "nonce", type: "uint256" },
        { name: "deadline", type: "uint256" },
        { name: "witness", type: "Deposit" },
      ],
      TokenPermissions: [
        { name: "token", type: "address" },
        { name: "amount", type: "uint256" },
      ],
      Deposit: [
        { name: "legIndex", type: "uint8" },
        { name: "terms", type: "Terms" },
      ],
      ...TERMS_TYPES,
    },
    primaryType: "PermitWitnessTransferFrom",
    message: {
      permitted: { token, amount },
      spender: escrow,
      ...message,
      witness: { legIndex, terms: trade.terms, ...changes.witness },
      ...changes.message,
    },
  } as const;
}

/** What a payer signs for a token with ERC-3009. */
export function authorizationTypedData(
  trade: Trade,
  legIndex: number,
  message: { from: Address; validAfter: bigint; validBefore: bigint; nonce: Hex },
  changes: { message?: object } = {},
) {
  const { chainId, escrow, token, amount } = legOf(trade, legIndex);
  return {
    domain: { name: "Authorized Dollar", version: "1", chainId, verifyingContract: token },
    types: {
      ReceiveWithAuthorization: [
        { name: "from", type: "address" },
        { name: "to", type: "address" },
        { name: "value", type: "uint256" },
        { name: "validAfter", type: "uint256" },
        { name: "validBefore", type: "uint256" },
        { name: "nonce", type: "bytes32" },
      ],
    },
    primaryType: "ReceiveWithAuthorization",
    message: { to: escrow, value: amount, ...message, ...changes.message },
  } as const;
}

/** A payer's ERC-2612 permit for a leg, in the parts that a contract takes. */
export async function signPermit(
  chain: Chain,
  trade: Trade,
  legIndex: number,
  options: { owner: number; deadline: bigint; value?: bigint },
): Promise<{ v: number; r: Hex; s: Hex }> {
  const { chainId, escrow, token, amount } = legOf(trade, legIndex);
  const { owner, deadline, value = amount } = options;
  const contract = await chain.viem.getContractAt("AuthorizationToken", token);
  const nonce = await contract.read.nonces([chain.address(owner)]);
  const signature = await chain.account(owner).signTypedData({
    domain: { name: "Authorized Dollar", version: "1", chainId, verifyingContract: token },
    types: {
      Permit: [
        { name: "owner", type: "address" },
        { name: "spender", type: "address" },
        { name: "value", type: "uint256" },
        { name: "nonce", type: "uint256" },
        { name: "deadline", type: "uint256" },
      ],
    },
    primaryType: "Permit",
    message: { owner: chain.address(owner), spender: escrow, value, nonce, deadline },
  });
  const { r, s, yParity } = parseSignature(signature);
  return { v: 27 + yParity, r, s };
}
