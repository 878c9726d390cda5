import { expect } from "chai";
import fc from "fast-check";
import { isIsin } from "../../src/isin.ts";

describe("isIsin", () => {
  it("takes those that are published", () => {
    // Apple, Treasury Corporation of Victoria, BAE Systems, a German Bund, Nestlé.
    for (const isin of ["US0378331005", "AU0000XVGZA3", "GB0002634946", "DE0001102580", "CH0038863350"]) {
      expect(isIsin(isin), isin).to.equal(true);
    }
  });

  it("takes no other length, case or characters", () => {
    const wrong = [
      "",
      "US037833100",
      "US03783310055",
      "us0378331005",
      "U50378331005",
      "US037833100A",
      "US0378331005\n",
    ];
    for (const text of wrong) expect(isIsin(text), text).to.equal(false);
  });

  it("sees every single wrong digit, and every two digits that changed places, but 0 and 9", () => {
    const country = fc.stringMatching(/^[A-Z]{2}$/);
    const digits = fc.stringMatching(/^[0-9]{9}$/);
    fc.assert(
      fc.property(
        country,
        digits,
        fc.integer({ min: 2, max: 11 }),
        fc.integer({ min: 1, max: 9 }),
        (head, body, at, by) => {
          const isin = withCheckDigit(head + body);
          const wrong = [...isin];
          wrong[at] = String((Number(wrong[at]) + by) % 10);
          expect(isIsin(wrong.join("")), wrong.join("")).to.equal(false);
          if (at === 11) return;
          const swapped = [...isin];
          [swapped[at], swapped[at + 1]] = [isin[at + 1] as string, isin[at] as string];
          const pair = [isin[at], isin[at + 1]].sort().join("");
          expect(isIsin(swapped.join("")), swapped.join("")).to.equal(isin[at] === isin[at + 1] || pair === "09");
        },
      ),
    );
  });

  /** The one of ten digits that is taken. */
  function withCheckDigit(text: string): string {
    const taken = Array.from({ length: 10 }, (_, digit) => `${text}${digit}`).filter(isIsin);
    expect(taken).to.have.length(1);
    return taken[0] as string;
  }
});
