import { expect } from "chai";
import fc from "fast-check";
import { clock } from "../src/core/clock.ts";
import { sseReader } from "../src/core/sse.ts";
import { KeystoneClient, RateLimitError, type StreamEvent } from "../src/index.ts";

const event = (id: string, name = "settlement.state.finalized") =>
  `id: ${id}\nevent: ${name}\ndata: ${JSON.stringify({ event: name, id, data: { settlement_id: "s-1" } })}\n\n`;

/** One answer of the API: a status, or the pieces of a stream; `open` keeps it open behind them. */
type Answer = number | { pieces: string[]; open?: boolean; breaks?: boolean };

/** A client whose API gives these answers, and what it was asked for. Waits pass at once. */
function scripted(answers: Answer[]) {
  const asked: { path: string; lastEventId: string | null }[] = [];
  const cancelled: number[] = [];
  const client = new KeystoneClient({
    accessToken: "token",
    fetch: async (input, init) => {
      const url = new URL(String(input));
      asked.push({ path: url.pathname + url.search, lastEventId: new Headers(init?.headers).get("last-event-id") });
      const at = asked.length - 1;
      const answer = answers[at] ?? { pieces: [], open: true };
      if (typeof answer === "number") return new Response("{}", { status: answer });
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          init?.signal?.addEventListener("abort", () => controller.error(init.signal?.reason));
        },
        pull(controller) {
          const piece = answer.pieces.shift();
          if (piece !== undefined) controller.enqueue(new TextEncoder().encode(piece));
          else if (answer.breaks) controller.error(new TypeError("terminated"));
          else if (!answer.open) controller.close();
        },
        cancel: () => void cancelled.push(at),
      });
      return new Response(body);
    },
  });
  return { client, asked, cancelled };
}

async function take(stream: AsyncIterable<StreamEvent>, count: number): Promise<string[]> {
  const names: string[] = [];
  for await (const each of stream) {
    names.push("id" in each ? each.id : each.event);
    if (names.length === count) break;
  }
  return names;
}

