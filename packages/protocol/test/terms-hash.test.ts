import { expect } from "chai";
import fc from "fast-check";
import { hashTypedData } from "viem";
import { hashTerms, ProtocolError, TERMS_TYPE, type Terms, termsTypedData } from "../src/terms/index.ts";
import { anyTerms } from "./support/arbitraries.ts";
import { digestByHand } from "./support/eip712.ts";
import { PATIENCE } from "./support/patience.ts";
import { terms, withLeg } from "./support/sample.ts";

describe("hashTerms", function () {
  this.timeout(PATIENCE);

  it("is the EIP-712 digest, by viem and by hand, of any terms", () => {
    fc.assert(
      fc.property(anyTerms, (any) => {
        const hash = hashTerms(any);
        expect(hash).to.equal(hashTypedData(termsTypedData(any)));
        expect(hash).to.equal(digestByHand(any));
      }),
    );
  });

  it("survives wallets that read the typed data as JSON", () => {
    fc.assert(
      fc.property(anyTerms, (any) => {
        const text = JSON.stringify(termsTypedData(any), (_, value) =>
          typeof value === "bigint" ? `${value}` : value,
        );
        expect(hashTypedData(JSON.parse(text))).to.equal(hashTerms(any));
      }),
    );
  });

  it("changes with every field", () => {
    const changed: Terms[] = [
      { ...terms, ref: "0x00112233445566778899aabbccddee00" },
      { ...terms, chainId: 1n },
      { ...terms, coordinator: terms.operator },
      { ...terms, ruleset: terms.parent },
      { ...terms, parties: terms.parties.slice(1) },
      { ...terms, parties: terms.parties.toReversed() },
      { ...terms, legs: terms.legs.toReversed() },
      { ...terms, depositDeadline: terms.depositDeadline + 1 },
      { ...terms, settleDeadline: terms.settleDeadline + 1 },
      { ...terms, attesters: [] },
      { ...terms, threshold: 2 },
      { ...terms, operator: terms.coordinator },
      { ...terms, parent: terms.ruleset },
      { ...terms, notBefore: 1 },
      withLeg(0, { chainId: 1n }),
      withLeg(0, { escrow: terms.operator }),
      withLeg(0, { token: terms.operator }),
      withLeg(0, { standard: 1 }),
      withLeg(0, { tokenId: 1n }),
      withLeg(0, { amount: 1n }),
      withLeg(0, { partition: terms.ruleset }),
      withLeg(0, { from: 0 }),
      withLeg(0, { to: 0 }),
      withLeg(1, { fees: [] }),
      withLeg(1, { fees: [{ recipient: terms.operator, amount: 5_000n }] }),
      withLeg(1, { fees: [{ recipient: "0x9999999999999999999999999999999999999999", amount: 5_001n }] }),
    ];
    const hashes = new Set([terms, ...changed].map(hashTerms));
    expect(hashes.size).to.equal(changed.length + 1);
  });

  it("names the type strings in EIP-712's alphabetical order of references", () => {
    expect(TERMS_TYPE).to.match(/^Terms\(.*\)Fee\(.*\)Leg\(.*\)$/);
  });

  it("refuses a value beyond its Solidity type", () => {
    for (const bad of [
      { ...terms, threshold: 256 },
      { ...terms, depositDeadline: 2 ** 40 },
      { ...terms, chainId: 1n << 64n },
      { ...terms, ref: "0x00" as const },
      { ...terms, coordinator: "0x22" as const },
      withLeg(0, { amount: -1n }),
      withLeg(0, { amount: 1n << 256n }),
    ]) {
      expect(() => hashTerms(bad))
        .to.throw(ProtocolError)
        .with.property("code", "terms_encoding");
    }
  });
});
