import { expect } from "chai";
import { delayAfter } from "../../src/courier/schedule.ts";
import { excerptOf, retryAfterSeconds } from "../../src/delivery/answer.ts";

describe("delayAfter", () => {
  it("follows the documented schedule of ten attempts", () => {
    const delays = Array.from({ length: 10 }, (_, made) => delayAfter(made + 1, null, () => 0.5));
    const [m, h] = [60, 3600];
    expect(delays).to.deep.equal([5, 5 * m, 30 * m, 2 * h, 5 * h, 10 * h, 14 * h, 20 * h, 24 * h, null]);
  });

  it("stays within a tenth of it", () => {
    expect(delayAfter(2, null, () => 0)).to.be.closeTo(270, 1e-9);
    expect(delayAfter(2, null, () => 1)).to.be.closeTo(330, 1e-9);
  });

  it("waits for what a receiver asked for where that is longer, and makes no attempt of it", () => {
    expect(delayAfter(1, 100, () => 0.5)).to.equal(100);
    expect(delayAfter(2, 100, () => 0.5)).to.equal(300);
    expect(delayAfter(10, 100)).to.equal(null);
  });
});

describe("retryAfterSeconds", () => {
  const now = Date.parse("2026-04-01T00:00:00Z");
  for (const [header, seconds] of [
    ["120", 120],
    [" 0 ", 0],
    ["Wed, 01 Apr 2026 00:01:00 GMT", 60],
    ["Wed, 01 Apr 2020 00:01:00 GMT", 0],
    ["9999999999", 86_400],
    ["Wed, 01 Apr 2099 00:01:00 GMT", 86_400],
    ["soon", null],
    ["-5", 0],
    [undefined, null],
  ] as const) {
    it(`reads ${header} as ${seconds}`, () =>
      expect(retryAfterSeconds(header, now)).to.satisfy((read: unknown) => read === seconds));
  }
});

describe("excerptOf", () => {
  it("keeps a kilobyte that a database can hold, whatever the bytes", () => {
    for (const bytes of [Buffer.alloc(5000, "ä"), Buffer.alloc(5000), Buffer.alloc(5000, 0xff), Buffer.from("a\0b")]) {
      const excerpt = excerptOf([bytes]);
      expect(Buffer.byteLength(excerpt)).to.be.at.most(1024);
      expect(excerpt).to.not.include("\0");
    }
    expect(excerptOf([Buffer.from("not "), Buffer.from("today")])).to.equal("not today");
  });
});
