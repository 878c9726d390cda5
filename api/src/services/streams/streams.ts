import { randomUUID } from "node:crypto";
import type { Deployment } from "@keystoneos/protocol";
import type { Store } from "@keystoneos/store";
import type { Logger } from "pino";
import { ApiError, unavailable } from "../../errors/api-error.ts";
import { startLoop } from "../../loop.ts";
import { inSnapshot } from "../settlements/select-settlement.ts";
import { type Channel, createChannel } from "./channel.ts";
import { boundOf, deliver, joinAt, missedFacts, sendRecorded } from "./deliver.ts";
import { HEARTBEAT, OPENED, reorgFrame } from "./frames.ts";
import { guard } from "./guard.ts";
import { look, untilWaiting } from "./look.ts";
import { markShown, resumePoint } from "./marks.ts";
import { createOutlet } from "./outlet.ts";
import { LEASE_SECONDS, MAX_STREAMS, releasePlaces, takePlace } from "./places.ts";
import { readStates } from "./read-pending.ts";
import { type FinalBlocks, readRecorded } from "./read-recorded.ts";
import type { Stream, StreamRequest } from "./stream.ts";

/** Milliseconds. */
export interface StreamIntervals {
  /** Between looks for what is new. */
  look: number;
  /** Between comments that keep a connection open. */
  heartbeat: number;
  /** Between checks of leases and tokens. */
  guard: number;
}

export const STREAM_INTERVALS: StreamIntervals = { look: 250, heartbeat: 15_000, guard: 10_000 };

/** Events that a stream reads at once of what it has missed. */
const PAGE = 200;

/** The streams of this process. */
export interface Streams {
  /** Begins a stream. Throws ApiError 429 when the environment has no place left, ValidationError for an event that cannot be resumed from. */
  open(request: StreamRequest): Promise<ReadableStream<Uint8Array>>;
  /** How many are under way. */
  readonly count: number;
  /** Ends them all and takes no more. */
  stop(): Promise<void>;
}

export interface StreamParts {
  db: Store;
  deployment: Deployment;
  log: Logger;
  intervals?: StreamIntervals;
}

/** One loop looks for what is new, for all streams of this process; while there is none it asks for nothing. */
export function createStreams({ db, deployment, log, intervals = STREAM_INTERVALS }: StreamParts): Streams {
  const channels = new Map<string, Channel>();
  const releases = new Set<Promise<void>>();
  let heads: string | null = null;
  let final: FinalBlocks = new Map();
  let stopped = false;
  const all = () => [...channels.values()].flatMap(({ streams }) => [...streams]);
  const failed = (what: string) => (error: unknown) => log.warn({ err: error }, what);

  async function pass(): Promise<void> {
    const present = [...channels.values()];
    if (present.length === 0) return;
    const starting = all();
    const found = await look(db, deployment, present, heads);
    for (const { chains, position } of found.findings) await markShown(db, chains?.fresh ?? [], position);
    for (const finding of found.findings) deliver(finding);
    ({ heads, final } = found);
    for (const stream of starting) stream.ready.resolve();
    if (found.findings.some(({ more }) => more)) looking.kick();
  }

  function add(request: StreamRequest, id: string, position: bigint | null): Stream {
    const { environmentId } = request;
    const channel = channels.get(environmentId) ?? createChannel(environmentId);
    channels.set(environmentId, channel);
    const outlet = createOutlet((reason) => {
      channel.streams.delete(stream);
      if (channel.streams.size === 0) channels.delete(environmentId);
      if (reason === "slow") {
        log.warn({ environment_id: environmentId }, "a stream was cut off: its reader is too slow");
        request.cut();
      }
      stream.ready.resolve();
      release(id);
    });
    const stream: Stream = {
      ...request,
      id,
      outlet,
      position: position ?? 0n,
      joined: false,
      admittedAt: Date.now(),
      ready: Promise.withResolvers(),
    };
    channel.streams.add(stream);
    return stream;
  }

  function release(id: string): void {
    const released = releasePlaces(db, [id]).catch(failed("a stream's place was not given back"));
    releases.add(released);
    void released.then(() => releases.delete(released));
  }

  /** Sends what was missed, page by page as the reader takes it, then joins. */
  async function follow(stream: Stream, channel: Channel): Promise<void> {
    await stream.ready.promise;
    if (stream.lastEventId === undefined) stream.position = boundOf(channel, stream) ?? 0n;
    stream.outlet.write(OPENED);
    while (stream.outlet.isOpen && !joinAt(channel, stream)) {
      const from = [{ environmentId: stream.environmentId, position: stream.position }];
      const ofFinal = stream.finality === "finalized" ? { final } : undefined;
      const page = untilWaiting(await readRecorded(db, from, { limit: PAGE, ...ofFinal }));
      for (const event of page) {
        await stream.outlet.room();
        sendRecorded(stream, [event]);
      }
      if (page.length > 0) continue;
      // What it waits for is seen by the next look.
      stream.ready = Promise.withResolvers();
      await stream.ready.promise;
    }
    if (stream.finality !== "pending" || stream.lastEventId === undefined || !stream.outlet.isOpen) return;
    const states = await inSnapshot(db, async (trx) =>
      readStates(trx, deployment, channel.environmentId, await missedFacts(trx, channel)),
    );
    for (const { id, state } of states) if (stream.shows(id)) stream.outlet.write(reorgFrame(id, state));
  }

  const looking = startLoop(intervals.look, pass, failed("looking for events failed"));
  const guarding = startLoop(intervals.guard, () => guard(db, all()), failed("guarding streams failed"));
  const beating = setInterval(() => {
    for (const { outlet } of all()) outlet.write(HEARTBEAT);
  }, intervals.heartbeat);

  return {
    async open(request) {
      const { environmentId, lastEventId, finality } = request;
      const position = lastEventId === undefined ? null : await resumePoint(db, environmentId, lastEventId, finality);
      const id = randomUUID();
      if (stopped) throw unavailable("This server");
      if (!(await takePlace(db, environmentId, id))) {
        throw new ApiError("rate_limited", `An environment has at most ${MAX_STREAMS} streams at once; end one`, {
          headers: { "Retry-After": String(LEASE_SECONDS) },
        });
      }
      if (stopped) {
        release(id);
        throw unavailable("This server");
      }
      const stream = add(request, id, position);
      follow(stream, channels.get(environmentId) as Channel).catch((error: unknown) => {
        failed("a stream ended")(error);
        stream.outlet.end();
      });
      looking.kick();
      return stream.outlet.body;
    },
    get count() {
      return all().length;
    },
    async stop() {
      stopped = true;
      clearInterval(beating);
      for (const { outlet } of all()) outlet.end();
      await Promise.all([looking.stop(), guarding.stop()]);
      await Promise.all(releases);
    },
  };
}
