import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import type { Abi, Hex } from "viem";
import { DevnetError } from "../errors.ts";

/** A compiled contract in Hardhat's artifact format. */
export interface Artifact {
  contractName: string;
  sourceName: string;
  abi: Abi;
  /** Init code without constructor arguments. */
  bytecode: Hex;
}

const folder = new URL("../../../artifacts/", import.meta.url);

/** The compiled contract `name` of the source file `source`, e.g. "contracts/KeystoneRoot.sol". @throws DevnetError NotCompiled. */
export function readArtifact(source: string, name: string): Artifact {
  const file = fileURLToPath(new URL(`${source}/${name}.json`, folder));
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (cause) {
    throw new DevnetError("NotCompiled", `There is no compiled ${name}: run "npx hardhat build" first.`, { cause });
  }
}

/** The compiled contract that an npm package ships. */
export function readPackageArtifact(path: string): Artifact {
  return createRequire(import.meta.url)(path) as Artifact;
}
