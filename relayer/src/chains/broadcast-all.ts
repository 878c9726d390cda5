import { type Hex, keccak256, RpcRequestError } from "viem";
import { type BroadcastOutcome, classifyBroadcast } from "./broadcast-errors.ts";
import type { Chain } from "./client.ts";
import { NodeFault } from "./fault.ts";
import { firstAgreed } from "./quorum.ts";
import { shortMessage } from "./revert.ts";

/** What one node said to it. */
interface BroadcastAnswer {
  endpoint: string;
  outcome: BroadcastOutcome;
  /** In the node's words; null where it took it. */
  message: string | null;
}

export interface Broadcast {
  /**
   * The most that can be said by one node: `taken` and `known` when any has it, then what tells most of the transaction. Only a receipt
   * shows that a transaction is there: a node may take it and keep it to itself.
   */
  outcome: BroadcastOutcome;
  /** Of the nodes that had answered when enough had taken it. */
  answers: BroadcastAnswer[];
}

/** First what ends the matter, last what says nothing of it. */
const TELLING: readonly BroadcastOutcome[] = [
  "taken",
  "known",
  "nonce_too_low",
  "replacement_underpriced",
  "insufficient_funds",
  "underpriced",
  "refused",
  "rate_limited",
  "unreachable",
];

/** Sends signed bytes to every node, and waits until a quorum has them or all have answered. Sending again is harmless. Never throws. */
export async function broadcastAll(chain: Chain, raw: Hex): Promise<Broadcast> {
  const { nodes } = chain;
  const hash = keccak256(raw);
  const all = new Map<string, BroadcastAnswer>();
  const answers = nodes.each(async (ask, { name }) => {
    const told = await ask("eth_sendRawTransaction", [raw]);
    if (typeof told !== "string" || told.toLowerCase() !== hash) {
      throw new NodeFault("malformed", "took a transaction and told the hash of another");
    }
    all.set(name, { endpoint: name, outcome: "taken", message: null });
  }, nodes.deadline());
  const has = answers.map((answer, index) =>
    answer.catch((error: unknown) => {
      const endpoint = nodes.endpoints[index]?.name ?? "";
      const outcome = outcomeOf(error);
      all.set(endpoint, { endpoint, outcome, message: shortMessage(error) });
      if (outcome !== "known") throw error;
    }),
  );
  await firstAgreed(has, nodes.quorum, () => "").catch(() => Promise.allSettled(has));
  const told = [...all.values()];
  const outcome = TELLING.find((one) => told.some((answer) => answer.outcome === one)) ?? "unreachable";
  return { outcome, answers: told };
}

function outcomeOf(error: unknown): BroadcastOutcome {
  if (error instanceof RpcRequestError) return classifyBroadcast(error);
  return error instanceof NodeFault && error.kind === "rate_limited" ? "rate_limited" : "unreachable";
}
