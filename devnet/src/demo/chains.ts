import { erc20Abi } from "@keystoneos/protocol/abi";
import {
  type Address,
  createPublicClient,
  encodeFunctionData,
  type Hex,
  http,
  numberToHex,
  type PublicClient,
  parseAbi,
  type TransactionReceipt,
} from "viem";
import type { DemoWorld } from "./types.ts";

const mintAbi = parseAbi(["function mint(address to, uint256 amount)"]);

/** The chains as a party reaches them: over RPC, with its own wallet, and without the platform. */
export interface Chains {
  client(chainId: number): PublicClient;
  /** Base units of `token` that `holder` has at the newest block. */
  balance(chainId: number, token: Address, holder: Address): Promise<bigint>;
  /** Sends from an unlocked account with `eth_sendTransaction`, and waits until it is mined. Throws when it reverts. */
  send(chainId: number, call: Call): Promise<TransactionReceipt>;
  /** Test tokens have a public mint. */
  mint(chainId: number, token: Address, holder: Address, amount: bigint): Promise<TransactionReceipt>;
}

/**
 * A deposit that completes a settlement executes all of it, and which deposit that is shows only in the block. An estimate made while
 * the other one is missing would be too small, so calls to an escrow bring gas for either case; what is not used is not paid.
 */
export const ESCROW_GAS = 6_000_000n;

interface Call {
  from: Address;
  to: Address;
  data: Hex;
  /** Wei. */
  value?: bigint;
  /** The node's estimate by default. */
  gas?: bigint;
}

/** Reaches every chain of the world. Requests are repeated while a node is away. */
export function reachChains(world: Pick<DemoWorld, "chains">): Chains {
  const clients = new Map(
    world.chains.map(({ chainId, rpcUrl }) => [
      chainId,
      createPublicClient({
        transport: http(rpcUrl, { retryCount: 8, retryDelay: 150 }),
        pollingInterval: 250,
        cacheTime: 0,
      }),
    ]),
  );

  function client(chainId: number): PublicClient {
    const found = clients.get(chainId);
    if (found === undefined) throw new Error(`the demo's world has no chain ${chainId}`);
    return found;
  }

  async function send(chainId: number, { from, to, data, value, gas }: Call): Promise<TransactionReceipt> {
    const node = client(chainId);
    const transaction = {
      from,
      to,
      data,
      ...(value ? { value: numberToHex(value) } : {}),
      ...(gas ? { gas: numberToHex(gas) } : {}),
    };
    const hash = await node.request({ method: "eth_sendTransaction", params: [transaction] } as never);
    const receipt = await node.waitForTransactionReceipt({ hash: hash as Hex, timeout: 60_000, retryCount: 12 });
    if (receipt.status !== "success") throw new Error(`transaction ${hash} on chain ${chainId} reverted`);
    return receipt;
  }

  return {
    client,
    send,
    balance: (chainId, token, holder) =>
      client(chainId).readContract({ address: token, abi: erc20Abi, functionName: "balanceOf", args: [holder] }),
    mint: (chainId, token, holder, amount) =>
      send(chainId, {
        from: holder,
        to: token,
        data: encodeFunctionData({ abi: mintAbi, functionName: "mint", args: [holder, amount] }),
      }),
  };
}
