import { execFile } from "node:child_process";
import { connect, migrate, type Store } from "@keystoneos/store";
import { expect } from "chai";
import { freshDatabase, type TestDatabase } from "../../../test/support/database.ts";
import { InputError } from "../../src/cli/command.ts";
import { runCommand } from "../../src/cli/run.ts";
import { ConfigError } from "../../src/errors.ts";
import { A, B } from "../support/facts.ts";
import { storeSettlement } from "../support/rows.ts";
import { createViews, show } from "../support/views.ts";

const MAIN = new URL("../../src/cli/main.ts", import.meta.url).pathname;

describe("npm run relayer", function () {
  this.timeout(120_000);
  let database: TestDatabase;
  let db: Store;
  let settlementId: string;
  let dead: string;
  let refused: string;

  beforeEach(async () => {
    database = await freshDatabase();
    await migrate({ databaseUrl: database.url });
    db = connect({ databaseUrl: database.url });
    ({ settlementId } = await storeSettlement(db));
    const call = { chain_id: BigInt(A), settlement_id: settlementId, kind: "release" as const, count: 50 };
    const error = { error_name: "KeystoneEscrow_PathNotOpen", error_args: ["7"], block_number: 9n };
    const store = async (subject: string, is_dead: boolean) => {
      const row = { ...call, ...error, subject, is_dead };
      return (await db.insertInto("keystone.refused_call").values(row).returning("id").executeTakeFirstOrThrow()).id;
    };
    dead = await store("0", true);
    refused = await store("1", false);
    for (const chain_id of [BigInt(A), BigInt(B)]) {
      const lease = { chain_id, signer: "0xa1" as const, expires_at: new Date(Date.now() + 60_000) };
      await db
        .insertInto("keystone.signer_lease")
        .values({ ...lease, holder: chain_id === BigInt(A) ? crypto.randomUUID() : null })
        .execute();
    }
  });
  afterEach(async () => {
    await db.destroy();
    await database.drop();
  });

  /** A command as the process runs it, without the process. */
  async function run(args: string[], env: Record<string, string> = {}): Promise<string> {
    const lines: string[] = [];
    await runCommand({ db, env: { USER: "anna", ...env }, write: (line) => void lines.push(line) }, args);
    return lines.join("\n");
  }
  function spawn(args: string[], env: Record<string, string> = {}) {
    const all = { PATH: process.env.PATH ?? "", DATABASE_URL: database.url, USER: "anna", ...env };
    return new Promise<{ code: number; out: string; err: string }>((resolve) => {
      execFile(process.execPath, [MAIN, ...args], { env: all }, (error, out, err) =>
        resolve({ code: typeof error?.code === "number" ? error.code : 0, out, err }),
      );
    });
  }
  const activity = () =>
    db
      .selectFrom("keystone.activity_log")
      .select(["type", "actor_type", "actor_id", "resource_type", "resource_id", "detail", "platform_id"])
      .execute();
  const everything = async () => ({
    activity: await activity(),
    refused: await db.selectFrom("keystone.refused_call").selectAll().orderBy("id").execute(),
    pauses: await db.selectFrom("keystone.relayer_pause").selectAll().execute(),
  });

  it("pauses a chain, shows it, and resumes it, and tells who has done it and why", async () => {
    const pausing = ["pause", "--chain", String(A), "--reason", "The node lies"];
    expect(await run(pausing)).to.equal(`Chain ${A} is paused: nothing more is built there.`);
    const shown = JSON.parse(await run(["status", "--json"]));
    expect(shown.chains.map((chain: { chain_id: number }) => chain.chain_id)).to.deep.equal(
      [B, A].sort((a, b) => a - b),
    );
    const paused = shown.chains.find((chain: { chain_id: number }) => chain.chain_id === A);
    expect(paused.paused).to.deep.include({ by: "anna", reason: "The node lies" });
    expect(await run(["status"])).to.contain(`chain ${A}  PAUSED by anna since `);
    expect(await run(["resume", "--chain", String(A), "--as", "ben"])).to.equal(`Chain ${A} is resumed.`);
    expect(await db.selectFrom("keystone.relayer_pause").selectAll().execute()).to.deep.equal([]);
    const resource = { resource_type: "chain", resource_id: String(A), platform_id: null, actor_type: "system" };
    expect(await activity()).to.deep.equal([
      { type: "relayer.chain_paused", actor_id: "anna", detail: { reason: "The node lies" }, ...resource },
      { type: "relayer.chain_resumed", actor_id: "ben", detail: { reason: null }, ...resource },
    ]);
  });

  it("lists dead letters and redrives one of them, once, for everybody to see", async () => {
    const [listed, ...others] = JSON.parse(await run(["dead-letters", "--json"]));
    expect(others).to.deep.equal([]);
    expect(listed).to.deep.include({ id: dead, chain_id: A, settlement_id: settlementId, kind: "release", count: 50 });
    expect(await run(["dead-letters"]))
      .to.contain(dead)
      .and.contain("KeystoneEscrow_PathNotOpen(7), 50 times")
      .and.not.contain(refused);
    const redriving = ["redrive", dead, "--reason", "The path is open"];
    const runs = await Promise.allSettled(Array.from({ length: 8 }, () => run(redriving)));
    expect(runs.filter(({ status }) => status === "fulfilled")).to.have.length(1);
    expect((await db.selectFrom("keystone.refused_call").select("id").execute()).map(({ id }) => id)).to.deep.equal([
      refused,
    ]);
    const entries = await activity();
    expect(entries).to.have.length(1);
    expect(entries[0]).to.deep.include({ type: "relayer.call_redriven", actor_id: "anna", resource_id: settlementId });
    expect(entries[0]?.platform_id).to.be.a("string");
    expect(entries[0]?.detail).to.deep.include({ reason: "The path is open", kind: "release", refusals: 50 });
    expect(await run(["dead-letters"])).to.equal("There are no dead letters.");
  });

  it("shows who has a key, what is unmined, what gas costs and how far the chain is indexed", async () => {
    await createViews(db);
    await show(db, "chain_head", {
      chain_id: BigInt(A),
      block_number: 5n,
      block_timestamp: BigInt(Math.floor(Date.now() / 1000) - 90),
    });
    const { chains } = JSON.parse(await run(["status", "--json"], { [`GAS_BUDGET_ETH_${A}`]: "2.5" }));
    const at = (chainId: number) => chains.find((chain: { chain_id: number }) => chain.chain_id === chainId);
    expect(at(A)).to.deep.include({ paused: null, gas_spent_ether: 0, gas_budget_ether: 2.5, dead_letters: 1 });
    expect(at(A).indexer_lag_seconds).to.be.within(90, 150);
    expect(at(A).keys[0]).to.deep.include({ signer: "0xa1", unmined: 0 });
    expect(at(A).keys[0].holder).to.be.a("string");
    expect(at(B)).to.deep.include({ indexer_lag_seconds: null, gas_budget_ether: null, dead_letters: 0 });
    expect(at(B).keys[0].holder).to.equal(null);
    expect(await run(["status"])).to.contain("key 0xa1: held by NOBODY, 0 unmined");
  });

  it("names what is wrong and how to mend it, and has changed nothing", async () => {
    await run(["pause", "--chain", String(B), "--reason", "Maintenance"]);
    const before = await everything();
    const cases: [string[], RegExp, Record<string, string>?][] = [
      [[], /npm run relayer -- pause --chain ID/],
      [["stop"], /^stop: is no command/],
      [["pause", "--reason", "x"], /^--chain: is missing: give the id/],
      [["pause", "--chain", "1e3", "--reason", "x"], /^--chain: must be the id of a chain: digits only/],
      [
        ["pause", "--chain", "1", "--reason", "x"],
        new RegExp(`^--chain: 1 is not known to this database: give one of ${[A, B].sort((a, b) => a - b).join(", ")}`),
      ],
      [["pause", "--chain", String(A)], /^--reason: is missing: say why/],
      [["pause", "--chain", String(A), "--reason", " "], /^--reason: is empty: say why/],
      [["pause", "--chain", String(A), "--reason", "x".repeat(501)], /^--reason: must have 500 characters at most/],
      [["pause", "--chain", String(A), "--reason", "x", "now"], /^now: is not expected here/],
      [
        ["pause", "--chain", String(A), "--reason", "x"],
        /^--as: is missing, and USER is not set|^--as: is empty/,
        { USER: "" },
      ],
      [
        ["pause", "--chain", String(B), "--reason", "x"],
        /is paused already, by anna since .*: Maintenance. Resume it first/,
      ],
      [["resume", "--chain", String(A)], /is not paused/],
      [["redrive"], /^ID: must be the id of a dead letter/],
      [["redrive", "7"], /^ID: must be the id of a dead letter/],
      [["redrive", crypto.randomUUID()], /^ID: there is none of this id/],
      [["redrive", refused], /^ID: it is refused, and not dead/],
      [["dead-letters", "--all"], /'--all'.*Usage: dead-letters/],
      [["status"], /^GAS_BUDGET_ETH_\d+: must be a decimal number/, { [`GAS_BUDGET_ETH_${A}`]: "much" }],
    ];
    for (const [args, message, env] of cases) {
      const error: unknown = await run(args, env).then(
        () => null,
        (reason: unknown) => reason,
      );
      expect(error instanceof InputError || error instanceof ConfigError, args.join(" ")).to.equal(true);
      expect((error as Error).message, args.join(" ")).to.match(message);
    }
    expect(await everything()).to.deep.equal(before);
  });

  it("ends with 0 when it is done, 2 when it cannot be done as typed, and 1 when there is no such database", async () => {
    const empty = await freshDatabase();
    const ends = await Promise.all([
      spawn(["--help"], { DATABASE_URL: "" }),
      spawn(["dead-letters"]),
      spawn(["resume", "--chain", String(A)]),
      spawn(["status"], { DATABASE_URL: "" }),
      spawn(["status"], { INDEXER_SCHEMA: "a b" }),
      spawn(["status"], { DATABASE_URL: "postgres://127.0.0.1:1/none" }),
      spawn(["status"], { DATABASE_URL: empty.url }),
    ]);
    await empty.drop();
    expect(ends.map(({ code }) => code)).to.deep.equal([0, 0, 2, 2, 2, 1, 1]);
    expect(ends[0]?.out).to.contain("npm run relayer -- pause --chain ID --reason TEXT");
    expect(ends[1]?.out).to.contain(dead);
    expect(ends.slice(2).map(({ out }) => out)).to.deep.equal(["", "", "", "", ""]);
    const [unpaused, unset, schema, unreachable, unmigrated] = ends.slice(2).map(({ err }) => err);
    expect(unpaused).to.equal(`--chain: ${A} is not paused\n`);
    expect(unset).to.match(/^DATABASE_URL: must be/);
    expect(schema).to.equal("INDEXER_SCHEMA: must be a schema name\n");
    expect(unreachable).to.match(/^DATABASE_URL: connect ECONNREFUSED/);
    expect(unmigrated).to.match(/^DATABASE_URL: relation ".*" does not exist: apply the migrations/);
  });
});
