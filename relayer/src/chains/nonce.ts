import type { Address } from "viem";
import { blockAt, quantity, stateOf } from "./blocks.ts";
import type { Chain } from "./client.ts";
import { NodeFault } from "./fault.ts";
import { enough, NoQuorum } from "./quorum.ts";

/**
 * How many transactions an account has sent.
 * - At a block's number: by the state of the block that a quorum has there; block and count are agreed together.
 * - `latest` and `pending`: the highest count that a quorum has reached. One node that claims more is not believed, since a nonce above
 *   the true one would never be mined; of those that know less the others make up.
 *
 * Throws ChainError when too few nodes answer, or too few alike.
 */
export async function nonceAt(chain: Chain, address: Address, at: bigint | "latest" | "pending"): Promise<bigint> {
  const { nodes } = chain;
  if (typeof at !== "bigint") return reached(chain, address, at);
  const answers = nodes.each(async (ask) => {
    const { hash } = await blockAt(ask, at);
    return { hash, count: count(await ask("eth_getTransactionCount", [address, stateOf(hash)])) };
  }, nodes.deadline());
  const what = `the nonce of ${address} at block ${at}`;
  const agreed = await nodes.agreed(what, answers, (told) => `${told.count} in ${told.hash}`);
  return agreed.count;
}

async function reached({ nodes }: Chain, address: Address, tag: "latest" | "pending"): Promise<bigint> {
  const answers = nodes.each(
    async (ask) => count(await ask("eth_getTransactionCount", [address, tag])),
    nodes.deadline(),
  );
  const counts = await enough(answers, nodes.quorum);
  const [value] = counts.sort((a, b) => (a < b ? 1 : -1)).slice(nodes.quorum - 1);
  if (value !== undefined) return value;
  const settled = await Promise.allSettled(answers);
  const reasons = settled.flatMap((answer, index): [number, unknown][] =>
    answer.status === "rejected" ? [[index, answer.reason]] : [],
  );
  throw nodes.noQuorum(`the ${tag} nonce of ${address}`, new NoQuorum(new Map(reasons)));
}

function count(value: unknown): bigint {
  const parsed = quantity.safeParse(value);
  // Beyond this nothing can be signed (EIP-2681).
  if (!parsed.success || parsed.data >= 2n ** 64n - 1n) throw new NodeFault("malformed", "gave no nonce");
  return parsed.data;
}
