import type { StoreTransaction } from "@keystoneos/store";
import type { EventLog } from "../events/store-events.ts";
import { asksFor, type Channel } from "./channel.ts";
import { eventFrame, reorgFrame } from "./frames.ts";
import type { Finding } from "./look.ts";
import { takenBack } from "./marks.ts";
import type { RecordedEvent } from "./read-recorded.ts";
import type { Stream } from "./stream.ts";

/** Hands what a look has found to the streams that have joined, and remembers how far it went. */
export function deliver({ channel, position, recorded, finalPosition, final, chains }: Finding): void {
  for (const stream of channel.streams) {
    if (!stream.joined) continue;
    if (stream.finality === "finalized") sendRecorded(stream, final);
    else if (stream.finality === "safe") sendRecorded(stream, recorded);
    else sendRecorded(stream, recorded, (id) => channel.shown?.has(id) === true);
    if (stream.finality !== "pending" || chains === null) continue;
    for (const { id, state } of chains.states) if (stream.shows(id)) stream.outlet.write(reorgFrame(id, state));
    for (const event of chains.fresh) send(stream, event);
  }
  channel.position = position;
  channel.finalPosition = finalPosition;
  if (!asksFor(channel, "pending")) {
    channel.shown = null;
    channel.away = new Map();
  } else if (chains !== null) {
    channel.shown = chains.shown;
    channel.away = chains.away;
  } else for (const { id } of recorded) channel.shown?.delete(id);
}

/** Sends recorded events that the stream has not had; of those that a reorg took back before they were final it hears nothing. */
export function sendRecorded(
  stream: Stream,
  events: RecordedEvent[],
  wasShown: (id: string) => boolean = () => false,
): void {
  for (const event of events) {
    if (event.position <= stream.position) continue;
    stream.position = event.position;
    if (event.standing === "lost" || wasShown(event.id)) continue;
    send(stream, { ...event, settlementId: event.settlement_id });
  }
}

function send(
  { shows, wants, outlet }: Stream,
  event: { id: string; event: string; settlementId: string | null; data: Record<string, unknown> },
): void {
  if (shows(event.settlementId) && wants(event.event)) outlet.write(eventFrame(event));
}

/** Up to where the streams of its kind were told. */
export function boundOf(channel: Channel, { finality }: Stream): bigint | null {
  return finality === "finalized" ? channel.finalPosition : channel.position;
}

/** Lets a stream that has all that was recorded get what is new; false while it has not. One that resumes is shown what is pending. */
export function joinAt(channel: Channel, stream: Stream): boolean {
  const bound = boundOf(channel, stream);
  if (bound === null || stream.position < bound) return false;
  stream.joined = true;
  if (stream.finality !== "pending" || stream.lastEventId === undefined) return true;
  const last = channel.shown?.get(stream.lastEventId)?.log ?? null;
  for (const event of channel.shown?.values() ?? []) {
    if (event.id !== stream.lastEventId && !isBefore(event.log, last)) send(stream, event);
  }
  return true;
}

/** Of one chain the earlier facts were shown earlier. */
function isBefore(log: EventLog | null, last: EventLog | null): boolean {
  if (log === null || last === null || log.chainId !== last.chainId) return false;
  return (log.blockNumber - last.blockNumber || log.logIndex - last.logIndex) < 0;
}

/** Settlements of which a reader that resumes may have been shown what is no more. */
export async function missedFacts(trx: StoreTransaction, channel: Channel): Promise<string[]> {
  const present = [...(channel.shown?.keys() ?? [])];
  return [...new Set([...(await takenBack(trx, channel.environmentId, present)), ...channel.away.values()])];
}
