import { expect } from "chai";
import fc from "fast-check";
import type { Result } from "../../../src/screening/lseg/answers.ts";
import { judge } from "../../../src/screening/lseg/judge.ts";
import { findingSchema } from "../../../src/screening/provider.ts";

const types = new Map([
  ["s-false", "FALSE"],
  ["s-possible", "POSSIBLE"],
  ["s-positive", "POSITIVE"],
  ["s-unspecified", "UNSPECIFIED"],
]);
const result = fc.record<Result>({
  providerType: fc.constant("WATCHLIST"),
  matchScore: fc.option(fc.double({ min: -10, max: 110, noNaN: true }), { nil: undefined }),
  categories: fc.option(fc.array(fc.string({ maxLength: 120 }), { maxLength: 30 })),
  resolution: fc.option(fc.record({ statusId: fc.option(fc.constantFrom(...types.keys(), "s-unknown", "")) })),
  resultReview: fc.option(fc.record({ reviewRequired: fc.option(fc.boolean()) })),
});
const RANK = { pass: 0, flagged: 1, fail: 2 };
const rank = (results: Result[]) => RANK[judge(results, types).status];

describe("what World-Check's matches amount to", () => {
  const of = (statusId: string | null, reviewRequired = false): Result => ({
    matchScore: 90.5,
    categories: ["Sanctions"],
    resolution: statusId === null ? null : { statusId },
    resultReview: { reviewRequired },
  });

  it("is by their resolutions: none, positive, possible, unspecified, unknown, false, and false to be reviewed", () => {
    const status = (...results: Result[]) => judge(results, types).status;
    expect(status()).to.equal("pass");
    expect(status(of(null))).to.equal("flagged");
    expect(status(of("s-possible"))).to.equal("flagged");
    expect(status(of("s-unspecified"))).to.equal("flagged");
    expect(status(of("s-unknown"))).to.equal("flagged");
    expect(status(of("s-false"))).to.equal("pass");
    expect(status(of("s-false", true))).to.equal("flagged");
    expect(status(of("s-positive"))).to.equal("fail");
    expect(status(of("s-positive", true), of(null))).to.equal("fail");
  });

  it("tells the highest score and the categories of what counts, and nothing of what was resolved as false", () => {
    const other = { ...of("s-false"), categories: ["Law Enforcement"], matchScore: 99 };
    const pep = { ...of(null), categories: ["PEP", "Sanctions", " "], matchScore: 71.25 };
    expect(judge([other, pep, of(null)], types)).to.deep.equal({
      status: "flagged",
      riskScore: 90.5,
      matchedLists: ["PEP", "Sanctions"],
    });
    expect(judge([other], types)).to.deep.equal({ status: "pass", riskScore: null, matchedLists: [] });
    expect(judge([{}], types)).to.deep.equal({ status: "flagged", riskScore: null, matchedLists: [] });
  });

  it("is never milder with one match more, the same in any order, and always a finding", () => {
    fc.assert(
      fc.property(fc.array(result), result, (results, more) => {
        expect(rank([...results, more])).to.be.at.least(rank(results));
        expect(rank([...results, more])).to.equal(Math.max(rank(results), rank([more])));
        const { status, riskScore } = judge(results, types);
        expect(judge(results.toReversed(), types)).to.deep.include({ status, riskScore });
        expect(findingSchema.safeParse({ ...judge(results, types), referenceId: "r" }).success).to.equal(true);
      }),
    );
  });
});
