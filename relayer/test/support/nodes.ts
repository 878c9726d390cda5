import type { Chain } from "../../src/chains/client.ts";
import type { RpcConfig } from "../../src/chains/rpc-config.ts";
import type { Watch } from "../../src/chains/watch.ts";
import { chainAt, startTestChain } from "./chain.ts";
import { A } from "./facts.ts";
import { type Behaviour, type FaultProxy, startFaultProxy } from "./fault-proxy.ts";

export interface Disagreement {
  what: string;
  answers: Readonly<Record<string, string>>;
  agreed: string | null;
}

/** What was told of disagreements, and a promise of the next one. */
export function watching(): Watch & { seen: Disagreement[]; next(): Promise<Disagreement> } {
  const seen: Disagreement[] = [];
  const waiting: ((told: Disagreement) => void)[] = [];
  return {
    seen,
    next: () => new Promise((resolve) => waiting.push(resolve)),
    asked: () => undefined,
    disagreed(_, what, answers, agreed) {
      const told = { what, answers, agreed };
      seen.push(told);
      for (const resolve of waiting.splice(0)) resolve(told);
    },
  };
}

/** One chain, and so many nodes of it that can be told how to behave. */
export async function startNodes(count: number) {
  const chain = await startTestChain();
  const proxies = await Promise.all(Array.from({ length: count }, () => startFaultProxy(chain.url)));
  return {
    ...chain,
    proxies,
    /** The first of these nodes as a relayer sees them that has just started, and that each behaves so from the start. */
    through(behaviours: readonly (Behaviour | null)[], rpc: Partial<RpcConfig> = {}, watch?: Watch): Chain {
      const used = behaviours.map((behaviour, index) => {
        const proxy = proxies[index] as FaultProxy;
        proxy.calls.length = 0;
        proxy.behave(behaviour ?? (() => null));
        return proxy.url;
      });
      return chainAt(used, A, rpc, watch);
    },
    async stop() {
      await Promise.all(proxies.map((proxy) => proxy.stop()));
      await chain.stop();
    },
  };
}
