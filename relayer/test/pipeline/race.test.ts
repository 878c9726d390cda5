import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { localAccount } from "../../../devnet/src/keys.ts";
import { freePort } from "../../../devnet/src/ports.ts";
import { type Postgres, startPostgres } from "../../../devnet/src/postgres.ts";
import { type Fixture, keyOf, LEDGER, pipelineFixture } from "../support/pipeline.ts";
import type { ChildOptions } from "../support/pipeline-child.ts";

const KEYS = [1, 10, 11];
const CALLS = 40;
const LEASE_SECONDS = 1;
const HOUR = 3_600_000;

describe("three processes with the same keys", function () {
  this.timeout(180_000);
  let dir: string;
  let postgres: Postgres;
  let port: number;
  let fixture: Fixture;
  const children = new Set<ChildProcess>();

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), "keystone-race-"));
    // As root the server runs under another account, which has to reach its files.
    await chmod(dir, 0o755);
    port = await freePort();
    // Of its own, since it is restarted in the middle.
    postgres = await startPostgres({ dir, port });
    fixture = await pipelineFixture({}, { url: postgres.url, drop: async () => undefined });
    await fixture.db.deleteFrom("keystone.signer_lease").execute();
    await fixture.db.deleteFrom("keystone.signer_candidate").execute();
  });
  after(async () => {
    for (const child of children) child.kill("SIGKILL");
    await fixture?.stop();
    await postgres?.stop();
    await rm(dir, { recursive: true, force: true });
  });

  /** Starts one whose clock is off by so much, and waits until it leads something or another event. */
  function start(skewMs = 0): ChildProcess {
    const { url: databaseUrl, chain, settlement } = fixture;
    const options: ChildOptions = {
      databaseUrl,
      node: chain.url,
      ...settlement,
      keys: KEYS,
      calls: CALLS,
      leaseSeconds: LEASE_SECONDS,
      skewMs,
    };
    const script = new URL("../support/pipeline-child.ts", import.meta.url).pathname;
    const child = spawn(process.execPath, [script, JSON.stringify(options)], { stdio: ["ignore", "pipe", "inherit"] });
    children.add(child);
    child.once("exit", () => children.delete(child));
    return child;
  }

  const leads = (child: ChildProcess) => once(child.stdout as NodeJS.ReadableStream, "data");
  const stored = async () => (await fixture.rows().catch(() => [])).length;
  /** Blocks go on until it is so. */
  async function minedUntil(condition: () => Promise<boolean>): Promise<void> {
    for (;;) {
      await fixture.chain.mine();
      if (await condition().catch(() => false)) return;
    }
  }
  /** Rises with every lease that is taken. */
  const fences = async () => {
    const rows = await fixture.db.selectFrom("keystone.signer_lease").select("fence").execute();
    return rows.reduce((sum, { fence }) => sum + fence, 0n);
  };

  it("lose nothing, double nothing and leave no hole: killed, asleep beyond their lease, without a database, by wrong clocks", async () => {
    const [first, second] = [start(-HOUR), start(HOUR)];
    let third = start();
    await Promise.all([leads(first), leads(second), leads(third)]);

    // Killed, one after the other, and others in their place.
    for (const share of [0.1, 0.25]) {
      await minedUntil(async () => (await stored()) >= CALLS * share);
      third.kill("SIGKILL");
      await once(third, "exit");
      third = start();
    }
    const ready = leads(third);

    // Asleep until another has what it had, and awake again in the middle of whatever it was at.
    const before = await fences();
    first.kill("SIGSTOP");
    await minedUntil(async () => (await fences()) > before && (await stored()) >= CALLS * 0.45);
    first.kill("SIGCONT");

    // No database for a while.
    await minedUntil(async () => (await stored()) >= CALLS * 0.6);
    await postgres.stop();
    postgres = await startPostgres({ dir, port });

    await minedUntil(async () => (await stored()) >= CALLS * 0.8);
    second.kill("SIGKILL");
    await minedUntil(async () => {
      const rows = await fixture.rows();
      return rows.filter(({ status }) => status === "finalized").length >= CALLS;
    });

    // On a slow machine all may be done before it is up, and a process that is still starting ends by the signal itself.
    await ready;
    const living = [...children].filter((child) => child !== second);
    for (const child of living) child.kill("SIGTERM");
    const ends = await Promise.all(living.map((child) => once(child, "exit")));
    expect(ends.map(([code]) => code)).to.deep.equal(living.map(() => 0));

    const rows = await fixture.rows();
    expect(rows.filter(({ status }) => status !== "finalized")).to.deep.equal([]);
    expect(rows.map(({ subject }) => Number(subject)).sort((a, b) => a - b)).to.deep.equal(
      Array.from({ length: CALLS }, (_, index) => index),
    );
    for (const key of KEYS) {
      const { address } = localAccount(key);
      const nonces = rows.filter(({ signer }) => signer === address.toLowerCase()).map(({ nonce }) => Number(nonce));
      expect(nonces).to.deep.equal(Array.from({ length: nonces.length }, (_, nonce) => nonce));
      expect(await fixture.chain.client.getTransactionCount({ address })).to.equal(nonces.length);
    }
    for (let index = 0; index < CALLS; index++) {
      const slot = keyOf(fixture.settlement.settlementId, String(index));
      expect(Number(await fixture.chain.client.getStorageAt({ address: LEDGER, slot })), `call ${index}`).to.equal(1);
    }
  });
});
