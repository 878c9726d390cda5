import { readFileSync } from "node:fs";
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

/** A compiled contract by the URL of its file, as npm packages ship them. */
export function readArtifactFile(url: string): Artifact {
  return JSON.parse(readFileSync(new URL(url), "utf8"));
}
