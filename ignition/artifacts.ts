import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  CHILDREN,
  type ChildName,
  INIT_CODE_HASHES,
  ROOT_INIT_CODE,
  ROUTER_INIT_CODE,
} from "@keystoneos/protocol/deployment";
import { type Abi, type Hex, keccak256 } from "viem";
import { DeployError } from "./errors.ts";

/** A compiled contract in Hardhat's artifact format. */
export interface Artifact {
  contractName: string;
  sourceName: string;
  abi: Abi;
  /** Init code without constructor arguments. */
  bytecode: Hex;
}

/** The compiled contract `name` of the source file `source`, e.g. "contracts/KeystoneRoot.sol". @throws DeployError NotCompiled. */
export function readArtifact(source: string, name: string): Artifact {
  const file = fileURLToPath(new URL(`../artifacts/${source}/${name}.json`, import.meta.url));
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (cause) {
    throw new DeployError("NotCompiled", `There is no compiled ${name}: run "npx hardhat build" first.`, { cause });
  }
}

/** Where the modules' contracts lie that are not in `contracts/` itself. */
const FOLDERS: Readonly<Record<string, string>> = {
  SettlementRouter: "contracts/periphery",
  TestToken: "devnet/contracts",
};

/** The contract of one of the modules, by its name. */
export function moduleArtifact(name: string): Artifact {
  return readArtifact(`${FOLDERS[name] ?? "contracts"}/${name}.sol`, name);
}

/** The init code of a child. */
export function initCode(child: ChildName): Hex {
  return moduleArtifact(child).bytecode;
}

/** Refuses contracts from which other addresses would follow than those predicted. @throws DeployError ContractsDiffer, NotCompiled. */
export function demandPredictedContracts(): void {
  const differing: string[] = CHILDREN.filter((child) => keccak256(initCode(child)) !== INIT_CODE_HASHES[child]);
  if (moduleArtifact("KeystoneRoot").bytecode !== ROOT_INIT_CODE) differing.unshift("KeystoneRoot");
  if (moduleArtifact("SettlementRouter").bytecode !== ROUTER_INIT_CODE) differing.push("SettlementRouter");
  if (differing.length === 0) return;
  throw new DeployError(
    "ContractsDiffer",
    `${differing.join(", ")} as compiled here is not what the addresses were predicted from. If the change is meant, run ` +
      `"node packages/protocol/scripts/generate-init-code.ts": it leads to other addresses.`,
  );
}
