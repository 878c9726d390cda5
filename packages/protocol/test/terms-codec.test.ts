import { expect } from "chai";
import fc from "fast-check";
import type { Hex } from "viem";
import { decodeTerms, encodeTerms, ProtocolError, refFromUuid, uuidFromRef } from "../src/terms/index.ts";
import { anyTerms, bytes } from "./support/arbitraries.ts";
import { PATIENCE } from "./support/patience.ts";
import { terms } from "./support/sample.ts";

describe("encodeTerms and decodeTerms", function () {
  this.timeout(PATIENCE);

  it("give back any terms", () => {
    fc.assert(
      fc.property(anyTerms, (any) => {
        expect(decodeTerms(encodeTerms(any))).to.deep.equal(any);
      }),
    );
  });

  it("give different bytes for different terms", () => {
    fc.assert(
      fc.property(anyTerms, anyTerms, (left, right) => {
        fc.pre(JSON.stringify(left, stringify) !== JSON.stringify(right, stringify));
        expect(encodeTerms(left)).to.not.equal(encodeTerms(right));
      }),
    );
  });

  it("refuse every other encoding of the same terms", () => {
    const encoded = encodeTerms(terms);
    const variants: Hex[] = ["0x", `${encoded}00`, `${encoded}${"00".repeat(32)}`, encoded.slice(0, -2) as Hex];
    for (const variant of variants) {
      expect(() => decodeTerms(variant))
        .to.throw(ProtocolError)
        .with.property("code", "terms_encoding");
    }
  });

  it("decode nothing, or something that encodes to the very same bytes, whatever one byte becomes", () => {
    const encoded = Buffer.from(encodeTerms(terms).slice(2), "hex");
    fc.assert(
      fc.property(fc.nat({ max: encoded.length - 1 }), fc.nat({ max: 255 }), (at, value) => {
        const changed = Buffer.from(encoded);
        changed[at] = value;
        const hex: Hex = `0x${changed.toString("hex")}`;
        try {
          expect(encodeTerms(decodeTerms(hex))).to.equal(hex);
        } catch (error) {
          expect(error).to.be.instanceOf(ProtocolError).with.property("code", "terms_encoding");
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it("read upper-case hex", () => {
    const encoded = encodeTerms(terms);
    expect(decodeTerms(`0x${encoded.slice(2).toUpperCase()}`)).to.deep.equal(decodeTerms(encoded));
  });
});

describe("refFromUuid and uuidFromRef", function () {
  this.timeout(PATIENCE);

  it("give back any UUID", () => {
    fc.assert(fc.property(fc.uuid(), (uuid) => void expect(uuidFromRef(refFromUuid(uuid))).to.equal(uuid)));
    fc.assert(fc.property(bytes(16), (ref) => void expect(refFromUuid(uuidFromRef(ref))).to.equal(ref)));
  });

  it("refuse what is none", () => {
    for (const bad of ["", "00112233445566778899aabbccddeeff", "00112233-4455-6677-8899-aabbccddeefg"]) {
      expect(() => refFromUuid(bad)).to.throw(ProtocolError, "ref");
    }
    expect(() => uuidFromRef("0x00")).to.throw(ProtocolError, "ref");
  });
});

function stringify(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? `${value}n` : value;
}
