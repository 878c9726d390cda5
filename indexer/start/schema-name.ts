import { createHash } from "node:crypto";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as abis from "@keystoneos/protocol/abi";
import type { Hex } from "viem";
import type { Config } from "../src/config.ts";

/**
 * Schema of the tables: `indexer_` and a digest of all that shapes them. Another deployment, another chain under the same id, a changed
 * schema or handler gets tables of its own and is built from the first block; the published views switch when it is complete.
 *
 * @param root folder of this package
 * @param startHashes per chain id the hash of the deployment's first block: tells a chain from another one with its id
 */
export function tablesSchema(root: string, config: Config, startHashes: ReadonlyMap<number, Hex>): string {
  const { contracts, coordinatorChainId, chains } = config.deployment;
  const digest = createHash("sha256");
  digest.update(
    JSON.stringify({
      ponder: ponderVersion(),
      abis,
      contracts,
      coordinatorChainId,
      chains: chains.map(({ chainId, name, startBlock }) => [chainId, name, startBlock, startHashes.get(chainId)]),
    }),
  );
  const files = globSync(["ponder.config.ts", "ponder.schema.ts", "src/**/*.ts"], { cwd: root }).sort();
  for (const file of files) digest.update(file).update(readFileSync(join(root, file)));
  return `indexer_${digest.digest("hex").slice(0, 12)}`;
}

function ponderVersion(): string {
  const description = new URL("../../package.json", import.meta.resolve("ponder"));
  return (JSON.parse(readFileSync(description, "utf8")) as { version: string }).version;
}
