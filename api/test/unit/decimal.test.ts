import { expect } from "chai";
import fc from "fast-check";
import { formatDecimalNumber } from "../../src/decimal.ts";

describe("formatDecimalNumber", () => {
  it("writes numbers out, exactly as they were sent", () => {
    const cases: [number, string][] = [
      [1, "1"],
      [1_000_000, "1000000"],
      [0.25, "0.25"],
      [1e21, "1000000000000000000000"],
      [1.5e-7, "0.00000015"],
      [1e-7, "0.0000001"],
      [985000.25, "985000.25"],
      [123456789012345, "123456789012345"],
      [1.23456789012345e30, "1234567890123450000000000000000"],
    ];
    for (const [value, text] of cases) expect(formatDecimalNumber(value)).to.equal(text);
  });

  it("takes nothing that may not be what was meant", () => {
    for (const value of [
      0,
      -0,
      -1,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      0.1 + 0.2,
      1234567890123456,
      2 ** 53,
      1 / 3,
    ]) {
      expect(formatDecimalNumber(value)).to.equal(null);
    }
  });

  it("gives back every decimal of at most 15 significant digits", () => {
    const digits = fc.stringMatching(/^[1-9][0-9]{0,13}[1-9]$|^[1-9]$/);
    fc.assert(
      fc.property(digits, fc.integer({ min: -20, max: 20 }), (significand, exponent) => {
        const text = formatDecimalNumber(Number(`${significand}e${exponent}`));
        expect(text).to.match(/^(0|[1-9][0-9]*)(\.[0-9]*[1-9])?$/);
        const [whole, fraction = ""] = (text as string).split(".") as [string, string?];
        const scaled = BigInt(whole + fraction) * 10n ** BigInt(60 - fraction.length);
        expect(scaled).to.equal(BigInt(significand) * 10n ** BigInt(60 + exponent));
      }),
    );
  });
});
