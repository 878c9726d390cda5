import { expect } from "chai";
import fc from "fast-check";
import type { Facts, HeadFacts } from "../../src/facts/types.ts";
import { planClose } from "../../src/plan/close.ts";
import { recipientsToReveal } from "../../src/plan/reveal.ts";
import { A, B, created, dvp, escrow, factsOf, leg, legsIn, T0, termsOf } from "../support/facts.ts";

const BLOCK = 1000n;

/** Heads as many blocks above BLOCK as given, per chain. */
function above(blocks: Record<number, number>, finalized: Record<number, number>): Map<number, HeadFacts> {
  return new Map(
    [A, B].map((chainId) => [
      chainId,
      { number: BLOCK + BigInt(blocks[chainId] ?? 0), timestamp: T0, finalized: finalized[chainId] ?? 0 },
    ]),
  );
}

const settled = (heads: Facts["heads"]) =>
  factsOf(dvp(A, B), {
    heads,
    coordinator: created("FINALIZED", "execute", BLOCK),
    escrows: new Map([A, B].map((chainId) => [chainId, escrow({ locked: true, verdict: "execute" })])),
    legs: legsIn("released", 2, BLOCK),
  });

/** The third party gives nothing, so that only we publish its wallet. */
const deposited = (heads: Facts["heads"]) => {
  const terms = termsOf([leg(A, 1, 5), leg(A, 3, 1)], 3);
  const escrows = new Map([[A, escrow({ revealed: new Set([1, 3]) })]]);
  return factsOf(terms, {
    heads,
    coordinator: created("AWAITING_DEPOSITS"),
    legs: legsIn("deposited", 2, BLOCK),
    escrows,
  });
};

describe("plan: what cannot be undone", function () {
  this.timeout(10_000);

  it("waits to the block: one before its confirmations are there it is not done, with them it is", () => {
    const [decided, open] = [settled(new Map()), deposited(new Map())];
    for (const confirmations of [1, 5, 96, 900]) {
      const finalized = { [A]: confirmations, [B]: confirmations };
      const at = (blocks: number) => above({ [A]: blocks, [B]: blocks }, finalized);
      expect(planClose({ ...decided, heads: at(confirmations - 1) }), `${confirmations}`).to.deep.equal([]);
      expect(planClose({ ...decided, heads: at(confirmations) })).to.deep.equal([
        { type: "forget_secrets" },
        { type: "close" },
      ]);
      expect(recipientsToReveal({ ...open, heads: at(confirmations - 1) }, A), `${confirmations}`).to.deep.equal([]);
      expect(recipientsToReveal({ ...open, heads: at(confirmations) }, A)).to.deep.equal([5]);
    }
  });

  it("waits for every chain that it rests on, each by its own count", () => {
    const [decided, open] = [settled(new Map()), deposited(new Map())];
    fc.assert(
      fc.property(
        fc.record({ a: fc.nat(50), b: fc.nat(50), finalA: fc.nat(50), finalB: fc.nat(50) }),
        ({ a, b, finalA, finalB }) => {
          const heads = above({ [A]: a, [B]: b }, { [A]: finalA, [B]: finalB });
          const final = a >= finalA && b >= finalB;
          expect(planClose({ ...decided, heads }).length > 0).to.equal(final);
          expect(recipientsToReveal({ ...open, heads }, A).length > 0).to.equal(a >= finalA);
        },
      ),
    );
  });

  it("waits for each of the deposits, and for none where the party has published its wallet itself", () => {
    const heads = above({ [A]: 5 }, { [A]: 5, [B]: 500 });
    const one = deposited(heads);
    const legs = [
      { status: "deposited" as const, blockNumber: BLOCK },
      { status: "deposited" as const, blockNumber: BLOCK + 1n },
    ];
    expect(recipientsToReveal({ ...one, legs }, A)).to.deep.equal([]);
    const depositor = factsOf(dvp(A, B), { heads, coordinator: created("AWAITING_DEPOSITS"), legs: [null, ...legs] });
    expect(recipientsToReveal(depositor, A)).to.deep.equal([3]);
  });
});
