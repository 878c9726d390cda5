import type { Facts } from "../facts/types.ts";
import type { Action } from "../plan/actions.ts";
import type { Policy } from "../plan/policy.ts";
import { escrowOf, isTerminal, legChains } from "../plan/terms.ts";

/** Per chain its indexed head, in Unix seconds. */
export type Heads = ReadonlyMap<number, { timestamp: number }>;

/** How long nothing need be looked at unless something of it changes. */
export interface Rest {
  /** Milliseconds since 1970. */
  until: number;
  /** Per chain the Unix seconds from which on its time may ask for a step. */
  deadlines: ReadonlyMap<number, number>;
}

/** The longest rest, in case a change went unseen: a reorg that takes facts back leaves no trace among the events. */
const LONGEST_MS = 30_000;
/** What is decided waits for finality, which is counted in blocks. */
const CLOSING_MS = 5_000;

/**
 * How long a settlement may be left alone after a look at it that asked for these actions; null when it is to be looked at in the next
 * pass. Deadlines are exact: at the first indexed block that has reached one the settlement is looked at.
 */
export function restAfter(facts: Facts, actions: readonly Action[], now: Date, policy: Policy): Rest | null {
  if (actions.length > 0) return null;
  const bounds = [
    LONGEST_MS,
    ...(waits(facts) ? [250 * policy.messageRetrySeconds] : []),
    ...(isTerminal(facts) ? [CLOSING_MS] : []),
  ];
  return { until: now.getTime() + Math.min(...bounds), deadlines: deadlinesOf(facts) };
}

/** Something may be overdue soon that no change will tell of: a message, or a call that is to be made again. */
function waits(facts: Facts): boolean {
  const { messages, transactions, legs, interventions, terms } = facts;
  return (
    messages.some(({ received }) => !received) ||
    transactions.some(({ status }) => status === "failed") ||
    interventions.length > 0 ||
    terms.legs.some(({ chainId }, index) => {
      const decided = escrowOf(facts, Number(chainId)).verdict !== "none";
      const status = legs[index]?.status;
      return status === "claimable" || status === "waived" || (status === "deposited" && decided);
    })
  );
}

function deadlinesOf(facts: Facts): Map<number, number> {
  const { depositDeadline, settleDeadline, notBefore } = facts.terms;
  const chainIds = new Set([facts.coordinatorChainId, ...legChains(facts)]);
  return new Map(
    [...chainIds].flatMap((chainId): [number, number][] => {
      const present = facts.heads.get(chainId)?.timestamp ?? 0;
      const ahead = [depositDeadline, settleDeadline, notBefore].filter((seconds) => seconds > present);
      return ahead.length === 0 ? [] : [[chainId, Math.min(...ahead)]];
    }),
  );
}
