import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { sql } from "kysely";
import type { Hex } from "viem";
import { type PostgresServer, startThrowAwayPostgres } from "../../../test/support/postgres.ts";
import { apiEnvironment, courierEnvironment, makeProcessFiles, type ProcessFiles } from "../support/api-process.ts";
import { type Answer, type Call, createClient } from "../support/client.ts";
import { setHeads } from "../support/facts.ts";
import { untilWaiting } from "../support/hold.ts";
import { sellOpen } from "../support/instructions.ts";
import { indexStep } from "../support/logs.ts";
import { type StartedProcess, startProcess } from "../support/process.ts";
import { startReceiver } from "../support/receiver.ts";
import { atTheEnd } from "../support/root-hook.ts";
import { createTenant } from "../support/tenants.ts";
import { matchTrade } from "../support/trades.ts";
import { createEndpoint } from "../support/webhooks.ts";
import { useOwnWorld } from "../support/world.ts";

const script = (path: string) => fileURLToPath(new URL(`../../src/${path}`, import.meta.url));

describe("a restart of Postgres", function () {
  this.timeout(120_000);
  let postgres: PostgresServer;
  const world = useOwnWorld(async () => {
    postgres = await startThrowAwayPostgres();
    atTheEnd(() => postgres.stop());
    return postgres;
  });
  let files: ProcessFiles;
  const processes: StartedProcess[] = [];
  before(async () => {
    files = await makeProcessFiles();
  });
  after(async () => {
    for (const { child } of processes) if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
    await files.remove();
  });

  /** Starts a process and resolves to it and where it listens, once it says so. */
  async function start(path: string, env: Record<string, string>, said: string) {
    const started = startProcess(script(path), env);
    processes.push(started);
    const { port } = JSON.parse(await started.line(said)) as { port: number };
    return { ...started, origin: `http://127.0.0.1:${port}` };
  }
  const endsWell = async ({ child, exited }: StartedProcess) => {
    child.kill("SIGTERM");
    expect(await exited).to.equal(0);
  };
  const statusOf = async (url: string) => (await fetch(url)).status;

  for (const [how, block] of [
    ["shutdown", 100],
    ["kill", 200],
  ] as const) {
    it(`(${how}) under the courier loses and invents nothing, and the courier lives on`, async () => {
      const tenants = [await createTenant(world()), await createTenant(world())] as const;
      const [seller, buyer] = tenants;
      const receiver = await startReceiver();
      for (const tenant of tenants) await createEndpoint(world(), tenant, { url: receiver.url });
      const courier = await start("courier/main.ts", courierEnvironment(world(), files), '"delivering"');
      await setHeads(world(), block);

      // Under way when the database goes, and answered while it is away: what came of them cannot be stored.
      const held = Promise.withResolvers<void>();
      receiver.answer = (response) => void held.promise.then(() => response.end());
      const { settlementId } = await matchTrade(world(), { tenants: [seller, buyer] });
      const { body } = await world().call("GET", `/v1/settlements/${settlementId}`, seller);
      await receiver.until(4);
      await postgres.halt(how);
      held.resolve();
      await courier.line('"level":50');
      await courier.line('"recording failed"');
      expect(await statusOf(`${courier.origin}/health`)).to.equal(200);
      expect(await statusOf(`${courier.origin}/ready`)).to.equal(503);
      await postgres.resume();

      // What happens afterwards is told as well; the leases' 30 seconds are as if they had gone by.
      const hash = body.settlement_hash as Hex;
      await indexStep(world(), hash, 2, ["INSTRUCTED", "COMPLIANCE_CHECKING"], { block: block + 10 });
      await indexStep(world(), hash, 3, ["COMPLIANCE_CHECKING", "ROLLED_BACK"], { block: block + 11 });
      await setHeads(world(), block + 20);
      await world().db.updateTable("keystone.webhook_delivery").set({ leased_until: null }).execute();
      const environments = tenants.map(({ environmentId }) => environmentId);
      const deliveries = () =>
        world()
          .db.selectFrom("keystone.webhook_delivery")
          .select(["id", "event_id", "attempt", "success", "pending"])
          .where("environment_id", "in", environments)
          .execute();
      // One state and one instruction of each side at the match, made again; then two states of each side.
      await receiver.until(12);
      for (const { id } of await deliveries()) await courier.line(`"delivery_id":"${id}","endpoint_id"`);
      const told = await world()
        .db.selectFrom("keystone.event")
        .select(["id", "event"])
        .where("environment_id", "in", environments)
        .execute();
      expect(told.map(({ event }) => event).sort()).to.deep.equal(
        [
          "instruction.matched",
          "settlement.state.compliance_checking",
          "settlement.state.instructed",
          "settlement.state.rolled_back",
        ].flatMap((event) => [event, event]),
      );
      const got = new Set(receiver.received.map(({ headers }) => headers["webhook-id"]));
      expect([...got]).to.have.members([...new Set(told.map(({ id }) => id))]);
      await endsWell(courier);
      const made = await deliveries();
      expect(made).to.have.length(8);
      for (const row of made) expect(row).to.include({ attempt: 1, success: true, pending: false });
      const bodies = new Map<string, Set<string>>();
      for (const { headers, body } of receiver.received) {
        const id = headers["webhook-id"] as string;
        bodies.set(id, (bodies.get(id) ?? new Set()).add(body));
      }
      // An event of both sides has two bodies: each side's own reference.
      for (const [id, set] of bodies) expect(set.size, id).to.be.at.most(2);
    });

    it(`(${how}) under the api is 503 while it lasts, and 200 afterwards from the same process`, async () => {
      const tenant = await createTenant(world());
      const { token } = tenant;
      const env = { ...(await apiEnvironment(world(), files)), RATE_LIMIT_PER_MINUTE: "60000" };
      const api = await start("main.ts", env, '"serving"');
      const call = createClient(api.origin);
      const reads: ((by: Call) => Promise<Answer>)[] = [
        (by) => by("GET", "/v1/instructions", { token }),
        (by) => by("GET", "/v1/settlements", { token }),
        (by) => by("GET", "/v1/status"),
        (by) => by("POST", "/v1/sessions", { token, json: { scopes: ["templates:read"] } }),
      ];
      const answered = ({ status }: Answer) => status === 200 || status === 201;
      for (const read of reads) expect(answered(await read(call))).to.equal(true);

      // They go on all the time, and stop when they have been answered again.
      let resumed = false;
      const seen: Answer[] = [];
      const going = reads.map(async (read) => {
        for (;;) {
          const last = resumed;
          const answer = await read(call);
          seen.push(answer);
          if (last && answered(answer)) return;
        }
      });
      // One is in the middle of its transaction.
      const reference = `held-${crypto.randomUUID()}`;
      const json = sellOpen({ trade_reference: reference });
      const submit = () => call("POST", "/v1/instructions", { token, json });
      await world().db.insertInto("keystone.trade_reference").values({ reference }).execute();
      let cut: Promise<Answer> | undefined;
      const holder = world()
        .db.transaction()
        .execute(async (trx) => {
          await sql`SELECT FROM keystone.trade_reference WHERE reference = ${reference} FOR UPDATE`.execute(trx);
          cut = submit();
          await untilWaiting(world(), 1);
          await postgres.halt(how);
        });
      await holder.catch(() => {});
      const lost = await (cut as unknown as Promise<Answer>);
      for (const answer of [lost, await submit(), ...(await Promise.all(reads.map((read) => read(call))))]) {
        expect([answer.status, answer.body.code]).to.deep.equal([503, "service_unavailable"]);
        expect(answer.headers.get("retry-after")).to.equal("2");
      }
      expect(await statusOf(`${api.origin}/health`)).to.equal(200);
      expect(await statusOf(`${api.origin}/ready`)).to.equal(503);
      await postgres.resume();
      resumed = true;
      await Promise.all(going);
      for (const { status, body } of seen) {
        if (status !== 503) expect(status, JSON.stringify(body)).to.be.oneOf([200, 201]);
        else expect(body.code).to.equal("service_unavailable");
      }
      // What was cut off never happened: the same request makes it, once.
      const again = await submit();
      expect(again.status).to.equal(201);
      const page = await call("GET", "/v1/instructions", { token });
      expect([page.body.total, page.body.items[0].id]).to.deep.equal([1, again.body.id]);
      expect(await statusOf(`${api.origin}/ready`)).to.equal(200);
      await endsWell(api);
    });
  }
});
