import { type Deployment, deploymentChain } from "@keystoneos/protocol";
import { type Store, type StoreTransaction, sqlState } from "@keystoneos/store";
import { inSnapshot } from "../settlements/select-settlement.ts";
import { asksFor, type ChainNews, type Channel, compare } from "./channel.ts";
import { readDoubted, readPending, readStates } from "./read-pending.ts";
import { type FinalBlocks, firstWaiting, lastPositions, type RecordedEvent, readRecorded } from "./read-recorded.ts";

/** Recorded events of one environment that are read at one look. */
const LOOK_LIMIT = 500;

/** What a look has found for one environment. */
export interface Finding {
  channel: Channel;
  position: bigint;
  recorded: RecordedEvent[];
  finalPosition: bigint | null;
  final: RecordedEvent[];
  /** Null where the chains were not looked at. */
  chains: (ChainNews & { states: { id: string; state: string }[] }) | null;
  /** There is more to be read at once. */
  more: boolean;
}

export interface Look {
  findings: Finding[];
  /** Which blocks the index was at; another value means that something was indexed or taken back. Null without views. */
  heads: string | null;
  final: FinalBlocks;
}

/** Reads what is new for these environments, on one snapshot. `heads` are those of the last look: while they stand chains are not read again. */
export async function look(
  db: Store,
  deployment: Deployment,
  channels: Channel[],
  heads: string | null,
): Promise<Look> {
  try {
    return await inSnapshot(db, (trx) => lookAt(trx, deployment, channels, heads, true));
  } catch (error) {
    // Without the indexer's views, which may be on their way, there is still what was recorded.
    if (!["42P01", "3F000"].includes(sqlState(error) ?? "")) throw error;
    return inSnapshot(db, (trx) => lookAt(trx, deployment, channels, null, false));
  }
}

async function lookAt(
  trx: StoreTransaction,
  deployment: Deployment,
  channels: Channel[],
  before: string | null,
  views: boolean,
): Promise<Look> {
  const rows = views ? await trx.selectFrom("indexer.chain_head").selectAll().orderBy("chain_id").execute() : [];
  const heads = views ? rows.map((row) => `${row.chain_id}:${row.block_number}:${row.block_hash}`).join() : null;
  const final: FinalBlocks = new Map(
    rows
      .filter(({ chain_id }) => deployment.chains.some(({ chainId }) => BigInt(chainId) === chain_id))
      .map((row) => {
        const { finality } = deploymentChain(deployment, Number(row.chain_id));
        return [Number(row.chain_id), row.block_number - BigInt(finality.finalized) + 1n];
      }),
  );
  const unread = channels.filter(({ position }) => position === null).map(({ environmentId }) => environmentId);
  const last = await lastPositions(trx, unread);
  const seen = channels.flatMap(({ environmentId, position }) =>
    position === null ? [] : [{ environmentId, position }],
  );
  const recorded = byEnvironment(await readRecorded(trx, seen, { limit: LOOK_LIMIT }));
  const findings = channels.map((channel): Finding => {
    const own = recorded.get(channel.environmentId) ?? [];
    const position = own.at(-1)?.position ?? channel.position ?? last.get(channel.environmentId) ?? 0n;
    const more = own.length === LOOK_LIMIT;
    // Without views what waited before still waits.
    const finalPosition = asksFor(channel, "finalized") ? channel.finalPosition : null;
    return { channel, position, recorded: own, finalPosition, final: [], chains: null, more };
  });
  if (views) {
    await lookForFinal(trx, findings, final);
    await lookForPending(trx, deployment, findings, heads !== before);
  }
  return { findings, heads, final };
}

async function lookForFinal(trx: StoreTransaction, findings: Finding[], final: FinalBlocks): Promise<void> {
  const asking = findings.filter(({ channel }) => asksFor(channel, "finalized"));
  const beginning = asking.filter(({ channel }) => channel.finalPosition === null);
  const waiting = await firstWaiting(
    trx,
    beginning.map(({ channel }) => channel.environmentId),
    final,
  );
  for (const finding of beginning) {
    const first = waiting.get(finding.channel.environmentId);
    finding.finalPosition = first === undefined || first > finding.position ? finding.position : first - 1n;
  }
  const seen = asking.flatMap(({ channel: { environmentId, finalPosition: position } }) =>
    position === null ? [] : [{ environmentId, position }],
  );
  const rows = byEnvironment(await readRecorded(trx, seen, { limit: LOOK_LIMIT, final }));
  for (const finding of asking) {
    if (finding.channel.finalPosition === null) continue;
    const own = rows.get(finding.channel.environmentId) ?? [];
    finding.final = untilWaiting(own);
    finding.finalPosition = finding.final.at(-1)?.position ?? finding.channel.finalPosition;
    finding.more ||= finding.final.length === LOOK_LIMIT;
  }
}

/** An event waits for those before it, so that a reader resumes where it was. */
export function untilWaiting(events: RecordedEvent[]): RecordedEvent[] {
  const first = events.findIndex(({ standing }) => standing === "waiting");
  return first === -1 ? events : events.slice(0, first);
}

async function lookForPending(
  trx: StoreTransaction,
  deployment: Deployment,
  findings: Finding[],
  moved: boolean,
): Promise<void> {
  const asking = findings.filter(
    // What is not read yet would be taken for what is away.
    ({ channel, recorded, more }) =>
      asksFor(channel, "pending") && !more && (moved || recorded.length > 0 || channel.shown === null),
  );
  if (asking.length === 0) return;
  const environments = asking.map(({ channel }) => channel.environmentId);
  const pending = await readPending(trx, deployment, environments);
  const away = asking.flatMap(({ channel }) => [...channel.away.keys()]);
  const doubted = await readDoubted(trx, environments, away);
  for (const finding of asking) {
    const { environmentId } = finding.channel;
    const news = compare(
      finding.channel,
      pending.filter((event) => event.environmentId === environmentId),
      finding.recorded,
      doubted.filter((event) => event.environment_id === environmentId),
    );
    finding.chains = { ...news, states: await readStates(trx, deployment, environmentId, news.reorged) };
  }
}

function byEnvironment(events: RecordedEvent[]): Map<string, RecordedEvent[]> {
  return Map.groupBy(events, ({ environment_id }) => environment_id);
}
