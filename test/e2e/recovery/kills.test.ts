import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import type { DemoResult } from "../../../devnet/src/demo/run.ts";
import type { ProcessName } from "../../../devnet/src/world.ts";
import { disturbedTrade } from "../support/trade.ts";
import { sharedWorld, type World } from "../support/world.ts";

/** The trade came to its end, every balance is right, and nothing was done twice. */
function expectDelivered(result: DemoResult): void {
  expect(result.problems).to.deep.equal([]);
  expect(result.report.settlements.map(({ actual }) => actual)).to.deep.equal(["FINALIZED"]);
}

describe("kill -9 in the middle of a settlement", function () {
  this.timeout(180_000);
  let world: World;

  before(async () => {
    world = await sharedWorld();
  });

  const processes: ProcessName[] = ["api", "indexer", "worker", "postgres", "issuer", "chain-11155111", "chain-84532"];
  for (const name of processes) {
    it(`of ${name}: it comes back and the trade finishes`, async () => {
      const restarts = world.restartCount(name);
      const result = await disturbedTrade(world, name, {
        betweenDeposits: async () => {
          await world.crash(name);
          await world.ready(name);
        },
        afterDeposits: () => world.crash(name),
      });
      expectDelivered(result);
      expect(world.restartCount(name)).to.be.greaterThan(restarts);
    });
  }

  it("of the relayer, again and again: what it had in memory was not needed", async () => {
    let over = false;
    let kills = 0;
    const killer = async () => {
      while (!over) {
        await world.crash("relayer");
        kills += 1;
        await world.ready("relayer");
        // Long enough for a few steps, so that each life ends in the middle of another one.
        await sleep(500 + ((kills * 700) % 2_000));
      }
    };
    let killing: Promise<void> | undefined;
    const result = await disturbedTrade(world, "relayer", {
      afterMatch: async () => {
        killing = killer();
      },
    });
    over = true;
    await killing;
    expectDelivered(result);
    expect(kills).to.be.greaterThan(3);
  });

  it("of the message worker's deliveries: what is verified and not executed the relayer executes", async () => {
    await world.faults({ dropExecution: true });
    try {
      expectDelivered(await disturbedTrade(world, "undelivered", {}));
    } finally {
      await world.faults({});
    }
  });

  it("of everything that serves platforms at once", async () => {
    const names: ProcessName[] = ["relayer", "api", "courier", "indexer", "postgres"];
    const result = await disturbedTrade(world, "all", {
      afterMatch: async () => {
        await Promise.all(names.map((name) => world.crash(name)));
        for (const name of names.toReversed()) await world.ready(name);
      },
    });
    expectDelivered(result);
  });
});
