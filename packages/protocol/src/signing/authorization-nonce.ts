import type { Hex } from "viem";
import { encodeAbiParameters, keccak256 } from "viem/utils";

/**
 * The nonce under which a payer signs the token's own ERC-3009 `ReceiveWithAuthorization` for the escrow's `depositLegWithAuthorization`:
 * it ties the authorization to one leg of one settlement. Equal to the escrow's `authorizationNonce`.
 */
export function authorizationNonce(settlementId: Hex, legIndex: number): Hex {
  return keccak256(encodeAbiParameters([{ type: "bytes32" }, { type: "uint256" }], [settlementId, BigInt(legIndex)]));
}
