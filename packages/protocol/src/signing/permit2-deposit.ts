import type { Address } from "viem";
import { FEE_TYPE, LEG_TYPE, TERMS_STRUCT, termsTypes } from "../terms/typed-data.ts";
import { type LegSigningInput, legToSign } from "./leg.ts";

/** Uniswap's Permit2, at the same address on every chain. */
export const PERMIT2_ADDRESS: Address = "0x000000000022D473030F116dDEE9F6B43aC78BA3";

/** The witness of a deposit. The type string whose keccak256 is its type hash in the contract. */
export const DEPOSIT_TYPE = `Deposit(uint8 legIndex,Terms terms)${FEE_TYPE}${LEG_TYPE}${TERMS_STRUCT}`;

const TOKEN_PERMISSIONS_TYPE = "TokenPermissions(address token,uint256 amount)";

/** What the escrow hands to Permit2 as the string of the witness; Permit2 puts its own beginning before it. */
export const DEPOSIT_WITNESS_STRING = `Deposit witness)${DEPOSIT_TYPE}${TOKEN_PERMISSIONS_TYPE}`;

/** The type string of all that is signed. */
export const PERMIT2_DEPOSIT_TYPE = `PermitWitnessTransferFrom(TokenPermissions permitted,address spender,uint256 nonce,uint256 deadline,${DEPOSIT_WITNESS_STRING}`;

const permit2DepositTypes = {
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
  ...termsTypes,
} as const;

/**
 * What a payer signs for the escrow's `depositLegWithPermit2`: the leg's amount, for this leg of exactly these terms, which the wallet
 * shows in full. Needs an allowance of the token for Permit2.
 *
 * @example
 * account.signTypedData(permit2DepositTypedData({ terms, legIndex: 0, nonce, deadline }))
 * @throws ProtocolError `signing_input` when the terms have no such leg.
 */
export function permit2DepositTypedData({
  terms,
  legIndex,
  nonce,
  deadline,
}: LegSigningInput & {
  /** Any that the wallet has not used with Permit2; they need no order. */
  nonce: bigint;
  /** Unix seconds; counts until then, that second included. */
  deadline: bigint;
}) {
  const { chainId, escrow, token, amount } = legToSign({ terms, legIndex });
  return {
    domain: { name: "Permit2", chainId, verifyingContract: PERMIT2_ADDRESS },
    types: permit2DepositTypes,
    primaryType: "PermitWitnessTransferFrom",
    message: { permitted: { token, amount }, spender: escrow, nonce, deadline, witness: { legIndex, terms } },
  } as const;
}
