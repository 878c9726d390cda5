import { fileURLToPath } from "node:url";
import { expect } from "chai";
import type { Hex } from "viem";
import { courierEnvironment, makeProcessFiles, type ProcessFiles } from "../support/api-process.ts";
import { AWAY, HOME } from "../support/deployment.ts";
import { setHeads } from "../support/facts.ts";
import { indexStep } from "../support/logs.ts";
import { type StartedProcess, startProcess } from "../support/process.ts";
import { type Receiver, startReceiver } from "../support/receiver.ts";
import { createTenant, type Tenant } from "../support/tenants.ts";
import { matchTrade } from "../support/trades.ts";
import { createEndpoint } from "../support/webhooks.ts";
import { useOwnWorld } from "../support/world.ts";

const script = fileURLToPath(new URL("../../src/courier/main.ts", import.meta.url));

describe("the courier process", function () {
  this.timeout(90_000);
  const world = useOwnWorld();
  let files: ProcessFiles;
  const couriers: StartedProcess[] = [];

  before(async () => {
    files = await makeProcessFiles();
  });
  after(async () => {
    for (const { child } of couriers) if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
    await files.remove();
  });

  function start(changes: Record<string, string> = {}): StartedProcess {
    const courier = startProcess(script, { ...courierEnvironment(world(), files), ...changes });
    couriers.push(courier);
    return courier;
  }
  const kill = async ({ child, exited }: StartedProcess) => {
    child.kill("SIGKILL");
    await exited;
    // As if the leases' 30 seconds had gone by.
    await world().db.updateTable("keystone.webhook_delivery").set({ leased_until: null }).execute();
  };
  /** Ids of what the tenant was told of. */
  const told = async ({ environmentId }: Tenant) =>
    (
      await world()
        .db.selectFrom("keystone.event")
        .select("id")
        .where("environment_id", "=", environmentId)
        .orderBy("position")
        .execute()
    ).map(({ id }) => id);
  const untilAll = async (receiver: Receiver, ids: () => Promise<string[]>, count: number) => {
    for (let seen = 1; ; seen = receiver.received.length + 1) {
      const got = new Set(receiver.received.map(({ headers }) => headers["webhook-id"]));
      const expected = await ids();
      if (expected.length === count && expected.every((id) => got.has(id))) return got;
      await receiver.until(seen);
    }
  };

  it("does not start without its configuration, and names every variable", async () => {
    const { exited, lines } = startProcess(script, { PATH: process.env.PATH ?? "" });
    expect(await exited).to.equal(1);
    for (const name of ["DATABASE_URL", "DEPLOYMENTS_FILE", "SECRETS_KEY", "SECRETS_KEY_ID"]) {
      expect(
        lines.some((line) => line.startsWith(`${name} `)),
        name,
      ).to.equal(true);
    }
  });

  it("is ready when it works, finishes what is under way when told to end, and ends well", async () => {
    const tenant = await createTenant(world());
    const receiver = await startReceiver();
    const { secret } = await createEndpoint(world(), tenant, { url: receiver.url, events: ["settlement.*"] });
    const courier = start();
    const { port } = JSON.parse(await courier.line('"delivering"')) as { port: number };
    const health = await fetch(`http://127.0.0.1:${port}/health`);
    expect(health.status).to.equal(200);
    const held = Promise.withResolvers<void>();
    receiver.answer = (response) => void held.promise.then(() => response.end());
    await matchTrade(world(), { tenants: [tenant, tenant] });
    await receiver.until(1);
    const ready = await fetch(`http://127.0.0.1:${port}/ready`);
    expect([ready.status, await ready.json()]).to.deep.equal([200, { status: "ok" }]);
    courier.child.kill("SIGTERM");
    await courier.line('"stopping"');
    held.resolve();
    expect(await courier.exited).to.equal(0);
    const rows = await world()
      .db.selectFrom("keystone.webhook_delivery")
      .select(["pending", "success"])
      .where("environment_id", "=", tenant.environmentId)
      .execute();
    expect(rows).to.deep.equal([{ pending: false, success: true }]);
    expect(courier.lines.join("\n")).to.not.include(secret).and.not.include(world().secretsKey);
  });

  it("sends nothing to this machine outside development", async () => {
    const tenant = await createTenant(world());
    const receiver = await startReceiver();
    await createEndpoint(world(), tenant, { url: receiver.url, events: ["settlement.*"] });
    const courier = start({ WEBHOOK_DEVELOPMENT_MODE: "off" });
    await matchTrade(world(), { tenants: [tenant, tenant] });
    const line = JSON.parse(await courier.line('"success":false'));
    expect(line).to.deep.include({ success: false, status: null, error: "Webhook URL should be https" });
    await kill(courier);
    expect(receiver.received).to.deep.equal([]);
  });

  it("loses and invents nothing when it is killed at any point, over and over, with another at its side", async () => {
    await world().db.deleteFrom("keystone.webhook_endpoint").execute();
    const [seller, buyer] = [await createTenant(world()), await createTenant(world())];
    const receiver = await startReceiver();
    for (const tenant of [seller, buyer]) await createEndpoint(world(), tenant, { url: receiver.url });
    let block = 2000;
    await setHeads(world(), block);
    const rounds = 5;
    for (let round = 1; round <= rounds; round++) {
      const pair = [start(), start()];
      const { settlementId } = await matchTrade(world(), { tenants: [seller, buyer] });
      const { body } = await world().call("GET", `/v1/settlements/${settlementId}`, seller);
      const hash = body.settlement_hash as Hex;
      block += 10;
      await indexStep(world(), hash, 2, ["INSTRUCTED", "COMPLIANCE_CHECKING"], { block });
      await indexStep(world(), hash, 3, ["COMPLIANCE_CHECKING", "ROLLED_BACK"], { block: block + 1 });
      await setHeads(world(), block + 9);
      // Some are under way, some answered, some not yet written down.
      await receiver.until(receiver.received.length + round);
      await Promise.all(pair.map(kill));
    }
    const last = start();
    const pending = () =>
      world()
        .db.selectFrom("keystone.webhook_delivery")
        .select(["id", "event_id", "success"])
        .where("environment_id", "in", [seller.environmentId, buyer.environmentId])
        .where("pending", "=", true)
        .execute();
    // A match: one state and one instruction each; then two states.
    const ids = async () => [...new Set([...(await told(seller)), ...(await told(buyer))])];
    const got = await untilAll(receiver, ids, rounds * 5);
    expect([...got]).to.have.members(await ids());
    for (const tenant of [seller, buyer]) expect(await told(tenant)).to.have.length(rounds * 4);
    // What one side has got, or a killed courier has sent without writing it down, may yet be due.
    for (const { id } of await pending()) await last.line(`"delivery_id":"${id}"`);
    last.child.kill("SIGTERM");
    expect(await last.exited).to.equal(0);
    // The same id is the same body, however often it came.
    const bodies = new Map<string, Set<string>>();
    for (const { headers, body } of receiver.received) {
      const id = headers["webhook-id"] as string;
      bodies.set(id, (bodies.get(id) ?? new Set()).add(body));
      expect(JSON.parse(body).id).to.equal(id);
    }
    // An event of both sides has two bodies: each side's own reference.
    for (const [id, set] of bodies) expect(set.size, id).to.be.at.most(2);
    expect(await pending()).to.deep.equal([]);
    const cursors = await world().db.selectFrom("keystone.event_cursor").select("chain_id").execute();
    expect(cursors.map(({ chain_id }) => Number(chain_id))).to.have.members([HOME, AWAY]);
  });
});
