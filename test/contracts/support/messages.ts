import { artifacts } from "hardhat";
import { concat, encodeAbiParameters, getAbiItem, type Hex, pad, toHex } from "viem";
import type { Terms } from "./terms.ts";

/** The bytes that two messengers exchange: kind, verdict, id, and the terms if they are carried. */
export function encodeMessage(kind: number, verdict: number, id: Hex, encodedTerms: Hex = "0x"): Hex {
  return concat([toHex(kind, { size: 1 }), toHex(verdict, { size: 1 }), id, encodedTerms]);
}

/** abi.encode(terms), by the ABI of a function that takes nothing else. */
export async function encodeTerms(terms: Terms): Promise<Hex> {
  const { abi } = await artifacts.readArtifact("SettlementCoordinator");
  const { inputs } = getAbiItem({ abi, name: "hashTerms" }) as { inputs: readonly [{ type: string; name: string }] };
  return encodeAbiParameters(inputs, [terms]);
}

/** The peer of a path as LayerZero writes it. */
export function asPeer(address: Hex): Hex {
  return pad(address, { size: 32 }).toLowerCase() as Hex;
}
