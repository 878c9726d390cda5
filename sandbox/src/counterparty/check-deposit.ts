import { hashTerms, parseQuantity, type Terms, termsFromJson, walletCommitment } from "@keystoneos/protocol";
import { erc20Abi, escrowAbi } from "@keystoneos/protocol/abi";
import { type Address, decodeFunctionData, type Hex, isAddressEqual, zeroHash } from "viem";
import type { DepositInfo, Instruction, Settlement, SettlementLeg } from "../api/shapes.ts";

/** The calls of a deposit, taken apart and found to be about the leg that was agreed. */
export interface CheckedDeposit {
  escrow: Address;
  token: Address;
  /** Base units. */
  amount: bigint;
  approval: Hex;
  calldata: Hex;
  /** Wei. */
  value: bigint;
}

export type Reveal = NonNullable<DepositInfo["reveal"]>;

export interface DepositToCheck {
  settlement: Settlement;
  leg: SettlementLeg;
  info: DepositInfo;
  /** What the counterparty has instructed; undefined on the way back of a repo, which follows from the way there. */
  mirror: Instruction | undefined;
  wallet: Address;
}

/**
 * Depositing is the consent, so nothing is believed before it: the terms are hashed here and compared with the counterparty's own
 * instruction, and both calls must be those of this leg, paid by this wallet and back to it.
 *
 * @throws Error naming what is not as agreed.
 */
export function checkDeposit({ settlement, leg, info, mirror, wallet }: DepositToCheck): CheckedDeposit {
  const terms = termsFromJson(settlement.terms);
  demand("settlement_hash", hashTerms(terms) === settlement.settlement_hash);
  const agreed = terms.legs[leg.leg_index];
  if (agreed === undefined || info.calldata === null) throw new Error("deposit info without a leg or without calldata");
  if (mirror === undefined) demand("parent", terms.parent !== zeroHash);
  else demand("legs", areLegsOf(mirror, terms, agreed.from));
  demand("escrow_address", isAddressEqual(info.escrow_address, agreed.escrow));
  demand("token_address", isAddressEqual(info.token_address, agreed.token));

  const deposit = decodeFunctionData({ abi: escrowAbi, data: info.calldata });
  if (deposit.functionName !== "depositLeg") throw new Error(`deposit info asks to call ${deposit.functionName}`);
  const [given, legIndex, secret] = deposit.args;
  demand("calldata", hashTerms(given) === settlement.settlement_hash && Number(legIndex) === leg.leg_index);
  demand("secret", walletCommitment(secret, wallet) === terms.parties[agreed.from]);

  const approval = decodeFunctionData({ abi: erc20Abi, data: info.approval_calldata });
  if (approval.functionName !== "approve") throw new Error(`deposit info asks to call ${approval.functionName}`);
  const [spender, amount] = approval.args;
  demand("approval_calldata", isAddressEqual(spender, agreed.escrow) && amount === agreed.amount);
  return {
    escrow: agreed.escrow,
    token: agreed.token,
    amount: agreed.amount,
    approval: info.approval_calldata,
    calldata: info.calldata,
    value: BigInt(info.value),
  };
}

/** @throws Error where the opening on another chain, where this wallet is paid, is none of these terms and their escrow there. */
export function checkReveal(settlement: Settlement, { chain_id, escrow_address, calldata }: Reveal): void {
  const reveal = decodeFunctionData({ abi: escrowAbi, data: calldata });
  if (reveal.functionName !== "reveal") throw new Error(`deposit info asks to call ${reveal.functionName}`);
  const [terms] = reveal.args;
  const isEscrow = terms.legs.some(
    ({ chainId, escrow }) => Number(chainId) === chain_id && isAddressEqual(escrow, escrow_address),
  );
  demand("reveal", hashTerms(terms) === settlement.settlement_hash && isEscrow);
}

/** Whether the terms have exactly the legs of an instruction, seen from its wallet. Only a fee may make an amount larger. */
function areLegsOf({ legs }: Instruction, terms: Terms, wallet: number): boolean {
  const left = [...terms.legs];
  for (const { direction, chain_id, token_address, quantity, decimals } of legs) {
    const asked = parseQuantity(quantity, decimals);
    const found = left.findIndex(({ chainId, token, amount, fees, from, to }) => {
      const fee = fees.reduce((sum, each) => sum + each.amount, 0n);
      const end = direction === "deliver" ? from : to;
      const sameToken = Number(chainId) === chain_id && isAddressEqual(token, token_address);
      return sameToken && end === wallet && amount >= asked && amount - fee <= asked;
    });
    if (found < 0) return false;
    left.splice(found, 1);
  }
  return left.length === 0;
}

function demand(what: string, holds: boolean): void {
  if (!holds) throw new Error(`the deposit is not what was agreed: ${what}`);
}
