import type { Hex } from "viem";
import type { MessageFacts } from "../facts/types.ts";

type Route = Pick<MessageFacts, "guid" | "sourceChainId" | "targetChainId">;

interface Count {
  labels: { source: number; target: number; verifier: string };
  value: number;
}

/**
 * Which verifiers this process found silent about which overdue messages. In memory: the next look at a message tells it again, and the
 * database which of them still wait.
 */
export class SilenceBook {
  readonly #silent = new Map<Hex, { message: Route; verifiers: readonly string[] }>();

  /** `verifiers` by address, or a word where the library does not tell. */
  note(message: Route, verifiers: readonly string[]): void {
    this.#silent.set(message.guid, { message, verifiers });
  }

  forget(guid: Hex): void {
    this.#silent.delete(guid);
  }

  /** Per route and verifier how many messages it is silent about; those that wait no more are forgotten. */
  counts(waiting: ReadonlySet<Hex>): Count[] {
    const counts = new Map<string, Count>();
    for (const [guid, { message, verifiers }] of this.#silent) {
      if (!waiting.has(guid)) this.#silent.delete(guid);
      else {
        for (const verifier of verifiers) {
          const labels = { source: message.sourceChainId, target: message.targetChainId, verifier };
          const key = Object.values(labels).join();
          const value = (counts.get(key)?.value ?? 0) + 1;
          counts.set(key, { labels, value });
        }
      }
    }
    return [...counts.values()];
  }
}
