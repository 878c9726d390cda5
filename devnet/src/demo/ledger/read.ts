import type { Deployment } from "@keystoneos/protocol";
import type { Address, Hex } from "viem";
import type { Chains } from "../chains.ts";
import { classify, type RawTransaction } from "./classify.ts";
import type { Entry } from "./entry.ts";

/** Reads every successful transaction to the deployment's contracts since the given blocks: from the nodes, not from the index. */
export async function readLedger(
  chains: Chains,
  deployment: Deployment,
  since: ReadonlyMap<number, bigint>,
): Promise<Entry[]> {
  const entries = await Promise.all(
    deployment.chains.map(async ({ chainId, endpoint }) => {
      const ours = new Set([...Object.values(deployment.contracts), endpoint].map(lower));
      const raw = await transactions(chains, chainId, since.get(chainId) ?? 0n, ours);
      return raw.flatMap((transaction) => classify(transaction, deployment));
    }),
  );
  return entries.flat().sort((a, b) => a.timestamp - b.timestamp);
}

async function transactions(
  chains: Chains,
  chainId: number,
  from: bigint,
  ours: ReadonlySet<string>,
): Promise<RawTransaction[]> {
  const client = chains.client(chainId);
  // As it is now: a node that was killed meanwhile may have fewer blocks than it had.
  const head = await client.getBlockNumber({ cacheTime: 0 });
  const found: RawTransaction[] = [];
  for (let number = from; number <= head; number += 1n) {
    const block = await client.getBlock({ blockNumber: number, includeTransactions: true });
    for (const { hash, to, input } of block.transactions) {
      if (to === null || !ours.has(lower(to))) continue;
      const receipt = await client.getTransactionReceipt({ hash });
      if (receipt.status !== "success") continue;
      const { gasUsed, logs } = receipt;
      found.push({ chainId, hash, to, input, gasUsed: Number(gasUsed), timestamp: Number(block.timestamp), logs });
    }
  }
  return found;
}

function lower(address: Address | Hex): string {
  return address.toLowerCase();
}
