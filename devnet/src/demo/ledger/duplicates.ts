import type { Entry } from "./entry.ts";

/** So long nobody can know of a delivery: it has to be mined, fetched and indexed first. */
const KNOWN_AFTER_SECONDS = 4;

/**
 * Effects that were bought twice, one sentence each.
 *
 * Two successful transactions for one (settlement, kind, leg, chain) and one subject are a fault: two creations, two deposits of a leg,
 * two statements with one sequence, two walks through the same states. A message may be sent again when it is missing, so sending
 * has a rule of its own: it is a fault once an earlier copy had arrived and the sender could know.
 */
export function duplicates(entries: readonly Entry[]): string[] {
  return [...repeatedTransactions(entries), ...needlessMessages(entries)];
}

/** Effects that two successful transactions were for, one sentence each. */
export function repeatedTransactions(entries: readonly Entry[]): string[] {
  const groups = Map.groupBy(
    entries.filter(({ sent, kind }) => sent.length === 0 || kind === "deposit" || kind === "reveal"),
    ({ settlementHash, kind, leg, chainId, subject }) => [settlementHash, kind, leg ?? "", chainId, subject].join("|"),
  );
  return [...groups.values()]
    .filter((group) => group.length > 1)
    .map((group) => {
      const { kind, leg, chainId, subject } = group[0] as Entry;
      const of = leg === null ? "" : ` of leg ${leg}`;
      const about = subject === "" ? "" : ` (${subject})`;
      return `${group.length} times ${kind}${of}${about} on chain ${chainId}: ${group.map(({ hash }) => hash).join(", ")}`;
    });
}

function needlessMessages(entries: readonly Entry[]): string[] {
  const arrived = new Map(
    entries.flatMap(({ received, timestamp }) => received.map((guid) => [guid, timestamp] as const)),
  );
  const sent = entries.flatMap((entry) =>
    entry.sent.map((message) => ({
      ...message,
      at: entry.timestamp,
      route: [entry.settlementHash, message.kind, entry.chainId, message.targetChainId].join("|"),
    })),
  );
  return [...Map.groupBy(sent, ({ route }) => route).values()].flatMap((copies) => {
    const inOrder = copies.toSorted((a, b) => a.at - b.at);
    return inOrder.flatMap(({ kind, guid, at }, index) => {
      const known = inOrder
        .slice(0, index)
        .some((earlier) => (arrived.get(earlier.guid) ?? Number.POSITIVE_INFINITY) + KNOWN_AFTER_SECONDS < at);
      return known ? [`${kind} was sent again although it had arrived: ${guid}`] : [];
    });
  });
}
