import type { Address } from "viem";
import { blockAt, quantity, stateOf } from "./blocks.ts";
import type { Chain } from "./client.ts";
import { NodeFault } from "./fault.ts";

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
  if (typeof at !== "bigint") {
    return nodes.reached(`the ${at} nonce of ${address}`, async (ask) =>
      count(await ask("eth_getTransactionCount", [address, at])),
    );
  }
  const answers = nodes.each(async (ask) => {
    const { hash } = await blockAt(ask, at);
    return { hash, count: count(await ask("eth_getTransactionCount", [address, stateOf(hash)])) };
  }, nodes.deadline());
  const what = `the nonce of ${address} at block ${at}`;
  const agreed = await nodes.agreed(what, answers, (told) => `${told.count} in ${told.hash}`);
  return agreed.count;
}

function count(value: unknown): bigint {
  const parsed = quantity.safeParse(value);
  // Beyond this nothing can be signed (EIP-2681).
  if (!parsed.success || parsed.data >= 2n ** 64n - 1n) throw new NodeFault("malformed", "gave no nonce");
  return parsed.data;
}
