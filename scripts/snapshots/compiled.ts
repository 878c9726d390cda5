import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../lib/root.ts";
import { compare } from "./compare.ts";

interface StorageItem {
  label: string;
  slot: string;
  offset: number;
  type: string;
}

interface StorageLayout {
  storage: StorageItem[];
  types: Record<string, { label: string; numberOfBytes: string; members?: StorageItem[] }> | null;
}

interface Compiled {
  name: string;
  bytes: number;
  layout: StorageLayout;
}

interface BuildOutput {
  output: {
    contracts: Record<
      string,
      Record<string, { evm: { deployedBytecode: { object: string } }; storageLayout: StorageLayout }>
    >;
  };
}

/** What may be deployed (EIP-170), and what is kept free below it for a late fix. */
const LIMIT = 24_576;
const MARGIN = 2_048;

/** The second is delegated into by the first, and declares no storage of its own. */
const SHARED_STORAGE = ["KeystoneEscrow", "KeystoneEscrowExtension"] as const;

/** Every contract of `contracts/` that has code of its own, by name, from Hardhat's build. */
export function compiledContracts(): Compiled[] {
  const found = new Map<string, Compiled>();
  for (const artifact of globSync("artifacts/contracts/**/*.json", { cwd: root })) {
    const { contractName, inputSourceName, buildInfoId } = JSON.parse(readFileSync(join(root, artifact), "utf8"));
    if (buildInfoId === undefined) continue;
    const { output }: BuildOutput = JSON.parse(
      readFileSync(join(root, "artifacts/build-info", `${buildInfoId}.output.json`), "utf8"),
    );
    const compiled = output.contracts[inputSourceName]?.[contractName];
    const bytes = (compiled?.evm.deployedBytecode.object.length ?? 0) / 2;
    // Libraries whose functions are all internal compile to a stub; interfaces and abstract contracts to nothing.
    if (compiled === undefined || bytes < 200) continue;
    found.set(contractName, { name: contractName, bytes, layout: compiled.storageLayout });
  }
  return [...found.values()].sort((a, b) => a.name.localeCompare(b.name));
}

/** Bytes of deployed code. @throws Error when one comes closer to the limit than the margin. */
export function sizes(contracts: readonly Compiled[]): Record<string, number> {
  for (const { name, bytes } of contracts) {
    if (bytes > LIMIT - MARGIN) throw new Error(`${name} has ${bytes} bytes; at most ${LIMIT - MARGIN} are allowed`);
  }
  return Object.fromEntries(contracts.map(({ name, bytes }) => [name, bytes]));
}

/**
 * Every storage variable as `slot.offset name: type`, structs in mappings spelled out.
 * @throws Error when the two codes that run in the escrow's storage would not see the same in it.
 */
export function layouts(contracts: readonly Compiled[]): Record<string, string[]> {
  const described = Object.fromEntries(contracts.map(({ name, layout }) => [name, describe(layout)]));
  const [code, delegate] = SHARED_STORAGE;
  const differences = compare({ storage: described[code] ?? [] }, { storage: described[delegate] ?? [] });
  if (differences.length > 0) throw new Error(`${delegate} shares the storage of ${code}, but ${differences.join()}`);
  return described;
}

function describe({ storage, types }: StorageLayout): string[] {
  const line = (item: StorageItem) => `${item.slot}.${item.offset} ${item.label}: ${types?.[item.type]?.label}`;
  const structs = Object.values(types ?? {})
    .filter(({ members }) => members !== undefined)
    .flatMap(({ label, members = [] }) => members.map((member) => `${label} ${line(member)}`));
  return [...storage.map(line), ...structs];
}
