import { createHash } from "node:crypto";

/**
 * The id of an event, the same however often it is found: of (event, chain id, block hash, log index), or of (event, object id) where no
 * log says so.
 */
export function eventId(
  event: string,
  cause: { objectId: string } | { chainId: number; blockHash: string; logIndex: number },
): string {
  const parts =
    "objectId" in cause
      ? [event, cause.objectId]
      : [event, cause.chainId, cause.blockHash.toLowerCase(), cause.logIndex];
  return `evt_${createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 32)}`;
}

/** What is sent and signed. The same text for the same event, always. */
export function eventBody(event: { event: string; id: string; data: Record<string, unknown> }): string {
  return JSON.stringify({ event: event.event, id: event.id, data: event.data });
}
