import type { Logger } from "../log.ts";
import type { FaultKind } from "./fault.ts";

interface EndpointName {
  chainId: number;
  endpoint: string;
}

/** Told of what nodes do. */
export interface Watch {
  /** A request has ended; for a turn that was not to be had, without one. */
  asked(node: EndpointName, outcome: FaultKind | "ok" | "error", seconds: number): void;
  /** Nodes gave different answers to one question. `answers` by the node's name; `agreed` is the quorum's, null where there is none. */
  disagreed(chainId: number, what: string, answers: Readonly<Record<string, string>>, agreed: string | null): void;
}

/** For tests, and for whoever does not watch. */
export const unwatched: Watch = { asked: () => undefined, disagreed: () => undefined };

/** A node that lies does so at every question: it is logged once in so long, and counted each time. */
const QUIET_MS = 60_000;

export interface RpcMetrics {
  countRequest(labels: { chain_id: number; endpoint: string; outcome: string }): void;
  observeSeconds(labels: { chain_id: number; endpoint: string }, seconds: number): void;
  countDisagreement(labels: { chain_id: number; endpoint: string }): void;
}

export function createWatch(log: Logger, metrics: RpcMetrics): Watch {
  const logged = new Map<string, number>();
  return {
    asked({ chainId, endpoint }, outcome, seconds) {
      metrics.countRequest({ chain_id: chainId, endpoint, outcome });
      if (outcome === "ok" || outcome === "error") metrics.observeSeconds({ chain_id: chainId, endpoint }, seconds);
    },
    disagreed(chainId, what, answers, agreed) {
      const others = Object.keys(answers).filter((endpoint) => agreed === null || answers[endpoint] !== agreed);
      for (const endpoint of others) metrics.countDisagreement({ chain_id: chainId, endpoint });
      const name = `${chainId} ${others.join()}`;
      const now = performance.now();
      if (now - (logged.get(name) ?? Number.NEGATIVE_INFINITY) < QUIET_MS) return;
      logged.set(name, now);
      log.error({ chainId, what, answers, agreed }, "nodes disagree");
    },
  };
}
