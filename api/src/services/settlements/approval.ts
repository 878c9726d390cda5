import type { TokenStandardName } from "@keystoneos/protocol";
import { type Address, encodeFunctionData, type Hex, parseAbi } from "viem";

const approvalAbi = parseAbi([
  "function approve(address spender, uint256 value)",
  "function setApprovalForAll(address operator, bool approved)",
  "function authorizeOperatorByPartition(bytes32 partition, address operator)",
]);

interface Deposit {
  amount: string;
  tokenId: string;
  partition: Hex;
}

/** The call to the token that lets the escrow pull a deposit, in the token's own words. */
export function approvalFor(
  standard: TokenStandardName,
  deposit: Deposit,
  escrow: Address,
): { calldata: Hex; amount: string } {
  const { amount } = deposit;
  const encode = encodeFunctionData<typeof approvalAbi>;
  switch (standard) {
    case "ERC-20":
    case "ERC-3643":
      return {
        calldata: encode({ abi: approvalAbi, functionName: "approve", args: [escrow, BigInt(amount)] }),
        amount,
      };
    case "ERC-721": {
      const args = [escrow, BigInt(deposit.tokenId)] as const;
      return { calldata: encode({ abi: approvalAbi, functionName: "approve", args }), amount };
    }
    case "ERC-1155":
      return {
        calldata: encode({ abi: approvalAbi, functionName: "setApprovalForAll", args: [escrow, true] }),
        amount,
      };
    case "ERC-1400": {
      const args = [deposit.partition, escrow] as const;
      return { calldata: encode({ abi: approvalAbi, functionName: "authorizeOperatorByPartition", args }), amount };
    }
  }
}
