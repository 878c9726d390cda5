import { createPublicClient, type Chain as Definition, defineChain, http, type PublicClient } from "viem";
import { ConfigError } from "../errors.ts";
import { TEST_CHAINS } from "./test-chains.ts";

export interface Chain {
  chainId: number;
  definition: Definition;
  transport: ReturnType<typeof http>;
  client: PublicClient;
}

export function connectChain(chainId: number, rpcUrl: string): Chain {
  const definition = defineChain({
    id: chainId,
    name: TEST_CHAINS.get(chainId) ?? String(chainId),
    nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
    rpcUrls: { default: { http: [rpcUrl] } },
  });
  const transport = http(rpcUrl, { timeout: 10_000, retryCount: 2 });
  const client: PublicClient = createPublicClient({ transport, cacheTime: 0, pollingInterval: 500 });
  return { chainId, definition, transport, client };
}

/** Throws ConfigError where the node answers for another chain than it was named for: it might be one whose tokens are worth something. */
export async function checkChain({ chainId, client }: Chain): Promise<void> {
  const actual = await client.getChainId();
  if (actual !== chainId) throw new ConfigError(`RPC_URL_${chainId} is a node of chain ${actual}`);
}
