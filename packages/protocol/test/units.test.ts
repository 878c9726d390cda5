import { expect } from "chai";
import fc from "fast-check";
import { type FeeMode, formatQuantity, grossUp, MAX_FEE_BPS, ProtocolError, parseQuantity } from "../src/index.ts";
import { uint } from "./support/arbitraries.ts";
import { PATIENCE } from "./support/patience.ts";

const decimals = fc.integer({ min: 0, max: 30 });

describe("parseQuantity and formatQuantity", function () {
  this.timeout(PATIENCE);

  it("give back any amount", () => {
    fc.assert(
      fc.property(uint(256), decimals, (amount, scale) => {
        const text = formatQuantity(amount, scale);
        fc.pre(amount > 0n && text.replace(".", "").length <= 78);
        expect(parseQuantity(text, scale)).to.equal(amount);
      }),
    );
  });

  it("scale exactly: what is written is what is meant", () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 10n ** 30n }),
        fc.stringMatching(/^[0-9]{0,12}$/),
        decimals,
        (whole, fraction, scale) => {
          fc.pre(fraction.length <= scale && BigInt(whole + fraction) > 0n);
          const text = fraction === "" ? `${whole}` : `${whole}.${fraction}`;
          expect(parseQuantity(text, scale) * 10n ** BigInt(fraction.length)).to.equal(
            BigInt(`${whole}${fraction}`) * 10n ** BigInt(scale),
          );
        },
      ),
    );
  });

  it("keep the documented cases", () => {
    expect(parseQuantity("1000000", 18)).to.equal(10n ** 24n);
    expect(parseQuantity("0.000001", 6)).to.equal(1n);
    expect(parseQuantity("1.50", 2)).to.equal(150n);
    expect(formatQuantity(150n, 2)).to.equal("1.5");
    expect(formatQuantity(5n, 0)).to.equal("5");
    expect(formatQuantity(0n, 6)).to.equal("0");
  });

  const faults: [quantity: string, decimals: number, code: string][] = [
    ["", 6, "quantity_form"],
    [".5", 6, "quantity_form"],
    ["5.", 6, "quantity_form"],
    ["01", 6, "quantity_form"],
    ["+1", 6, "quantity_form"],
    ["-1", 6, "quantity_form"],
    ["1e6", 6, "quantity_form"],
    ["1,000", 6, "quantity_form"],
    [" 1", 6, "quantity_form"],
    ["1\n", 6, "quantity_form"],
    ["0x10", 6, "quantity_form"],
    ["١", 6, "quantity_form"],
    ["1".repeat(79), 0, "quantity_form"],
    ["1.0000001", 6, "quantity_precision"],
    ["1.0", 0, "quantity_precision"],
    ["0", 6, "quantity_range"],
    ["0.0", 6, "quantity_range"],
    [(1n << 256n).toString(), 0, "quantity_range"],
    ["9".repeat(78), 18, "quantity_range"],
  ];
  for (const [quantity, scale, code] of faults) {
    it(`refuse ${JSON.stringify(quantity.slice(0, 12))} at ${scale} decimals: ${code}`, () => {
      expect(() => parseQuantity(quantity, scale))
        .to.throw(ProtocolError)
        .with.property("code", code);
    });
  }

  it("take the largest amount there is", () => {
    const largest = (1n << 256n) - 1n;
    expect(parseQuantity(largest.toString(), 0)).to.equal(largest);
  });

  it("refuse decimals that no token has, and negative amounts", () => {
    for (const bad of [-1, 1.5, 256, Number.NaN]) {
      expect(() => parseQuantity("1", bad)).to.throw(ProtocolError);
      expect(() => formatQuantity(1n, bad)).to.throw(ProtocolError);
    }
    expect(() => formatQuantity(-1n, 6))
      .to.throw(ProtocolError)
      .with.property("code", "quantity_range");
  });
});

describe("grossUp", function () {
  this.timeout(PATIENCE);

  const quantity = fc.bigInt({ min: 1n, max: 1n << 250n });
  const bps = fc.integer({ min: 0, max: MAX_FEE_BPS });
  const mode = fc.constantFrom<FeeMode>("seller_pays", "buyer_pays", "split");

  it("loses and invents nothing, and takes at most bps of the quantity", () => {
    fc.assert(
      fc.property(quantity, bps, mode, (agreed, rate, who) => {
        const { amount, fee, received } = grossUp(agreed, rate, who);
        expect(amount).to.equal(fee + received);
        expect(fee * 10_000n <= agreed * BigInt(rate)).to.equal(true);
        expect((fee + 1n) * 10_000n > agreed * BigInt(rate)).to.equal(true);
        expect(amount >= agreed && received <= agreed).to.equal(true);
      }),
    );
  });

  it("lets the seller bear it, the buyer, or each half with the odd unit on the buyer", () => {
    fc.assert(
      fc.property(quantity, bps, (agreed, rate) => {
        const fee = (agreed * BigInt(rate)) / 10_000n;
        expect(grossUp(agreed, rate, "seller_pays")).to.deep.equal({ amount: agreed, fee, received: agreed - fee });
        expect(grossUp(agreed, rate, "buyer_pays")).to.deep.equal({ amount: agreed + fee, fee, received: agreed });
        const split = grossUp(agreed, rate, "split");
        const onBuyer = split.amount - agreed;
        const onSeller = agreed - split.received;
        expect(onBuyer + onSeller).to.equal(fee);
        expect(onBuyer - onSeller).to.equal(fee % 2n);
      }),
    );
  });

  it("takes nothing of a quantity too small to divide", () => {
    expect(grossUp(399n, 25, "buyer_pays")).to.deep.equal({ amount: 399n, fee: 0n, received: 399n });
    expect(grossUp(400n, 25, "buyer_pays")).to.deep.equal({ amount: 401n, fee: 1n, received: 400n });
  });

  it("refuses a rate, a quantity or a mode out of bounds", () => {
    for (const rate of [-1, 0.5, MAX_FEE_BPS + 1]) {
      expect(() => grossUp(1n, rate, "split"))
        .to.throw(ProtocolError)
        .with.property("field", "bps");
    }
    expect(() => grossUp(0n, 25, "split"))
      .to.throw(ProtocolError)
      .with.property("field", "quantity");
    expect(() => grossUp(1n, 25, "nobody" as FeeMode))
      .to.throw(ProtocolError)
      .with.property("field", "fee_mode");
    expect(() => grossUp((1n << 256n) - 1n, 25, "buyer_pays"))
      .to.throw(ProtocolError)
      .with.property("code", "quantity_range");
  });
});
