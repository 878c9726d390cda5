import { expect } from "chai";
import fc from "fast-check";
import type { Hex } from "viem";
import { capped, type Fees, raise } from "../../src/pipeline/fees.ts";
import { account, poolOf, startTestChain, type TestChain } from "../support/chain.ts";
import { A } from "../support/facts.ts";

const GWEI = 10n ** 9n;
const wei = fc.oneof(fc.bigInt(1n, 1000n), fc.bigInt(1n, 1000n * GWEI));
const fees = fc
  .tuple(wei, wei)
  .map(
    ([one, other]): Fees =>
      one > other
        ? { maxFeePerGas: one, maxPriorityFeePerGas: other }
        : { maxFeePerGas: other, maxPriorityFeePerGas: one },
  );
const atLeastTenthMore = (old: bigint, next: bigint) => 10n * next >= 11n * old && next > old;

describe("raise", function () {
  this.timeout(60_000);

  it("asks for a tenth more of both fields or for nothing, never above the cap and never less than before", () => {
    fc.assert(
      fc.property(fees, fees, wei, fc.constantFrom("market", "ours", "unknown"), (old, estimate, cap, against) => {
        const raised = raise(old, estimate, cap, against);
        if ("wait" in raised) return;
        const { maxFeePerGas, maxPriorityFeePerGas } = raised.fees;
        expect(atLeastTenthMore(old.maxFeePerGas, maxFeePerGas)).to.equal(true);
        expect(atLeastTenthMore(old.maxPriorityFeePerGas, maxPriorityFeePerGas)).to.equal(true);
        expect(maxFeePerGas <= cap && maxPriorityFeePerGas <= maxFeePerGas).to.equal(true);
        expect(against !== "market" || maxFeePerGas <= 3n * estimate.maxFeePerGas).to.equal(true);
      }),
    );
  });

  it("follows a market that has left what was offered behind, unless the cap is in the way", () => {
    fc.assert(
      fc.property(fees, fees, wei, (old, estimate, cap) => {
        fc.pre(10n * estimate.maxFeePerGas >= 11n * old.maxFeePerGas + 10n && cap >= estimate.maxFeePerGas);
        const raised = raise(old, estimate, cap);
        expect("fees" in raised && raised.fees.maxFeePerGas >= estimate.maxFeePerGas).to.equal(true);
      }),
    );
  });

  it("comes to rest in a market that stands still, and says whether the market or the cap is why", () => {
    fc.assert(
      fc.property(fees, fees, wei, (first, estimate, cap) => {
        let present = first;
        for (let steps = 0; ; steps++) {
          expect(steps).to.be.lessThan(700);
          const raised = raise(present, estimate, cap);
          if ("fees" in raised) {
            present = raised.fees;
            continue;
          }
          const tenth = (11n * present.maxFeePerGas) / 10n + 2n;
          if (raised.wait === "market") expect(tenth > 3n * estimate.maxFeePerGas).to.equal(true);
          else expect(tenth > cap || (11n * present.maxPriorityFeePerGas) / 10n + 2n > cap).to.equal(true);
          return;
        }
      }),
    );
  });

  it("builds under the cap, and not at all where it is below what a block asks for", () => {
    fc.assert(
      fc.property(fees, wei, wei, (estimate, baseFee, cap) => {
        const under = capped({ ...estimate, baseFee }, cap);
        expect(under === null).to.equal(baseFee >= cap);
        if (under === null) return;
        expect(under.maxFeePerGas <= cap && under.maxPriorityFeePerGas <= under.maxFeePerGas).to.equal(true);
      }),
    );
  });

  describe("on a real node", () => {
    let chain: TestChain;
    before(async () => {
      chain = await startTestChain();
    });
    beforeEach(() => empty());
    after(() => chain.stop());

    const empty = () => chain.client.request({ method: "anvil_dropAllTransactions" } as never);
    const offer = async ({ maxFeePerGas, maxPriorityFeePerGas }: Fees): Promise<Hex> => {
      const call = { to: account.address, gas: 21_000n, nonce: 0, maxFeePerGas, maxPriorityFeePerGas };
      const serializedTransaction = await account.signTransaction({ type: "eip1559", chainId: A, ...call });
      return chain.client.sendRawTransaction({ serializedTransaction });
    };

    it("is always taken for the bytes before", async () => {
      const affordable = fees.filter(({ maxFeePerGas }) => maxFeePerGas >= 2n * GWEI);
      await fc.assert(
        fc.asyncProperty(affordable, affordable, fc.constantFrom("market", "ours"), async (old, estimate, against) => {
          const raised = raise(old, estimate, 10_000n * GWEI, against);
          fc.pre("fees" in raised);
          await empty();
          await offer(old);
          const taken = await offer(raised.fees);
          expect((await poolOf(chain, account.address)).map(({ hash }) => hash)).to.deep.equal([taken]);
        }),
        { numRuns: 40 },
      );
    });

    it("would not be taken with fees that are not raised", async () => {
      const old = { maxFeePerGas: 10n * GWEI, maxPriorityFeePerGas: GWEI };
      await offer(old);
      const failure = await offer({ ...old, maxPriorityFeePerGas: GWEI + 1n }).catch((error: unknown) => error);
      expect(String(failure)).to.match(/underpriced/);
    });
  });
});