describe("streams", () => {
  const real = { ...clock };
  let waits: number[] = [];
  /** Timers that nobody lets ring, by their time. */
  let timers: { ms: number; then: () => void }[] = [];

  beforeEach(() => {
    waits = [];
    timers = [];
    let now = 0;
    Object.assign(clock, {
      now: () => now,
      random: () => 0.5,
      after: (ms: number, then: () => void) => {
        const timer = { ms, then };
        timers.push(timer);
        return () => void timers.splice(timers.indexOf(timer), 1);
      },
      sleep: async (ms: number, signal?: AbortSignal) => {
        signal?.throwIfAborted();
        waits.push(ms);
        now += ms;
      },
    });
  });
  afterEach(() => void Object.assign(clock, real));

  it("give events in TypeScript's names, and end with the loop that reads them", async () => {
    const { client, asked, cancelled } = scripted([
      { pieces: ["retry: 3000\n: open\n\n", event("evt_1")], open: true },
    ]);
    for await (const each of client.settlements.stream("s-1", { finality: "safe", lastEventId: "evt_0" })) {
      expect(each).to.deep.equal({ event: "settlement.state.finalized", id: "evt_1", data: { settlementId: "s-1" } });
      break;
    }
    expect(asked).to.deep.equal([{ path: "/v1/settlements/s-1/stream?finality=safe", lastEventId: "evt_0" }]);
    await new Promise(setImmediate);
    expect({ cancelled, timers }).to.deep.equal({ cancelled: [0], timers: [] });
  });

  it("go on behind the last event when the connection ends or breaks, and tell each event once", async () => {
    const { client, asked } = scripted([
      { pieces: [event("evt_1"), event("evt_2")], breaks: true },
      { pieces: [event("evt_2"), event("evt_1"), event("evt_3")] },
      { pieces: [event("evt_3"), event("evt_4")], open: true },
    ]);
    expect(await take(client.events.stream({ event: "settlement.state.finalized" }), 4)).to.deep.equal([
      "evt_1",
      "evt_2",
      "evt_3",
      "evt_4",
    ]);
    expect(asked.map(({ lastEventId }) => lastEventId)).to.deep.equal([null, "evt_2", "evt_3"]);
    expect(asked[0]?.path).to.equal("/v1/stream?event=settlement.state.finalized");
    expect(waits).to.deep.equal([500, 500]);
  });

  it("wait longer for a stream that brings nothing, and no longer once it has", async () => {
    const nothing = () => ({ pieces: [": open\n\n"] });
    const { client } = scripted([
      nothing(),
      nothing(),
      nothing(),
      { pieces: [event("evt_1")] },
      { pieces: [event("evt_2")] },
    ]);
    await take(client.events.stream(), 2);
    expect(waits).to.deep.equal([500, 1_000, 2_000, 500]);
  });

  it("pass on that a state was taken back, though it has no id", async () => {
    const reorged =
      'event: settlement.reorged\ndata: {"event":"settlement.reorged","data":{"settlement_id":"s-1","state":"X"}}\n\n';
    const { client, asked } = scripted([{ pieces: [event("evt_1"), reorged, reorged] }, { pieces: [], open: true }]);
    const seen: StreamEvent[] = [];
    for await (const each of client.settlements.stream("s-1")) if (seen.push(each) === 3) break;
    expect(seen[1]).to.deep.equal({ event: "settlement.reorged", data: { settlementId: "s-1", state: "X" } });
    expect(asked).to.have.length(1);
  });

  it("try again to open as often as any call, and then raise it", async () => {
    const { client, asked } = scripted([503, 429, 429, 429, 429]);
    const error = await take(client.events.stream(), 1).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(RateLimitError).with.property("attempts", 4);
    expect(asked).to.have.length(4);
    expect(waits).to.deep.equal([500, 1_000, 2_000]);
  });

  it("leave a connection that is silent for longer than three heartbeats", async () => {
    const { client, asked } = scripted([
      { pieces: [event("evt_1")], open: true },
      { pieces: [event("evt_2")], open: true },
    ]);
    const seen: string[] = [];
    for await (const each of client.events.stream()) {
      if (seen.push("id" in each ? each.id : "") === 2) break;
      setImmediate(() => timers.find(({ ms }) => ms === 45_000)?.then());
    }
    expect(seen).to.deep.equal(["evt_1", "evt_2"]);
    expect(asked[1]?.lastEventId).to.equal("evt_1");
  });

  it("end with the signal's reason", async () => {
    const { client } = scripted([{ pieces: [event("evt_1")], open: true }]);
    const controller = new AbortController();
    const reading = (async () => {
      for await (const _ of client.events.stream({ signal: controller.signal })) controller.abort("enough");
    })();
    expect(await reading.catch((reason: unknown) => reason)).to.equal("enough");
  });

  it("tell a waiter when to look, which looks once more after the stream is open", async () => {
    const states = ["INSTRUCTED", "INSTRUCTED", "FINALIZED"];
    const looked: string[] = [];
    let tell: (piece: string) => void = () => {};
    const client = new KeystoneClient({
      accessToken: "token",
      fetch: async (input, init) => {
        if (!String(input).endsWith("/stream")) {
          const state = states[looked.length] ?? "too often";
          looked.push(state);
          if (looked.length === 2) setImmediate(() => tell(event("evt_1")));
          return Response.json({ id: "s-1", state, on_chain: { finality: "safe" } });
        }
        const body = new ReadableStream<Uint8Array>({
          start(controller) {
            tell = (piece) => controller.enqueue(new TextEncoder().encode(piece));
            init?.signal?.addEventListener("abort", () => controller.error(init.signal?.reason));
          },
        });
        return new Response(body);
      },
    });
    // Time stands still: only what is told ends a pause.
    clock.sleep = (_, signal) =>
      new Promise((_resolve, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));
    const updates: string[] = [];
    const found = await client.settlements.waitFor("s-1", { onUpdate: ({ state }) => updates.push(state) });
    expect(found.state).to.equal("FINALIZED");
    expect(looked).to.deep.equal(states);
    expect(updates).to.deep.equal(["INSTRUCTED", "FINALIZED"]);
  });

  it("are read alike wherever the text is cut", () => {
    const line = fc.constantFrom(
      "data: one",
      "data:two",
      "data: ",
      "data",
      "id: evt_9",
      "id",
      ": heartbeat",
      "event: x",
      "retry: 1",
      "",
    );
    const ends = fc.constantFrom("\n", "\r\n");
    fc.assert(
      fc.property(fc.array(line), ends, fc.array(fc.nat(200)), (lines, end, cuts) => {
        const text = lines.map((each) => each + end).join("");
        const whole = sseReader()(text);
        const read = sseReader();
        const places = [0, ...cuts.map((cut) => Math.min(cut, text.length)).sort((a, b) => a - b), text.length];
        const pieces = places.flatMap((place, index) => read(text.slice(place, places[index + 1])));
        expect(pieces).to.deep.equal(whole);
      }),
    );
  });

  it("join lines of data, and send nothing that is not ended by an empty line", () => {
    expect(sseReader()("id: 7\ndata: {\ndata: }\n\n: heartbeat\n\ndata: left")).to.deep.equal([
      { id: "7", data: "{\n}" },
    ]);
  });
});
