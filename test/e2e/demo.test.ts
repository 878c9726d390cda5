import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { basename } from "node:path";
import { expect } from "chai";
import { reachChains } from "../../devnet/src/demo/chains.ts";
import { readLedger } from "../../devnet/src/demo/ledger/read.ts";
import { connectPlatform } from "../../devnet/src/demo/platform.ts";
import { type DemoResult, runDemo } from "../../devnet/src/demo/run.ts";
import { renderTable } from "../../devnet/src/demo/table.ts";
import { keepDepositSecrets, keptDepositSecrets, openFiles, secretsIn, secretsOf } from "./support/secrets.ts";
import { sharedWorld, type World } from "./support/world.ts";

describe("the demo on the real stack", function () {
  this.timeout(900_000);
  let world: World;
  let result: DemoResult;
  let webhookSecrets: string[];
  const said: string[] = [];
  const receiver = createServer((request, response) => request.resume().on("end", () => response.end()));
  let told = 0;

  before(async () => {
    world = await sharedWorld();
    receiver.on("request", () => told++).listen(0, "127.0.0.1");
    await once(receiver, "listening");
    webhookSecrets = await Promise.all([addEndpoint(0), addEndpoint(1, "a-secret-of-meridian's-own-choice")]);
    await keepDepositSecrets(world);
    const onProgress = ({ text }: { text: string }) => void said.push(text);
    result = await runDemo(world, { startedAt: world.startedAt, onProgress });
  });
  after(() => {
    receiver.close();
    receiver.closeAllConnections();
  });

  /** Has a platform told of everything; resolves to the secret that signs. */
  async function addEndpoint(platform: 0 | 1, secret?: string): Promise<string> {
    const { port } = receiver.address() as AddressInfo;
    const body = { url: `http://127.0.0.1:${port}/`, ...(secret !== undefined && { secret }) };
    const connected = connectPlatform(world, world.clients[platform]);
    return (await connected.post<{ secret: string }>("/platforms/me/webhooks", body, crypto.randomUUID())).secret;
  }

  const expected = {
    "same-chain": "FINALIZED",
    "cross-chain": "FINALIZED",
    brokered: "FINALIZED",
    repo: "FINALIZED",
    "timed-out": "TIMED_OUT",
    sanctioned: "ROLLED_BACK",
    faults: "FINALIZED",
  };
  for (const [name, state] of Object.entries(expected)) {
    it(`${name} ends ${state}, to the last token`, () => {
      const settlement = result.report.settlements.find((entry) => entry.name === name);
      expect(result.problems.filter(({ scenario }) => scenario === name)).to.deep.equal([]);
      expect(settlement).to.include({ expected: state, actual: state });
      expect(settlement?.transactions).to.not.be.empty;
    });
  }

  it("leaves nothing in the escrows", () => {
    expect(result.problems).to.deep.equal([]);
    expect(result.report.ok).to.equal(true);
  });

  it("reports in the promised shape", () => {
    const { report } = result;
    expect(report).to.have.all.keys("ok", "startedAt", "durationMs", "chains", "apiUrl", "graphqlUrl", "settlements");
    expect(report.settlements).to.have.length(7);
    for (const chain of report.chains) {
      expect(chain).to.have.all.keys("chainId", "rpcUrl", "contracts");
      expect(chain.contracts).to.have.all.keys("root", "coordinator", "escrow", "registry", "messenger", "router");
    }
    for (const settlement of report.settlements) {
      const keys = [
        "name",
        "id",
        "settlementHash",
        "template",
        "expected",
        "actual",
        "legs",
        "transactions",
        "durationMs",
      ];
      expect(settlement).to.have.all.keys(...keys);
      for (const leg of settlement.legs) expect(leg).to.have.all.keys("chainId", "token", "amount", "status");
      for (const transaction of settlement.transactions) {
        expect(transaction).to.have.all.keys("chainId", "hash", "kind", "gasUsed");
      }
    }
    expect(JSON.parse(JSON.stringify(report))).to.deep.equal(report);
  });

  it("had messages overtake each other in the scenario with faults", async () => {
    const since = new Map(world.chains.map(({ chainId }) => [chainId, 0n]));
    const ledger = await readLedger(reachChains(world), world.deployment, since);
    const arrivals = ledger.flatMap(({ received }) => received);
    const overtaken = world.chains.some(({ chainId }) => {
      const sent = ledger.filter((entry) => entry.chainId === chainId).flatMap((entry) => entry.sent);
      const places = sent.map(({ guid }) => arrivals.indexOf(guid)).filter((place) => place >= 0);
      return places.some((place, index) => index > 0 && place < (places[index - 1] ?? 0));
    });
    expect(overtaken).to.equal(true);
  });

  it("has told no secret: neither in a log, nor in the report, nor on the screen", async () => {
    const deposits = await keptDepositSecrets(world);
    // Two parties with two secrets each, in nine settlements: a repo is two, and beside the one with faults another is under way.
    expect(deposits).to.have.length(36);
    const secrets = {
      ...secretsOf(world),
      "deposit secret": deposits.map((secret) => secret.slice(2)),
      "webhook secret": webhookSecrets.flatMap((secret) => [secret, secret.replace(/^whsec_/, "")]),
    };
    for (const [what, values] of Object.entries(secrets)) {
      expect(values, what).to.not.be.empty;
      for (const value of values) expect(value.length, what).to.be.greaterThan(15);
    }
    expect(told).to.be.greaterThan(0);
    const files = openFiles(world);
    const names = files.map((file) => basename(file));
    for (const name of ["api", "courier", "indexer", "issuer", "migrate", "postgres", "relayer", "worker"])
      expect(names).to.include(`${name}.log`);
    const texts: Record<string, string> = Object.fromEntries(files.map((file) => [file, readFileSync(file, "utf8")]));
    texts["demo.json"] = JSON.stringify(result.report, null, 2);
    texts["the screen"] = [...said, renderTable(result)].join("\n");
    for (const [name, text] of Object.entries(texts)) expect(secretsIn(text, secrets), name).to.deep.equal([]);
  });
});
