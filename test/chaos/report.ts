import type { Disturbed } from "./disturb.ts";
import type { Kind } from "./plan.ts";
import type { Spent } from "./transactions.ts";

export interface CampaignReport {
  seed: number;
  settlements: number;
  byEnd: Record<string, number>;
  byKind: Record<Kind, number>;
  disturbed: Disturbed;
  /** Settlements without an end, or with another than their parties' deeds allow, and tokens that are not where the terms say. */
  lost: number;
  /** Effects of the relayer that were paid for twice. */
  doubled: number;
  spent: Omit<Spent, "problems">;
  seconds: number;
  problems: string[];
}

/** One report of several campaigns, under the seed of the first. */
export function together(reports: readonly [CampaignReport, ...CampaignReport[]]): CampaignReport {
  return reports.slice(1).reduce(
    (sum, next) => ({
      seed: sum.seed,
      settlements: sum.settlements + next.settlements,
      byEnd: added(sum.byEnd, next.byEnd),
      byKind: added(sum.byKind, next.byKind),
      disturbed: added(sum.disturbed, next.disturbed),
      lost: sum.lost + next.lost,
      doubled: sum.doubled + next.doubled,
      spent: {
        transactions: sum.spent.transactions + next.spent.transactions,
        reverted: sum.spent.reverted + next.spent.reverted,
        reverts: added(sum.spent.reverts, next.spent.reverts),
        noops: sum.spent.noops + next.spent.noops,
      },
      seconds: sum.seconds + next.seconds,
      problems: [...sum.problems, ...next.problems],
    }),
    reports[0],
  );
}

function added<Key extends string>(one: Record<Key, number>, other: Record<Key, number>): Record<Key, number> {
  const keys = [...new Set([...Object.keys(one), ...Object.keys(other)])] as Key[];
  return Object.fromEntries(keys.map((key) => [key, (one[key] ?? 0) + (other[key] ?? 0)])) as Record<Key, number>;
}
