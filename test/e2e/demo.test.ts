import { expect } from "chai";
import { reachChains } from "../../devnet/src/demo/chains.ts";
import { readLedger } from "../../devnet/src/demo/ledger/read.ts";
import { type DemoResult, runDemo } from "../../devnet/src/demo/run.ts";
import { sharedWorld, type World } from "./support/world.ts";

describe("the demo on the real stack", function () {
  this.timeout(240_000);
  let world: World;
  let result: DemoResult;

  before(async () => {
    world = await sharedWorld();
    result = await runDemo(world, { startedAt: world.startedAt });
  });

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
});
