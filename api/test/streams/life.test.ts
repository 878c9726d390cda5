import { once } from "node:events";
import { connect as connectSocket } from "node:net";
import { expect } from "chai";
import { sql } from "kysely";
import { ApiError } from "../../src/errors/api-error.ts";
import type { StreamRequest } from "../../src/services/streams/stream.ts";
import { createStreams, STREAM_INTERVALS } from "../../src/services/streams/streams.ts";
import { createSession } from "../support/sessions.ts";
import { type Reader, readStream } from "../support/streams.ts";
import { createTenant, createToken, type Tenant } from "../support/tenants.ts";
import { STREAM_TICKS, useWorld } from "../support/world.ts";

describe("a stream's life", function () {
  this.timeout(60_000);
  const world = useWorld();
  let tenant: Tenant;
  const readers: Reader[] = [];
  beforeEach(async () => {
    tenant = await createTenant(world());
  });
  afterEach(() => {
    for (const reader of readers.splice(0)) reader.close();
  });

  async function open(token = tenant.token, origin = world().origin, path = "/v1/stream"): Promise<Reader> {
    const reader = await readStream(origin, path, { token });
    readers.push(reader);
    return reader;
  }
  const places = () =>
    world()
      .db.selectFrom("keystone.stream_place")
      .select("id")
      .where("environment_id", "=", tenant.environmentId)
      .execute();
  const untilPlaces = async (count: number) => {
    while ((await places()).length !== count) await new Promise((resolve) => setImmediate(resolve));
  };

  it("is an event stream that nobody keeps, with comments while nothing happens", async () => {
    const reader = await open();
    expect(reader.headers.get("content-type")).to.equal("text/event-stream");
    expect(reader.headers.get("cache-control")).to.equal("no-store");
    expect(await reader.comment()).to.equal("heartbeat");
    expect(await reader.comment()).to.equal("heartbeat");
  });

  it("beats every 15 seconds, and hears of a revoked token within 30", () => {
    expect(STREAM_INTERVALS.heartbeat).to.equal(15_000);
    // A check, the doubt of one that could not be made, and the next.
    expect(STREAM_INTERVALS.guard + 20_000).to.be.at.most(30_000);
  });

  it("ends when the session is revoked", async () => {
    const session = await createSession(world(), tenant, { scopes: ["settlements:read"] });
    const [reader, other] = [await open(session.token), await open()];
    await world().call("DELETE", `/v1/sessions/${session.id}`, { token: tenant.token });
    expect(await reader.ended).to.equal(null);
    await other.comment();
    await untilPlaces(1);
  });

  it("ends when the token does", async () => {
    const token = await createToken(world(), { clientId: tenant.clientId, expiresIn: 2 });
    expect(await (await open(token)).ended).to.equal(null);
    const session = await createSession(world(), tenant, { scopes: ["settlements:read"], expiresIn: 2 });
    expect(await (await open(session.token)).ended).to.equal(null);
  });

  it("ends at the token's end though the issuer's clock is given leeway, and at the first refusal, not at a doubt", async () => {
    const { db, deps } = world();
    const streams = createStreams({ db, deployment: deps.deployment, log: deps.log, intervals: STREAM_TICKS });
    const request: StreamRequest = {
      environmentId: tenant.environmentId,
      finality: "safe",
      shows: () => true,
      wants: () => true,
      lastEventId: undefined,
      expiresAt: new Date(Date.now() + 3_600_000),
      admit: async () => undefined,
      cut: () => undefined,
    };
    const readAll = async (changes: Partial<StreamRequest>) => {
      const body = await streams.open({ ...request, ...changes });
      let read = 0;
      for await (const chunk of body) read += chunk.byteLength;
      return read;
    };
    try {
      expect(await readAll({ expiresAt: new Date() })).to.be.at.least(0);
      let asked = 0;
      const refuse = async () => {
        asked++;
        if (asked === 1) throw new ApiError("service_unavailable", "The issuer is away");
        if (asked === 3) throw new ApiError("session_revoked", "It was");
      };
      await readAll({ admit: refuse });
      expect(asked).to.equal(3);
    } finally {
      await streams.stop();
    }
  });

  it("ends when the environment takes the caller no more", async () => {
    const reader = await open();
    const { db } = world();
    await db
      .updateTable("keystone.environment")
      .set({ is_active: false })
      .where("id", "=", tenant.environmentId)
      .execute();
    expect(await reader.ended).to.equal(null);
  });

  it("is one of 50 of its environment, over all servers", async () => {
    const { db, deps, serve } = world();
    const streams = createStreams({ db, deployment: deps.deployment, log: deps.log, intervals: STREAM_TICKS });
    const other = await serve({ streams });
    let here = 0;
    try {
      const origins = [world().origin, other.origin];
      const served = new Map<Reader, string | undefined>();
      const answers = await Promise.all(
        Array.from({ length: 60 }, (_, index) =>
          open(tenant.token, origins[index % 2]).then(
            (reader) => void served.set(reader, origins[index % 2]),
            (error: Error) => error.message,
          ),
        ),
      );
      const refused = answers.filter((message) => message !== undefined);
      expect(refused).to.have.length(10);
      for (const message of refused) expect(message).to.match(/^429 .*"code":"rate_limited"/);
      const answer = await world().call("GET", "/v1/stream", { token: tenant.token });
      expect([answer.status, answer.headers.get("retry-after")]).to.deep.equal([429, "30"]);
      const [first] = [...served.keys()] as [Reader];
      first.close();
      served.delete(first);
      await untilPlaces(49);
      await open();
      here = 1 + [...served.values()].filter((origin) => origin === world().origin).length;
    } finally {
      await streams.stop();
    }
    // What the other server has ended is free.
    await untilPlaces(here);
  });

  it("gives its place back when its server was killed and the lease has ended", async () => {
    const { db } = world();
    const left = { environment_id: tenant.environmentId, leased_until: sql<Date>`now() - interval '1 second'` };
    const rows = Array.from({ length: 50 }, () => ({ id: crypto.randomUUID(), ...left }));
    await db.insertInto("keystone.stream_place").values(rows).execute();
    await open();
    await db
      .updateTable("keystone.stream_place")
      .set({ leased_until: sql<Date>`now() + interval '1 minute'` })
      .where("environment_id", "=", tenant.environmentId)
      .execute();
    expect((await world().call("GET", "/v1/stream", { token: tenant.token })).status).to.equal(429);
  });

  it("ends when its place is another's", async () => {
    const reader = await open();
    await world().db.deleteFrom("keystone.stream_place").where("environment_id", "=", tenant.environmentId).execute();
    expect(await reader.ended).to.equal(null);
  });

  it("is not begun by who asks for the headers alone", async () => {
    const headers = { authorization: `Bearer ${tenant.token}` };
    const response = await fetch(`${world().origin}/v1/stream`, { method: "HEAD", headers });
    expect([response.status, response.headers.get("content-type")]).to.deep.equal([200, "text/event-stream"]);
    expect(await places()).to.deep.equal([]);
  });

  /** Events of 20 kB each, the largest there are. */
  async function addEvents(first: number, count: number): Promise<string[]> {
    const data = JSON.stringify({ test: "x".repeat(20_000) });
    const rows = Array.from({ length: count }, (_, index) => ({
      environment_id: tenant.environmentId,
      id: `evt_${String(first + index).padStart(32, "0")}`,
      position: BigInt(first + index),
      event: "instruction.cancelled",
      settlement_id: null,
      data,
      chain_id: null,
      block_number: null,
      block_hash: null,
      log_index: null,
    }));
    await world().db.insertInto("keystone.event").values(rows).execute();
    const position = { environment_id: tenant.environmentId, last: BigInt(first + count - 1) };
    await world()
      .db.insertInto("keystone.event_position")
      .values(position)
      .onConflict((conflict) => conflict.column("environment_id").doUpdateSet(position))
      .execute();
    return rows.map(({ id }) => id);
  }

  it("takes what it has missed at its reader's pace, however much that is", async () => {
    const ids = [...(await addEvents(1, 150)), ...(await addEvents(151, 150))];
    const headers = { "last-event-id": ids[0] as string };
    const reader = await readStream(world().origin, "/v1/stream?finality=safe", { token: tenant.token, headers });
    readers.push(reader);
    for (const id of ids.slice(1)) expect((await reader.next()).id).to.equal(id);
    const [next] = await addEvents(301, 1);
    expect((await reader.next()).id).to.equal(next);
  });

  it("is cut off when its reader does not read", async () => {
    const { hostname, port } = new URL(world().origin);
    const socket = connectSocket(Number(port), hostname);
    socket.write(`GET /v1/stream?finality=safe HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${tenant.token}\r\n\r\n`);
    await once(socket, "readable");
    await untilPlaces(1);
    const { logged } = world();
    for (let first = 1; (await places()).length > 0; first += 100) await addEvents(first, 100);
    expect(
      logged.some((line) => line.includes("its reader is too slow") && line.includes(tenant.environmentId)),
    ).to.equal(true);
    socket.destroy();
  });
});
