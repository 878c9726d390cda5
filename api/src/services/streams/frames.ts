import { eventBody } from "../events/event-id.ts";

/** The first line of a stream: what happens from here on is on it. Readers that are cut off come back after three seconds. */
export const OPENED = "retry: 3000\n: open\n\n";
/** A comment: it keeps proxies from taking the connection for a dead one. */
export const HEARTBEAT = ": heartbeat\n\n";

/** An event as a server-sent event; the data is the webhook's body. */
export function eventFrame(event: { id: string; event: string; data: Record<string, unknown> }): string {
  return `id: ${event.id}\nevent: ${event.event}\ndata: ${eventBody(event)}\n\n`;
}

/** What was shown of a settlement no longer holds. Without an id: a reader resumes from the last event. */
export function reorgFrame(settlementId: string, state: string): string {
  const event = "settlement.reorged";
  const data = JSON.stringify({ event, data: { settlement_id: settlementId, state } });
  return `event: ${event}\ndata: ${data}\n\n`;
}
