import type { NewEvent } from "../events/store-events.ts";
import type { Doubted } from "./read-pending.ts";
import type { RecordedEvent } from "./read-recorded.ts";
import type { Stream } from "./stream.ts";

/** What this process has read for the streams of one environment. */
export interface Channel {
  environmentId: string;
  streams: Set<Stream>;
  /** Recorded events up to here were read; null before the first look. */
  position: bigint | null;
  /** The same of events that are final; null while no stream asks for it. */
  finalPosition: bigint | null;
  /** Facts that are indexed and not recorded, by the ids of their events; null while no stream asks for them. */
  shown: Map<string, NewEvent> | null;
  /** Facts that were shown and that a reorg took back: their settlements, by the ids of their events. */
  away: Map<string, string>;
}

export function createChannel(environmentId: string): Channel {
  return {
    environmentId,
    streams: new Set(),
    position: null,
    finalPosition: null,
    shown: null,
    away: new Map(),
  };
}

export function asksFor(channel: Channel, finality: Stream["finality"]): boolean {
  return [...channel.streams].some((stream) => stream.finality === finality);
}

/** What a look at the chains has changed for an environment. */
export interface ChainNews {
  shown: Map<string, NewEvent>;
  away: Map<string, string>;
  /** Facts to be shown now. */
  fresh: NewEvent[];
  /** Settlements of which a fact was taken back, or is there again after it was. */
  reorged: string[];
}

/**
 * Compares what is indexed and not recorded with what was shown. `recorded` are the events recorded since; `doubted` the recorded ones
 * whose logs are away, and those that were away before. On the first look everything was there before.
 */
export function compare(
  { shown, away }: Pick<Channel, "shown" | "away">,
  present: NewEvent[],
  recorded: RecordedEvent[],
  doubted: Doubted[],
): ChainNews {
  const now = new Map(present.map((event) => [event.id, event]));
  const lost = new Map(
    doubted.flatMap(({ id, settlement_id, there }) => (there ? [] : [[id, settlement_id] as const])),
  );
  if (shown === null) return { shown: now, away: lost, fresh: [], reorged: [] };
  const told = new Set(recorded.map(({ id }) => id));
  const gone = new Map(
    [...shown].flatMap(([id, { settlementId }]) =>
      now.has(id) || told.has(id) ? [] : [[id, settlementId as string] as const],
    ),
  );
  const newlyLost = [...lost].filter(([id]) => !away.has(id));
  const back = [...away].filter(([id]) => now.has(id) || doubted.some((one) => one.id === id && one.there));
  const awayNow = new Map([...away, ...gone, ...newlyLost]);
  for (const [id] of back) awayNow.delete(id);
  return {
    shown: now,
    away: awayNow,
    fresh: present.filter(({ id }) => !shown.has(id)),
    reorged: [...new Set([...gone, ...newlyLost, ...back].map(([, settlementId]) => settlementId))],
  };
}
