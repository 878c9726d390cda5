import { type Address, concat, encodeAbiParameters, type Hex, keccak256, stringToBytes } from "viem";
import { FEE_TYPE, type Fee, LEG_TYPE, type Leg, TERMS_TYPE, type Terms } from "../../src/terms/index.ts";

/** The digest worked out by hand from EIP-712's text, so that the package and viem are judged by a third voice. */
export function digestByHand(terms: Terms): Hex {
  return digest(settlementDomain(terms), hashStruct(terms));
}

/** What is signed under a domain, once its message is hashed. */
export function digest(domain: Hex, message: Hex): Hex {
  return keccak256(concat(["0x1901", domain, message]));
}

export function settlementDomain({ chainId, coordinator }: Pick<Terms, "chainId" | "coordinator">): Hex {
  return domainOf("KeyStone Settlement", chainId, coordinator);
}

export function domainOf(name: string, chainId: bigint, contract: Address): Hex {
  return hashFields("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)", [
    ["bytes32", typeHash(name)],
    ["bytes32", typeHash("1")],
    ["uint256", chainId],
    ["address", contract],
  ]);
}

/** A struct of plain fields: its type hash, then each field as a word. */
export function hashFields(type: string, fields: [type: string, value: unknown][]): Hex {
  return encode([["bytes32", typeHash(type)], ...fields]);
}

/** EIP-712's hashStruct of terms. */
export function hashStruct(terms: Terms): Hex {
  return hashFields(TERMS_TYPE, [
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
}

function hashLeg(leg: Leg): Hex {
  return hashFields(LEG_TYPE + FEE_TYPE, [
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
  return hashFields(FEE_TYPE, [
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
