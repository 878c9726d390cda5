import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Hex, keccak256 } from "viem";

/** The contracts that the root creates, in the order of Solidity's `Child`. None has constructor arguments. */
export const CHILDREN = [
  "SettlementCoordinator",
  "KeystoneEscrow",
  "ComplianceRegistry",
  "LayerZeroMessenger",
  "KeystoneEscrowExtension",
] as const;
export type ChildName = (typeof CHILDREN)[number];

/** The init code of a child, from Hardhat's artifacts. @throws Error when the contracts have not been compiled. */
export function initCode(child: ChildName): Hex {
  return readBytecode(`contracts/${child}.sol/${child}.json`);
}

/** The hashes that the root is born with. */
export function initCodeHashes(): Hex[] {
  return CHILDREN.map((child) => keccak256(initCode(child)));
}

/** The init code of the root, without its constructor arguments. */
export function rootBytecode(): Hex {
  return readBytecode("contracts/KeystoneRoot.sol/KeystoneRoot.json");
}

function readBytecode(path: string): Hex {
  const file = fileURLToPath(new URL(`../artifacts/${path}`, import.meta.url));
  try {
    return JSON.parse(readFileSync(file, "utf8")).bytecode;
  } catch (cause) {
    throw new Error(`artifacts/${path} is not there: run "npx hardhat build" first`, { cause });
  }
}
