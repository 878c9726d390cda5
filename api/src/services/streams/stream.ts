import type { Finality } from "../settlements/finality.ts";
import type { Outlet } from "./outlet.ts";

/** Who wants to be told what. */
export interface StreamRequest {
  environmentId: string;
  finality: Finality;
  /** Whether the reader may be told of this settlement; null is none. */
  shows(settlementId: string | null): boolean;
  /** Whether the reader wants events of this name, and may have them. */
  wants(event: string): boolean;
  /** The event that the reader has seen last; undefined begins now. */
  lastEventId: string | undefined;
  /** When the token ends. */
  expiresAt: Date;
  /** Resolves while the reader would still be let in; throws ApiError otherwise. */
  admit(): Promise<void>;
  /** Breaks the connection off. */
  cut(): void;
}

/** A stream under way. */
export interface Stream extends StreamRequest {
  /** Its place. */
  id: string;
  outlet: Outlet;
  /** Recorded events up to here were sent, or are not for it. */
  position: bigint;
  /** Whether it gets what is new; before it reads what it has missed. */
  joined: boolean;
  /** When it was last known that the reader may read. */
  admittedAt: number;
  /** Resolves after the first look that was begun with this stream there. */
  ready: PromiseWithResolvers<void>;
}
