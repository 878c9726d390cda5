import { permit2DepositTypedData, termsFromJson } from "@keystoneos/protocol";
import { encodeAbiParameters, hexToBigInt, keccak256 } from "viem";
import type { DepositInfo } from "../../schemas/deposit-info.ts";
import type { LoadedSettlement } from "./load-settlements.ts";

const DOMAIN_TYPE = [
  { name: "name", type: "string" },
  { name: "chainId", type: "uint256" },
  { name: "verifyingContract", type: "address" },
];

/**
 * What the depositing wallet may sign instead of sending: the leg's amount for this leg of these terms. The nonce follows from both, so
 * that however often it is asked for, one deposit comes of it.
 */
export function permit2Deposit({ row }: LoadedSettlement, legIndex: number): NonNullable<DepositInfo["permit2"]> {
  const place = encodeAbiParameters([{ type: "bytes32" }, { type: "uint8" }], [row.settlement_hash, legIndex]);
  const { domain, types, primaryType, message } = permit2DepositTypedData({
    terms: termsFromJson(row.terms),
    legIndex,
    nonce: hexToBigInt(keccak256(place)),
    deadline: BigInt(row.terms.depositDeadline),
  });
  return {
    domain: { ...domain, chainId: Number(domain.chainId) },
    types: {
      EIP712Domain: DOMAIN_TYPE,
      ...Object.fromEntries(Object.entries(types).map(([name, fields]) => [name, [...fields]])),
    },
    primaryType,
    message: {
      permitted: { token: message.permitted.token, amount: message.permitted.amount.toString() },
      spender: message.spender,
      nonce: message.nonce.toString(),
      deadline: message.deadline.toString(),
      witness: { legIndex, terms: row.terms },
    },
  };
}
