import { expect } from "chai";
import fc from "fast-check";
import type { TestChain } from "./support/chain.ts";
import { difference, foldedRows, publishedRows } from "./support/fold.ts";
import { registered } from "./support/samples.ts";
import { sharedWorld } from "./support/shared.ts";
import { type Choice, choices, Story } from "./support/story.ts";
import type { World } from "./support/world.ts";

type Step =
  | { do: "block"; on: number; choices: Choice[] }
  | { do: "reorg"; on: number; depth: number }
  | { do: "reorg both"; depth: number }
  | { do: "wait" };

const on = fc.nat(1);
/** Mostly shallow; at most what Ponder takes back: 65 blocks on one chain, 30 on the other. */
const reorgOn = (chain: number, deepest: number) =>
  fc.record({
    do: fc.constant("reorg" as const),
    on: fc.constant(chain),
    depth: fc.oneof(
      { weight: 3, arbitrary: fc.integer({ min: 1, max: 4 }) },
      { weight: 1, arbitrary: fc.integer({ min: 5, max: deepest }) },
    ),
  });
const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ do: fc.constant("block" as const), on, choices }) },
    { weight: 1, arbitrary: reorgOn(0, 64) },
    { weight: 1, arbitrary: reorgOn(1, 29) },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant("reorg both" as const), depth: fc.integer({ min: 1, max: 3 }) }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("wait" as const) }) },
  ),
  { minLength: 6, maxLength: 16 },
);

describe("indexer: orders and reorgs", function () {
  this.timeout(120_000);
  let world: World;
  let chains: [TestChain, TestChain];
  const about = new Set<string>();
  const unseen = new Set<TestChain>();

  before(async () => {
    world = await sharedWorld();
    chains = [world.coordinator, world.other];
    await world.block(world.coordinator, registered);
    // Deeper than any reorg below, so that the ruleset stays registered.
    for (const chain of chains) await chain.mine(70);
    await world.indexed();
  });

  it("has the rows that follow from the chains' logs, whatever is emitted, in whatever order, whatever is taken back", async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(steps, async (story) => {
        const teller = new Story(`run ${run++}`);
        for (const settlement of teller.settlements) about.add(settlement);
        for (const step of story) await take(step, teller);
        await settle();
        const published = publishedRows(await world.views.dump(), about);
        expect(difference(published, await foldedRows(chains, about))).to.deep.equal([]);
      }),
      { numRuns: 8, endOnFailure: true },
    );
  });

  async function take(step: Step, teller: Story): Promise<void> {
    if (step.do === "wait") await world.indexed();
    else if (step.do === "reorg both") await reorg(chains, step.depth, teller);
    else if (step.do === "reorg") await reorg([chains[step.on] as TestChain], step.depth, teller);
    else {
      const chain = chains[step.on] as TestChain;
      await world.block(chain, ...step.choices.map((choice) => teller.next(chain.chainId, choice)));
      teller.mined(chain.chainId, await chain.head());
    }
  }

  /** Two reorgs of a chain within the same poll are another test's matter, so the first one is waited for. */
  async function reorg(those: readonly TestChain[], depth: number, teller: Story): Promise<void> {
    if (those.some((chain) => unseen.has(chain))) await settle();
    for (const chain of those) {
      unseen.add(chain);
      teller.lost(chain.chainId, (await chain.head()) - BigInt(depth) + 1n);
    }
    await Promise.all(those.map((chain) => chain.reorg(depth)));
  }

  /** A reorg does not change the head's number: one block more on each chain, and the indexer has to have seen it. */
  async function settle(): Promise<void> {
    for (const chain of chains) await chain.mine();
    await world.indexed();
    unseen.clear();
  }
});
