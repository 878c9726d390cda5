import { expect } from "chai";
import fc from "fast-check";
import type { Address } from "viem";
import { Clearance, type ClearanceInput, ComplianceStatus, clearance, partyClearances } from "../src/index.ts";
import { PATIENCE } from "./support/patience.ts";

const { None, Pass, Flagged, Fail, Revoked } = ComplianceStatus;
const attesters: Address[] = [1, 2, 3].map((index): Address => `0x${String(index).repeat(40)}`);
const [first, second, third] = attesters as [Address, Address, Address];

const judge = (change: Partial<ClearanceInput> & { words?: [Address, number[], number?][] }) => {
  const { words = [], ...rest } = change;
  return clearance({
    parties: ["a", "b"],
    attesters,
    threshold: 2,
    validThrough: 100,
    now: 50,
    statements: words.map(([attester, statuses, validUntil = 100]) => ({ attester, statuses, validUntil })),
    ...rest,
  });
};

describe("clearance", function () {
  this.timeout(PATIENCE);

  it("is cleared when every party has a Pass of enough attesters", () => {
    const words: [Address, number[]][] = [
      [first, [Pass, Pass]],
      [third, [Pass, Pass]],
    ];
    expect(judge({ words })).to.equal(Clearance.CLEARED);
    expect(judge({ words, threshold: 3 })).to.equal(Clearance.PENDING);
  });

  it("counts a Pass for its own party only", () => {
    const words: [Address, number[]][] = [
      [first, [Pass, Pass]],
      [second, [Pass, None]],
      [third, [Flagged, Flagged]],
    ];
    expect(judge({ words })).to.equal(Clearance.PENDING);
  });

  it("fails on one Fail or Revoked of one named attester, even an expired one", () => {
    for (const veto of [Fail, Revoked]) {
      const words: [Address, number[], number?][] = [
        [first, [Pass, Pass]],
        [second, [Pass, Pass]],
        [third, [None, veto], 1],
      ];
      expect(judge({ words })).to.equal(Clearance.FAILED);
    }
  });

  it("hears nobody who is not named", () => {
    const stranger: Address = `0x${"4".repeat(40)}`;
    const words: [Address, number[]][] = [
      [stranger, [Fail, Fail]],
      [first, [Pass, Pass]],
    ];
    expect(judge({ words, threshold: 1 })).to.equal(Clearance.CLEARED);
    expect(judge({ words: [[stranger, [Pass, Pass]]], threshold: 1 })).to.equal(Clearance.PENDING);
  });

  it("wants a word that is valid now and until the deadline, strictly and at least", () => {
    const until = (validUntil: number, validThrough: number, now: number) =>
      judge({ words: [[first, [Pass, Pass], validUntil]], threshold: 1, validThrough, now });
    expect(until(100, 100, 99)).to.equal(Clearance.CLEARED);
    expect(until(99, 100, 50)).to.equal(Clearance.PENDING);
    expect(until(100, 90, 100)).to.equal(Clearance.PENDING);
  });

  it("never clears an empty list, threshold zero, attesters out of order or a list too long", () => {
    const words: [Address, number[]][] = [
      [first, Array(33).fill(Pass)],
      [second, Array(33).fill(Pass)],
    ];
    expect(judge({ words, parties: [] })).to.equal(Clearance.PENDING);
    expect(judge({ words, threshold: 0 })).to.equal(Clearance.PENDING);
    expect(judge({ words, attesters: [second, first] })).to.equal(Clearance.PENDING);
    expect(judge({ words, attesters: [first, first] })).to.equal(Clearance.PENDING);
    expect(judge({ words, parties: Array(33).fill("p") })).to.equal(Clearance.PENDING);
    expect(judge({ words, parties: Array(32).fill("p") })).to.equal(Clearance.CLEARED);
  });

  it("says per party who is cleared and who is vetoed", () => {
    const statements = [
      { attester: first, statuses: [Pass, Fail], validUntil: 100 },
      { attester: second, statuses: [Pass, Pass], validUntil: 100 },
    ];
    const input = { parties: ["a", "b"], attesters, threshold: 1, validThrough: 100, now: 50, statements };
    expect(partyClearances(input)).to.deep.equal([
      { cleared: true, vetoed: false },
      { cleared: true, vetoed: true },
    ]);
  });

  it("is never improved by a worse word: monotone in every status", () => {
    const rank = (status: number) => [1, 2, 1, 0, 0][status] ?? 0;
    const outcome = { [Clearance.FAILED]: 0, [Clearance.PENDING]: 1, [Clearance.CLEARED]: 2 };
    const statuses = fc.array(fc.nat({ max: 4 }), { minLength: 2, maxLength: 2 });
    fc.assert(
      fc.property(
        fc.tuple(statuses, statuses, statuses),
        fc.nat({ max: 2 }),
        fc.nat({ max: 1 }),
        fc.nat({ max: 4 }),
        (all, who, party, status) => {
          const words = (lists: number[][]) =>
            lists.map((list, index): [Address, number[]] => [attesters[index] as Address, list]);
          const worse = all.map((list, index) => (index === who ? list.with(party, status) : list));
          fc.pre(rank(status) <= rank(all[who]?.[party] ?? 0));
          expect(outcome[judge({ words: words(worse) })]).to.be.at.most(outcome[judge({ words: words(all) })]);
        },
      ),
    );
  });
});
