import type { Facts } from "../facts/types.ts";
import type { Action } from "../plan/actions.ts";
import type { Policy } from "../plan/policy.ts";
import { escrowOf, legChains } from "../plan/terms.ts";

/** Per chain its indexed head, whose time is in Unix seconds. */
export type Heads = ReadonlyMap<number, { number: bigint; timestamp: number }>;

/** How long nothing need be looked at unless something of it changes. */
export interface Rest {
  /** Milliseconds since 1970. */
  until: number;
  /** Per chain the Unix seconds from which on its time may ask for a step. */
  deadlines: ReadonlyMap<number, number>;
  /** Per chain the block from which on something is final that was not. */
  finals: ReadonlyMap<number, bigint>;
}

/** The longest rest, in case a change went unseen: a reorg that takes facts back leaves no trace among the events. */
const LONGEST_MS = 30_000;

/**
 * How long a settlement may be left alone after a look at it that asked for these actions; null when it is to be looked at in the next
 * pass. Deadlines and finality are exact: at the first indexed block that has reached one the settlement is looked at.
 */
export function restAfter(facts: Facts, actions: readonly Action[], now: Date, policy: Policy): Rest | null {
  if (actions.length > 0) return null;
  const longest = waits(facts) ? Math.min(LONGEST_MS, 250 * policy.messageRetrySeconds) : LONGEST_MS;
  return { until: now.getTime() + longest, deadlines: deadlinesOf(facts), finals: finalsOf(facts) };
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

/** Of every block that something may have to wait for: what was decided, what was deposited or paid, what an operator asked for. */
function finalsOf({ coordinator, coordinatorChainId, interventions, terms, legs, heads }: Facts): Map<number, bigint> {
  const blocks: [chainId: number, block: bigint | null | undefined][] = [
    [coordinatorChainId, coordinator?.blockNumber],
    ...interventions.map(({ reachedIn }): [number, bigint | null] => [coordinatorChainId, reachedIn]),
    ...terms.legs.map(({ chainId }, index): [number, bigint | undefined] => [
      Number(chainId),
      legs[index]?.blockNumber,
    ]),
  ];
  const finals = new Map<number, bigint>();
  for (const [chainId, block] of blocks) {
    const head = heads.get(chainId);
    if (head === undefined || block === undefined || block === null) continue;
    const final = block + BigInt(head.finalized);
    const first = finals.get(chainId);
    if (final > head.number && (first === undefined || final < first)) finals.set(chainId, final);
  }
  return finals;
}
