import { hashTerms, type Terms, walletCommitment } from "@keystoneos/protocol";
import { erc20Abi, escrowAbi } from "@keystoneos/protocol/abi";
import { decodeFunctionData, type Hex, isAddressEqual } from "viem";
import { WALLET } from "./agreement.ts";
import type { DepositInfo, Settlement, SettlementLeg } from "./api-shapes.ts";
import { ESCROW_GAS } from "./chains.ts";
import type { Context, Role } from "./context.ts";

/** A party's own wallet approves and deposits every leg that it owes; legs on different chains at the same time. */
export async function depositLegs(
  context: Context,
  settlement: Settlement,
  terms: Terms,
  role: Role,
): Promise<DepositInfo[]> {
  const owed = settlement.legs.filter(({ party_role }) => party_role === role);
  const chains = Map.groupBy(owed, ({ chain_id }) => chain_id);
  const done = await Promise.all(
    [...chains.values()].map(async (legs) => {
      const infos: DepositInfo[] = [];
      // One account's transactions on one chain go one after the other.
      for (const leg of legs) infos.push(await depositLeg(context, settlement, terms, role, leg));
      return infos;
    }),
  );
  return done.flat();
}

/** What the API tells the owner of a leg about its deposit. */
export function readDepositInfo(
  context: Context,
  settlement: Settlement,
  role: Role,
  legIndex: number,
): Promise<DepositInfo> {
  const path = `/settlements/${settlement.id}/legs/${legIndex}/deposit-info?settlement_hash=${settlement.settlement_hash}`;
  return context.platforms[role].get(path);
}

async function depositLeg(
  context: Context,
  settlement: Settlement,
  terms: Terms,
  role: Role,
  leg: SettlementLeg,
): Promise<DepositInfo> {
  const info = await readDepositInfo(context, settlement, role, leg.leg_index);
  const calldata = checkDeposit(context, info, terms, role, leg);
  const from = context.wallets[role];
  await context.chains.send(leg.chain_id, { from, to: info.token_address, data: info.approval_calldata });
  const value = BigInt(info.value);
  await context.chains.send(leg.chain_id, { from, to: info.escrow_address, data: calldata, value, gas: ESCROW_GAS });
  context.tell(`${role} deposited leg ${leg.leg_index} on chain ${leg.chain_id}`);
  return info;
}

/** The calldata is built by the API: before a wallet sends it, it is taken apart and compared. */
function checkDeposit(context: Context, info: DepositInfo, terms: Terms, role: Role, leg: SettlementLeg): Hex {
  const agreed = terms.legs[leg.leg_index];
  const { escrow } = context.world.deployment.contracts;
  if (info.calldata === null || agreed === undefined) throw new Error("deposit info without calldata");
  const deposit = decodeFunctionData({ abi: escrowAbi, data: info.calldata });
  const approval = decodeFunctionData({ abi: erc20Abi, data: info.approval_calldata });
  if (deposit.functionName !== "depositLeg" || approval.functionName !== "approve") {
    throw new Error(`deposit info asks to call ${approval.functionName} and ${deposit.functionName}`);
  }
  const [given, legIndex, secret] = deposit.args;
  const [spender, amount] = approval.args;
  const same =
    hashTerms(given) === hashTerms(terms) &&
    Number(legIndex) === leg.leg_index &&
    walletCommitment(secret, context.wallets[role]) === terms.parties[WALLET[role]] &&
    isAddressEqual(info.escrow_address, escrow) &&
    isAddressEqual(info.token_address, agreed.token) &&
    isAddressEqual(info.depositor, context.wallets[role]) &&
    isAddressEqual(spender, escrow) &&
    amount === agreed.amount;
  if (!same) throw new Error("deposit info is not about the leg that was agreed");
  return info.calldata;
}
