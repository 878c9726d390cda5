import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Address, createTestClient, type Hash, http, isAddressEqual, publicActions } from "viem";
import { launchAnvil } from "../../../devnet/src/chains/anvil.ts";
import { localAccount } from "../../../devnet/src/keys.ts";
import { freePort } from "../../../devnet/src/ports.ts";
import { type Chain, connectChain } from "../../src/chains/client.ts";
import type { RpcConfig } from "../../src/chains/rpc-config.ts";
import type { Watch } from "../../src/chains/watch.ts";
import { A } from "./facts.ts";

/** The gas key of these tests. */
export const account = localAccount("relayer");

export type TestChain = Awaited<ReturnType<typeof startTestChain>>;

/** A chain that mines only when told to, so that every moment between two blocks can be looked at. */
export async function startTestChain(chainId = A) {
  const directory = await mkdtemp(join(tmpdir(), "keystone-relayer-"));
  const anvil = await launchAnvil(chainId, await freePort(), ["--no-mining"], join(directory, "anvil.log"));
  const client = createTestClient({ mode: "anvil", transport: http(anvil.url), cacheTime: 0 }).extend(publicActions);
  return {
    url: anvil.url,
    client,
    chain: chainAt(anvil.url, chainId),
    mine: (blocks = 1) => client.mine({ blocks }),
    /** Replaces the newest blocks by as many empty ones; what was in them is gone. */
    reorg: (depth: number) => client.request({ method: "anvil_reorg", params: [depth, []] } as never),
    async stop() {
      await anvil.kill();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** What waits in the node's pool of an account. */
export async function poolOf({ client }: TestChain, address: Address): Promise<{ hash: Hash }[]> {
  const { pending } = await client.getTxpoolContent();
  const own = Object.entries(pending).filter(([owner]) => isAddressEqual(owner as Address, address));
  return own.flatMap(([, byNonce]) => Object.values(byNonce));
}

/** The chain as the relayer sees it, through one node or several. */
export function chainAt(
  url: string | readonly string[],
  chainId: number,
  rpc: Partial<RpcConfig> = {},
  watch?: Watch,
): Chain {
  const endpoint = "0x0000000000000000000000000000000000000001" as const;
  const finality = { safe: 2, finalized: 5 };
  return connectChain(
    { chainId, name: "test", row: 0, eid: 1, endpoint, startBlock: 0, finality },
    { ...rpcAt(url), ...rpc },
    watch,
  );
}

/** How the nodes of a test are reached: a majority decides, and no test comes near the rate. */
export function rpcAt(url: string | readonly string[]): RpcConfig {
  const urls = [url].flat();
  return { urls, quorum: Math.floor(urls.length / 2) + 1, requestsPerSecond: 100_000, timeoutMs: 10_000 };
}
