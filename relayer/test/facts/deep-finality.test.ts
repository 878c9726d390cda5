import { expect } from "chai";
import fc from "fast-check";
import { sampleDeployment } from "../../../packages/store/test/deployment.ts";
import { ConfigError } from "../../src/errors.ts";
import { deepConfirmations, readDeepFinality } from "../../src/facts/deep-finality.ts";
import { A, B, dvp, leg, termsOf } from "../support/facts.ts";

const token = leg(A, 1, 3).token;

describe("DEEP_FINALITY", () => {
  const deployment = sampleDeployment();
  const listed = deployment.instruments.find(({ chain_id }) => chain_id === A);
  const entry = { instrument: token, chain_id: A, above: "1.5", decimals: 6, confirmations: 200 };
  const tiers = (...entries: unknown[]) => readDeepFinality(JSON.stringify(entries), deployment);
  const failure = (text: string): string => {
    try {
      readDeepFinality(text, deployment);
    } catch (error) {
      expect(error).to.be.instanceOf(ConfigError);
      return (error as Error).message;
    }
    throw new Error("it was taken");
  };

  it("is empty where nothing is said", () => {
    expect(readDeepFinality(undefined, deployment)).to.deep.equal([]);
    expect(deepConfirmations(dvp(A, B), [])).to.equal(0);
  });

  it("names tokens by address, and those of the deployment by their alias, with their decimals", () => {
    expect(tiers(entry)).to.deep.equal([{ chainId: A, token, above: 1_500_000n, confirmations: 200 }]);
    if (listed === undefined) throw new Error("the sample deployment lists no instrument there");
    const { alias, token_address, decimals } = listed;
    const expected = [{ chainId: A, token: token_address, above: 2n * 10n ** BigInt(decimals), confirmations: 9 }];
    const byAlias = { instrument: alias, chain_id: A, above: "2", confirmations: 9 };
    expect(tiers(byAlias)).to.deep.equal(expected);
    expect(tiers({ ...byAlias, instrument: token_address.toLowerCase() })).to.deep.equal(expected);
    expect(failure(JSON.stringify([{ ...byAlias, decimals: decimals + 1 }]))).to.equal(
      `DEEP_FINALITY: 0.decimals must be ${decimals}, as the deployment says, or left out`,
    );
  });

  it("names the entry and the field at fault", () => {
    const with_ = (changes: object) => failure(JSON.stringify([entry, { ...entry, ...changes }]));
    expect(failure("[")).to.equal("DEEP_FINALITY: must be a JSON array");
    expect(failure("{}")).to.match(/^DEEP_FINALITY: .*array/);
    expect(with_({ chain_id: 5 })).to.equal("DEEP_FINALITY: 1.chain_id is not a chain of the deployment");
    expect(with_({ instrument: "GOLD" })).to.equal(
      `DEEP_FINALITY: 1.instrument is neither an address nor an alias of the deployment on chain ${A}`,
    );
    expect(with_({ decimals: undefined })).to.equal(
      "DEEP_FINALITY: 1.decimals is missing: the deployment does not list this token",
    );
    expect(with_({ above: 5 })).to.equal("DEEP_FINALITY: 1.above must be a decimal number in quotes");
    expect(with_({ above: "1.0000001" })).to.match(/^DEEP_FINALITY: 1\.above .*fraction digits/);
    expect(with_({ above: "-1" })).to.match(/^DEEP_FINALITY: 1\.above .*decimal/);
    expect(with_({ confirmations: 0 })).to.match(/^DEEP_FINALITY: 1\.confirmations /);
    expect(with_({ depth: 1 })).to.match(/^DEEP_FINALITY: 1 .*depth/);
  });

  it("is asked for by a leg above the amount, and by no other", () => {
    const worth = (amount: bigint, chainId = A) => termsOf([{ ...leg(chainId, 1, 3), amount }, leg(B, 3, 1)], 2);
    const asked = tiers(entry, { ...entry, above: "0.0", confirmations: 7 });
    expect(deepConfirmations(worth(1_500_001n), asked)).to.equal(200);
    expect(deepConfirmations(worth(1_500_000n), asked)).to.equal(7);
    expect(deepConfirmations(worth(1_500_001n, B), asked), "the same address on another chain").to.equal(0);
  });

  it("takes the greatest of all that any leg asks for", () => {
    const amounts = fc.bigInt({ min: 1n, max: 1000n });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(amounts, fc.integer({ min: 1, max: 500 })), { maxLength: 5 }),
        fc.array(amounts, { minLength: 1, maxLength: 4 }),
        (steps, legs) => {
          const list = steps.map(([above, confirmations]) => ({ chainId: A, token, above, confirmations }));
          const terms = termsOf(
            legs.map((amount) => ({ ...leg(A, 1, 3), amount })),
            2,
          );
          const [largest = 0n] = legs.toSorted((a, b) => (a > b ? -1 : 1));
          const reached = steps.filter(([above]) => largest > above).map(([, confirmations]) => confirmations);
          expect(deepConfirmations(terms, list)).to.equal(reached.sort((a, b) => b - a)[0] ?? 0);
        },
      ),
    );
  });
});
