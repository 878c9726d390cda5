import { concat, encodeAbiParameters, type Hex, keccak256, stringToBytes } from "viem";
import { FEE_TYPE, type Fee, LEG_TYPE, type Leg, TERMS_TYPE, type Terms } from "../../src/terms/index.ts";

/** The digest worked out by hand from EIP-712's text, so that the package and viem are judged by a third voice. */
export function digestByHand(terms: Terms): Hex {
  const domain = encode([
    ["bytes32", typeHash("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)")],
    ["bytes32", typeHash("KeyStone Settlement")],
    ["bytes32", typeHash("1")],
    ["uint256", terms.chainId],
    ["address", terms.coordinator],
  ]);
  const message = encode([
    ["bytes32", typeHash(TERMS_TYPE)],
    ["bytes16", terms.ref],
    ["uint64", terms.chainId],
    ["address", terms.coordinator],
    ["bytes32", terms.ruleset],
    ["bytes32", keccak256(concat(terms.parties))],
    ["bytes32", keccak256(concat(terms.legs.map(hashLeg)))],
    ["uint40", terms.depositDeadline],
    ["uint40", terms.settleDeadline],
    ["bytes32", keccak256(concat(terms.attesters.map((attester): Hex => `0x${attester.slice(2).padStart(64, "0")}`)))],
    ["uint8", terms.threshold],
    ["address", terms.operator],
    ["bytes32", terms.parent],
    ["uint40", terms.notBefore],
  ]);
  return keccak256(concat(["0x1901", domain, message]));
}

function hashLeg(leg: Leg): Hex {
  return encode([
    ["bytes32", typeHash(LEG_TYPE + FEE_TYPE)],
    ["uint64", leg.chainId],
    ["address", leg.escrow],
    ["address", leg.token],
    ["uint8", leg.standard],
    ["uint256", leg.tokenId],
    ["uint256", leg.amount],
    ["bytes32", leg.partition],
    ["uint8", leg.from],
    ["uint8", leg.to],
    ["bytes32", keccak256(concat(leg.fees.map(hashFee)))],
  ]);
}

// In EIP-712 a referenced type follows the primary one: Leg's own hash includes Fee's string.
function hashFee(fee: Fee): Hex {
  return encode([
    ["bytes32", typeHash(FEE_TYPE)],
    ["address", fee.recipient],
    ["uint256", fee.amount],
  ]);
}

function typeHash(text: string): Hex {
  return keccak256(stringToBytes(text));
}

function encode(fields: [type: string, value: unknown][]): Hex {
  return keccak256(
    encodeAbiParameters(
      fields.map(([type]) => ({ type })),
      fields.map(([, value]) => value),
    ),
  );
}
