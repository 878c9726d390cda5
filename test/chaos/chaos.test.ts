import { randomInt } from "node:crypto";
import { expect } from "chai";
import pg from "pg";
import { reachChains } from "../../devnet/src/demo/chains.ts";
import type { World } from "../../devnet/src/world.ts";
import { type Campaign, runCampaign } from "./campaign.ts";
import { reconcile } from "./reconcile.ts";
import { auditTransactions } from "./transactions.ts";
import { GAS_KEYS, startChaosWorld } from "./world.ts";

const seed = randomInt(2 ** 31);

describe(`trades while everything goes wrong (npm run test:chaos -- --trades 8 --width 8 --seed ${seed})`, function () {
  this.timeout(600_000);
  let world: World;
  let stop: (failed: boolean) => Promise<void>;
  let campaign: Campaign;

  before(async () => {
    ({ world, stop } = await startChaosWorld());
    campaign = await runCampaign(world, { seed, trades: 8, width: 8 });
  });
  after(function () {
    return stop?.(this.test?.parent?.tests.some(({ state }) => state !== "passed") ?? true);
  });

  it("all end as their parties' deeds allow, every token where the terms say, no effect paid for twice, no nonce unaccounted for", () => {
    const { report } = campaign;
    expect(report.problems).to.deep.equal([]);
    expect(report).to.include({ lost: 0, doubled: 0 });
    // A repo is two, if its opening came to its end.
    expect(report.settlements).to.be.within(8, 8 + (report.byKind.repo ?? 0) / 2);
    expect(Object.values(report.disturbed).reduce((sum, count) => sum + count)).to.be.above(3);
  });

  describe("and what looks for that", () => {
    const check = (changes: Partial<Campaign>) => {
      const { owed, before } = { ...campaign, ...changes };
      return reconcile(world, reachChains(world), owed, before);
    };
    const final = () =>
      campaign.owed.find(({ expected }) => expected.includes("FINALIZED")) as Campaign["owed"][number];

    it("notices another end", async () => {
      const owed = [{ ...final(), expected: ["TIMED_OUT"] }];
      expect((await check({ owed, before: new Map() })).join()).to.include("FINALIZED, not TIMED_OUT");
    });

    it("notices a settlement that never came to a chain", async () => {
      const owed = [{ ...final(), settlementHash: `0x${"11".repeat(32)}` as const }];
      expect((await check({ owed, before: new Map() })).join()).to.include("null, not FINALIZED");
    });

    it("notices a unit too little, and a trade that was not told", async () => {
      const [[key, held] = ["", 0n]] = [...campaign.before];
      expect(await check({ before: new Map([[key, held + 1n]]) })).to.have.length(1);
      expect(await check({ owed: campaign.owed.filter((one) => one !== final()) })).to.not.be.empty;
    });

    it("notices who was paid whom the terms do not name, and another amount", async () => {
      const { terms, ...rest } = final();
      const legs = terms.legs.map((leg) => ({ ...leg, to: leg.from }));
      expect((await check({ owed: [{ ...rest, terms: { ...terms, legs } }], before: new Map() })).join()).to.include(
        "whom the terms do not name",
      );
      const more = terms.legs.map((leg) => ({ ...leg, amount: leg.amount + 1n }));
      expect(
        (await check({ owed: [{ ...rest, terms: { ...terms, legs: more } }], before: new Map() })).join(),
      ).to.match(/paid \d+, not \d+/);
    });

    it("notices a transaction of the relayer that its table does not have, and one that no block has", async () => {
      const audit = () => auditTransactions(world, reachChains(world), GAS_KEYS);
      const db = new pg.Client({ connectionString: world.databaseUrl });
      await db.connect();
      await db.query(
        "UPDATE keystone.chain_transaction SET hash = '0x' || repeat('22', 32) WHERE id = (SELECT id FROM keystone.chain_transaction WHERE status <> 'failed' LIMIT 1)",
      );
      await db.end();
      const { problems } = await audit();
      expect(problems).to.have.length(2);
      expect(problems.join()).to.include("is not in the table").and.to.include("and in no block");
    });
  });
});
