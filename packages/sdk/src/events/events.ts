import { fromWire } from "../casing/convert.ts";
import type { EventName, InstructionEventData, PingData, SettlementEventData } from "../generated/types.ts";

interface Named<Name extends string, Data> {
  event: Name;
  /** The same on every retry and redelivery: know what was handled by it. */
  id: string;
  data: Data;
}

type NameLike<Pattern extends string> = Extract<EventName, Pattern>;

/**
 * The name of an event that came after this version of the package. To the compiler it ends in a question mark, so that comparing
 * `event` with a known name tells the events apart.
 */
export type UnknownEventName = `${string}?`;

/** What webhooks and streams bring, told apart by `event`. */
export type WebhookEvent =
  | Named<NameLike<`settlement.${string}`>, SettlementEventData>
  | Named<NameLike<`instruction.${string}`>, InstructionEventData>
  | Named<"test.ping", PingData>
  | Named<UnknownEventName, unknown>;

/** What was shown of a settlement no longer holds: read it again. Only streams bring it, and it has no id. */
export interface ReorgedEvent {
  event: "settlement.reorged";
  data: { settlementId: string; state: string };
}

export type StreamEvent = WebhookEvent | ReorgedEvent;

const KNOWN = /^(settlement\.(state|compliance|leg|repo|reorged)|instruction\.|test\.)/;

/** An event as it came, cased where its kind is known. */
export function readEvent(wire: { event: string }): unknown {
  return KNOWN.test(wire.event) ? fromWire(wire) : wire;
}
