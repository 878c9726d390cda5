import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import pg from "pg";
import { parseEther } from "viem";
import { instrument, twoChains } from "../../devnet/src/demo/context.ts";
import { until } from "../../devnet/src/demo/wait.ts";
import { loadSecrets } from "../../devnet/src/world/secrets.ts";
import { accessToken } from "../../devnet/src/world/token.ts";
import { type Answer, callSandbox, type Integrator, integrator, type Leg, type Refusal } from "./support/integrator.ts";
import { sharedWorld, type World } from "./support/world.ts";

const BOND = 10n ** 18n;
const CASH = 10n ** 6n;

describe("the sandbox", function () {
  this.timeout(180_000);
  let world: World;
  let home: number;
  let away: number;
  let me: Integrator;

  before(async () => {
    world = await sharedWorld();
    ({ home, away } = twoChains(world));
    me = await integrator(world, world.clients[0]);
  });

  const sale = (bondChain = home, cashChain = home): Leg[] => [
    { instrument_id: "KBOND", chain_id: bondChain, quantity: "12.5", direction: "deliver" },
    { instrument_id: "TUSDC", chain_id: cashChain, quantity: "12400.25", direction: "receive" },
  ];
  const token = (alias: string, chainId: number) => instrument(world, alias, chainId).token_address;
  const loc = ({ body }: Answer<unknown>): unknown => {
    const { detail, context } = body as Refusal;
    return typeof detail === "string" ? context?.loc : detail[0]?.loc;
  };
  const code = ({ status, body }: Answer<unknown>) => `${status} ${(body as Refusal).code}`;

  describe("lets an integrator alone", () => {
    async function tradeAlone(template: string, bondChain: number, cashChain: number): Promise<void> {
      const alone = await integrator(world, world.clients[0]);
      const faucet = { chain_id: bondChain, address: alone.address, instrument_id: "KBOND", quantity: "12.5" };
      expect((await alone.ask("/faucet", faucet)).status).to.equal(200);
      expect(await alone.gasOf(bondChain)).to.equal(parseEther("1"));
      const instruction = await alone.instruct(template, sale(bondChain, cashChain));
      const request = { instruction_id: instruction.id, script: "settle" };
      const started = await alone.ask("/counterparty", request);
      expect(started.status, JSON.stringify(started.body)).to.equal(201);
      const id = started.body.settlement_id as string;

      const deposited = await alone.reach(instruction.id, ["deposited"]);
      expect(deposited.legs.map(({ status }) => status)).to.deep.equal(["deposited"]);
      await alone.deposit(id);
      const done = await alone.reach(instruction.id, ["finalized", "rolled_back", "timed_out"]);
      expect(done).to.include({ phase: "finalized", state: "FINALIZED", last_error: null });
      expect(await alone.balanceOf(bondChain, token("KBOND", bondChain))).to.equal(0n);
      await until(
        () => "the payment",
        60_000,
        async () => (await alone.balanceOf(cashChain, token("TUSDC", cashChain))) === 12_400_250_000n || undefined,
      );
    }

    it("finish a trade on one chain", () => tradeAlone("dvp-standard", home, home));

    it("finish a trade across two chains, either way round", async () => {
      await tradeAlone("dvp-cross-chain", away, home);
      await tradeAlone("dvp-cross-chain", home, away);
    });

    it("settle by pasting what docs/sandbox.md shows", async () => {
      const page = readFileSync(new URL("../../docs/sandbox.md", import.meta.url), "utf8");
      const shown = /```sh\n([^`]*)```/.exec(page)?.[1] as string;
      const nodeOf = (chainId: number) => world.chains.find((chain) => chain.chainId === chainId)?.rpcUrl as string;
      const lines = shown
        .replace("http://127.0.0.1:8000/v1", world.apiUrl)
        .replace("http://127.0.0.1:8005", world.urls.sandbox)
        .replace("http://127.0.0.1:8001/oauth/token", world.issuer.tokenUrl)
        .replace("http://127.0.0.1:8546", nodeOf(84532))
        .replaceAll(".keystone/", `${world.dir}/`);
      expect(lines).to.not.match(/127\.0\.0\.1:(80\d\d|85\d\d)\b/);
      const printed = await shell(lines);
      expect(JSON.parse(printed.trim().split("\n").at(-1) as string)).to.include({
        phase: "finalized",
        state: "FINALIZED",
      });
    });

    it("see a counterparty that deposits nothing, through a restart of the sandbox", async () => {
      const { id } = await me.instruct("dvp-standard", sale());
      await me.ask("/counterparty", { instruction_id: id, script: "match_only" });
      const withholding = await me.reach(id, ["withholding", "deposited"]);
      expect(withholding).to.include({ phase: "withholding", state: "AWAITING_DEPOSITS", script: "match_only" });
      await world.crash("sandbox");
      await world.ready("sandbox");
      // Once a trade that began later has its deposit, this one would have had its own long before.
      const later = await me.instruct("dvp-standard", sale());
      await me.ask("/counterparty", { instruction_id: later.id, script: "settle" });
      await me.reach(later.id, ["deposited"]);
      const { body } = await me.ask(`/counterparty/${id}`);
      expect(body).to.deep.equal(withholding);
      expect(body.legs.map(({ status }) => status)).to.deep.equal(["pending"]);
    });

    it("have the counterparty killed in the middle, and finish", async () => {
      await me.ask("/faucet", { chain_id: home, address: me.address, instrument_id: "KBOND", quantity: "12.5" });
      const { id } = await me.instruct("dvp-standard", sale());
      const { body } = await me.ask("/counterparty", { instruction_id: id, script: "settle" });
      await world.kill("sandbox");
      await until(
        () => "deposits to be awaited",
        60_000,
        async () => (await me.settlement(body.settlement_id as string)).state === "AWAITING_DEPOSITS" || undefined,
      );
      await world.start("sandbox");
      await me.reach(id, ["deposited"]);
      await me.deposit(body.settlement_id as string);
      expect((await me.reach(id, ["finalized", "timed_out"])).phase).to.equal("finalized");
    });

    for (const [decision, ends] of [
      ["approve", "deposited"],
      ["reject", "rolled_back"],
    ] as const) {
      it(`see the counterparty flagged, and ${decision} it`, async () => {
        const { id } = await me.instruct("dvp-standard", sale());
        const { body } = await me.ask("/counterparty", { instruction_id: id, script: "flagged" });
        const flagged = await me.reach(id, ["awaiting_decision", "deposited"]);
        expect(flagged.phase).to.equal("awaiting_decision");
        const settlement = await me.settlement(body.settlement_id as string);
        expect(settlement.compliance.status).to.equal("flagged");
        const decided = await me.ask(`/counterparty/${id}/decision`, { decision });
        expect(decided.status, JSON.stringify(decided.body)).to.equal(200);
        await me.reach(id, [ends]);
        const again = await me.ask<Refusal>(`/counterparty/${id}/decision`, { decision });
        expect(code(again)).to.equal("409 not_awaiting_compliance_decision");
      });
    }

    it("use a user's token, with its environment", async () => {
      const secrets = loadSecrets(join(world.dir, "secrets.json"));
      const response = await fetch(`${world.issuer.url}user-tokens`, {
        method: "POST",
        headers: { authorization: `Bearer ${secrets.issuerAdminToken}`, "content-type": "application/json" },
        body: JSON.stringify({
          user_id: "local|grace",
          org_id: `org_local_${world.clients[0].platform}`,
          permissions: ["settlements:read", "instructions:read", "instructions:write", "templates:read"],
        }),
      });
      const { access_token } = (await response.json()) as { access_token: string };
      const user = { authorization: `Bearer ${access_token}` };
      const there = { ...user, "x-keystone-environment": world.clients[0].environment };
      const { id } = await me.instruct("dvp-standard", sale());
      const request = { instruction_id: id, script: "match_only" };
      expect(code(await callSandbox(world, "/counterparty", user, request))).to.equal(
        "400 environment_header_required",
      );
      expect((await callSandbox(world, "/counterparty", there, request)).status).to.equal(201);
      const faucet = { chain_id: home, address: me.address };
      expect((await callSandbox(world, "/faucet", there, faucet)).status).to.equal(200);
    });
  });

  describe("has one effect per request", () => {
    it("fills an address up once, however often and at the same time it is asked", async () => {
      const alone = await integrator(world, world.clients[0]);
      const request = { chain_id: away, address: alone.address, instrument_id: "TUSDC", quantity: "100" };
      const answers = await Promise.all(Array.from({ length: 8 }, () => alone.ask<never>("/faucet", request)));
      expect(answers.map(({ status }) => status)).to.deep.equal(Array(8).fill(200));
      expect(await alone.balanceOf(away, token("TUSDC", away))).to.equal(100n * CASH);
      expect(await alone.gasOf(away)).to.equal(parseEther("1"));
      const by = { chain_id: away, address: alone.address, token_address: token("KBOND", away) };
      expect((await alone.ask("/faucet", by)).status).to.equal(200);
      expect(await alone.balanceOf(away, token("KBOND", away)), "the usual quantity").to.equal(1_000n * BOND);
    });

    it("gives one counterparty to an instruction, however often and at the same time it is asked", async () => {
      const { id } = await me.instruct("dvp-standard", sale());
      const request = { instruction_id: id, script: "match_only" };
      const answers = await Promise.all(Array.from({ length: 8 }, () => me.ask("/counterparty", request)));
      for (const answer of answers) expect(answer.status, JSON.stringify(answer.body)).to.be.oneOf([200, 201]);
      expect(new Set(answers.map(({ body }) => body.settlement_id)).size).to.equal(1);
      const again = await me.ask("/counterparty", request);
      expect(again.status).to.equal(200);
      expect(again.body.settlement_id).to.equal(answers[0]?.body.settlement_id);
      const db = new pg.Client({ connectionString: world.databaseUrl });
      await db.connect();
      const { rows } = await db.query("SELECT 1 FROM keystone.instruction WHERE idempotency_key = $1", [
        `sandbox-${id}`,
      ]);
      await db.end();
      expect(rows).to.have.length(1);
    });
  });

  describe("refuses, changes nothing and names the field", () => {
    const nobody = "00000000-0000-4000-8000-000000000000";
    const asked = async (instruction_id: string, script = "settle") =>
      me.ask<Refusal>("/counterparty", { instruction_id, script });
    const given = (change: Record<string, unknown>) =>
      me.ask<Refusal>("/faucet", { chain_id: home, address: me.address, instrument_id: "KBOND", ...change });

    it("a call without a token, or with one that the API refuses", async () => {
      const request = { instruction_id: nobody, script: "settle" };
      for (const [path, body] of [
        ["/counterparty", request],
        ["/faucet", { chain_id: home, address: me.address }],
        [`/counterparty/${nobody}`, undefined],
      ] as const) {
        expect(code(await callSandbox(world, path, {}, body)), path).to.equal("401 token_missing");
        const forged = { authorization: "Bearer eyJhbGciOiJub25lIn0.e30." };
        expect(code(await callSandbox(world, path, forged, body)), path).to.equal("401 token_invalid");
      }
    });

    it("another tenant's instruction as one that does not exist", async () => {
      const stranger = await integrator(world, world.clients[1]);
      const { id } = await me.instruct("dvp-standard", sale());
      const request = { script: "match_only" };
      const foreign = await stranger.ask<Refusal>("/counterparty", { ...request, instruction_id: id });
      const unknown = await stranger.ask<Refusal>("/counterparty", { ...request, instruction_id: nobody });
      expect([code(foreign), foreign.body.detail]).to.deep.equal([code(unknown), unknown.body.detail]);
      expect(code(foreign)).to.equal("404 not_found");
      await asked(id, "match_only");
      for (const path of [`/counterparty/${id}`, `/counterparty/${nobody}`]) {
        expect(code(await stranger.ask(path))).to.equal("404 not_found");
        expect(code(await stranger.ask(`${path}/decision`, { decision: "approve" }))).to.equal("404 not_found");
      }
    });

    it("an instruction that is cancelled, or matched with somebody else", async () => {
      const { id } = await me.instruct("dvp-standard", sale());
      await me.platform.post(`/instructions/${id}/cancel`, {}, randomUUID());
      const refusal = await asked(id);
      expect(code(refusal)).to.equal("409 instruction_not_pending");
      expect(loc(refusal)).to.deep.equal(["body", "instruction_id"]);

      const first = await me.instruct("dvp-standard", sale());
      const other = await integrator(world, world.clients[1]);
      const mirror = sale().map((leg) => ({ ...leg, direction: leg.direction === "deliver" ? "receive" : "deliver" }));
      await other.instruct("dvp-standard", mirror as Leg[], { role: "buyer", trade_reference: first.trade_reference });
      expect(code(await asked(first.id))).to.equal("409 instruction_not_pending");
    });

    it("another script for an instruction that has one", async () => {
      const { id } = await me.instruct("dvp-standard", sale());
      expect((await asked(id, "match_only")).status).to.equal(201);
      const refusal = await asked(id, "settle");
      expect(code(refusal)).to.equal("409 script_taken");
      expect(loc(refusal)).to.deep.equal(["body", "script"]);
    });

    it("an instruction that the counterparty cannot mirror or pay", async () => {
      const open = await me.instruct("dvp-standard", sale().slice(0, 1));
      const named = await me.instruct("dvp-standard", sale(), { counterparty_platform_slug: "meridian" });
      const large = sale().map((leg) => ({ ...leg, quantity: "1000000000.5" }));
      const rich = await me.instruct("dvp-standard", large);
      const answers = await Promise.all([open, named, rich].map(({ id }) => asked(id)));
      expect(answers.map((answer) => [code(answer), loc(answer)])).to.deep.equal([
        ["422 receive_leg_required", ["instruction", "legs"]],
        ["422 other_counterparty", ["instruction", "counterparty_platform_slug"]],
        ["422 quantity_out_of_range", ["instruction", "legs", 1, "quantity"]],
      ]);
      const left = await me.platform.get<{ status: string }>(`/instructions/${open.id}`);
      expect(left.status).to.equal("pending_match");
    });

    it("a body of another shape", async () => {
      const shapes: [unknown, unknown][] = [
        [{ instruction_id: "1", script: "settle" }, ["body", "instruction_id"]],
        [{ instruction_id: nobody, script: "default" }, ["body", "script"]],
        [{ script: "settle" }, ["body", "instruction_id"]],
        [{ instruction_id: nobody, script: "settle", wallet: me.address }, ["body", "wallet"]],
      ];
      for (const [body, where] of shapes) {
        const refusal = await me.ask<Refusal>("/counterparty", body);
        expect([code(refusal), loc(refusal)], JSON.stringify(body)).to.deep.equal(["422 validation_error", where]);
      }
    });

    it("gifts that nobody may have", async () => {
      const before = await me.balanceOf(home, token("KBOND", home));
      const wrong: [Record<string, unknown>, string, string][] = [
        [{ chain_id: 1 }, "422 chain_unsupported", "chain_id"],
        [{ chain_id: "1" }, "422 validation_error", "chain_id"],
        [{ address: `0x${"0".repeat(40)}` }, "422 validation_error", "address"],
        [{ address: "0x12" }, "422 validation_error", "address"],
        [{ quantity: "-1" }, "422 validation_error", "quantity"],
        [{ quantity: "0" }, "422 validation_error", "quantity"],
        [{ quantity: "1e3" }, "422 validation_error", "quantity"],
        [{ quantity: "1.0000000000000000001" }, "422 quantity_precision", "quantity"],
        [{ quantity: "1000000000.1" }, "422 quantity_out_of_range", "quantity"],
        [{ instrument_id: "NOBOND" }, "422 instrument_unknown", "instrument_id"],
        [{ instrument_id: undefined, token_address: me.address }, "422 instrument_unknown", "token_address"],
        [{ token_address: token("KBOND", home) }, "422 validation_error", "token_address"],
        [{ instrument_id: undefined, quantity: "1" }, "422 validation_error", "quantity"],
        [{ amount: "1" }, "422 validation_error", "amount"],
      ];
      for (const [change, answer, field] of wrong) {
        const refusal = await given(change);
        expect([code(refusal), loc(refusal)], JSON.stringify(change)).to.deep.equal([answer, ["body", field]]);
      }
      expect(await me.balanceOf(home, token("KBOND", home))).to.equal(before);
    });
  });

  describe("keeps secrets", () => {
    it("writes no token and no key into its log", async () => {
      const log = readFileSync(join(world.dir, "logs", "sandbox.log"), "utf8");
      expect(log).to.include('"msg":"matched"').and.to.include('"msg":"deposited"');
      const [own] = JSON.parse(readFileSync(join(world.dir, "sandbox-client.json"), "utf8")) as [
        { clientSecret: string },
      ];
      const tokens = await Promise.all(world.clients.map((client) => accessToken(world.issuer, client)));
      const header = tokens[0]?.split(".")[0] as string;
      for (const secret of [own.clientSecret, header, "Bearer ey"]) expect(log.includes(secret)).to.equal(false);
    });
  });
});

/** Runs lines as a person would who pastes them into a shell; the last line that they print is an answer of its own. */
async function shell(lines: string): Promise<string> {
  const child = spawn("sh", ["-eu"], { stdio: ["pipe", "pipe", "pipe"] });
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk) => {
      printed += chunk;
    });
  }
  child.stdin.end(`${lines}\n`);
  // A trade that does not settle would have the lines wait for ever.
  const timer = setTimeout(() => child.kill("SIGKILL"), 120_000);
  const [code] = await once(child, "close");
  clearTimeout(timer);
  expect(code, printed).to.equal(0);
  return printed;
}
