import { setTimeout as wait } from "node:timers/promises";
import { http, type Transport } from "viem";

/** The chain no longer has the block whose logs were asked for. */
export class BlockGoneError extends Error {
  override name = "BlockGoneError";
  /** With a code, and "revert" in the message, Ponder does not ask again. */
  readonly code = -32000;

  constructor(hash: unknown) {
    super(`block ${hash} was reverted by a reorg`);
  }
}

export interface TransportOptions {
  /** How often, and after how many milliseconds, a node that lags behind the others is asked again. */
  attempts?: number;
  delayMs?: number;
  /** Called when a reorg cannot be followed; has to end the process. */
  giveUp: (reason: string) => never;
}

/**
 * JSON-RPC over HTTP, with two moments of a reorg taken care of in which Ponder 0.16.10 goes wrong:
 *
 * - It asks for the logs of a block that is gone. It would ask for a minute, and hold up the chain.
 * - It walks from parent to parent back to the common ancestor, and cannot have one. It would go on without ever taking back the rows of
 *   the blocks that it left behind. A new start takes them back, so the process ends.
 */
export function chainTransport(url: string, { attempts = 5, delayMs = 150, giveUp }: TransportOptions): Transport {
  return (options) => {
    const plain = http(url)(options);

    async function logsOf(hash: unknown, call: Call): Promise<unknown> {
      for (let attempt = 1; ; attempt++) {
        try {
          return await plain.request(call as never);
        } catch (error) {
          if (!saysUnknown(error)) throw error;
          if (attempt === attempts) throw new BlockGoneError(hash);
        }
        await wait(delayMs);
      }
    }

    async function ancestor(hash: unknown, call: Call): Promise<unknown> {
      for (let attempt = 1; ; ) {
        const block = await plain
          .request(call as never)
          .catch((error: unknown) => (saysUnknown(error) ? null : undefined));
        if (block) return block;
        // A node that does not answer at all says nothing about the block.
        if (block === null && attempt++ === attempts)
          giveUp(`block ${hash}, on the way to the common ancestor, is gone`);
        await wait(delayMs);
      }
    }

    function request(call: Call): Promise<unknown> {
      const [first] = (call.params ?? []) as unknown[];
      if (call.method === "eth_getBlockByHash") return ancestor(first, call);
      const hash = call.method === "eth_getLogs" ? (first as { blockHash?: unknown }).blockHash : undefined;
      return hash === undefined ? plain.request(call as never) : logsOf(hash, call);
    }

    return { ...plain, request: request as typeof plain.request };
  };
}

interface Call {
  method: string;
  params?: unknown;
}

/** Nodes have no code for it: Geth and Anvil say "unknown block", others that it was not found. */
function saysUnknown(error: unknown): boolean {
  const { details, message } = error as { details?: string; message?: string };
  return /unknown block|not found|could not be found|does not exist/i.test(`${details} ${message}`);
}
