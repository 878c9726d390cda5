import type { ApiPromise } from "../core/api-promise.ts";
import type { Caller } from "../core/caller.ts";
import { follow, type StreamOptions } from "../core/follow.ts";
import type { PagePromise } from "../core/page.ts";
import type { RequestOptions } from "../core/request-options.ts";
import type { StreamEvent } from "../events/events.ts";
import * as op from "../generated/operations.ts";
import type { Event, EventName, ListEventsQuery } from "../generated/types.ts";
import type { Settings } from "../options.ts";
import { Namespace } from "./namespace.ts";

/** What the environment was told of, with or without webhooks. */
export class Events extends Namespace {
  readonly #settings: Settings;

  constructor(api: Caller, settings: Settings) {
    super(api);
    this.#settings = settings;
  }

  /** Oldest first, to the newest. Keep `nextCursor` of the last page to go on from there later. */
  list(filters?: ListEventsQuery, options?: RequestOptions): PagePromise<Event> {
    return this.api.list(op.listEvents, { query: filters }, options);
  }

  get(id: string, options?: RequestOptions): ApiPromise<Event> {
    return this.api.call(op.getEvent, { ids: [id] }, options);
  }

  /** Those of all settlements of the environment, from now on or behind `lastEventId`. Ends with the loop that reads it. */
  stream(options: StreamOptions & { event?: EventName } = {}): AsyncIterable<StreamEvent> {
    const { event, finality } = options;
    const query = { ...(event !== undefined && { event }), ...(finality !== undefined && { finality }) };
    return follow(
      (last, signal) => this.api.stream(op.streamEnvironment, { query }, last, { signal }),
      options,
      this.#settings,
    );
  }
}
