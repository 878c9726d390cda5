import { expect } from "chai";
import fc from "fast-check";
import { termsJsonSchema } from "../src/schema/index.ts";
import { ProtocolError, type TermsJson, termsFromJson, termsToJson } from "../src/terms/index.ts";
import { anyTerms } from "./support/arbitraries.ts";
import { PATIENCE } from "./support/patience.ts";
import { terms } from "./support/sample.ts";

const plain = (): TermsJson => structuredClone(termsToJson(terms));

describe("termsToJson and termsFromJson", function () {
  this.timeout(PATIENCE);

  it("give back any terms through text", () => {
    fc.assert(
      fc.property(anyTerms, (any) => {
        expect(termsFromJson(JSON.parse(JSON.stringify(termsToJson(any))))).to.deep.equal(any);
      }),
    );
  });

  it("write what the schema reads", () => {
    fc.assert(
      fc.property(anyTerms, (any) => {
        const json = termsToJson(any);
        expect(termsJsonSchema.parse(json)).to.deep.equal(json);
      }),
    );
  });

  it("write wide integers as decimal strings and narrow ones as numbers, under Solidity's names", () => {
    const json = plain();
    expect(json.chainId).to.equal("11155111");
    expect(json.depositDeadline).to.equal(2_000_000_000);
    expect(json.legs[1]?.fees[0]?.amount).to.equal("5000");
  });

  it("take addresses in lower case and give EIP-55", () => {
    const json = plain();
    json.operator = json.operator.toLowerCase() as typeof json.operator;
    expect(termsFromJson(json).operator).to.equal(terms.operator);
  });

  const faults: [name: string, field: string, change: (json: TermsJson) => unknown][] = [
    ["no object", "", () => 7],
    ["an array", "", () => []],
    ["null", "", () => null],
    ["a missing field", "threshold", ({ threshold: _, ...rest }) => rest],
    ["an unknown field", "extra", (json) => ({ ...json, extra: 1 })],
    ["an inherited field", "operator", ({ operator, ...rest }) => Object.assign(Object.create({ operator }), rest)],
    ["a number for a wide integer", "chainId", (json) => ({ ...json, chainId: 11155111 })],
    ["a leading zero", "chainId", (json) => ({ ...json, chainId: "011155111" })],
    ["a sign", "chainId", (json) => ({ ...json, chainId: "-1" })],
    ["hex for a decimal", "chainId", (json) => ({ ...json, chainId: "0xaa36a7" })],
    ["beyond uint64", "chainId", (json) => ({ ...json, chainId: (1n << 64n).toString() })],
    ["a string for a small integer", "threshold", (json) => ({ ...json, threshold: "1" })],
    ["beyond uint8", "threshold", (json) => ({ ...json, threshold: 256 })],
    ["a fraction", "notBefore", (json) => ({ ...json, notBefore: 0.5 })],
    ["beyond uint40", "settleDeadline", (json) => ({ ...json, settleDeadline: 2 ** 40 })],
    ["short bytes", "ref", (json) => ({ ...json, ref: "0x0011" })],
    ["no hex", "ruleset", (json) => ({ ...json, ruleset: `0x${"g".repeat(64)}` })],
    ["no array", "parties", (json) => ({ ...json, parties: {} })],
    ["a bad commitment", "parties[2]", (json) => ({ ...json, parties: json.parties.with(2, "0x" as const) })],
    ["a bad address", "coordinator", (json) => ({ ...json, coordinator: "0x12" })],
    ["a wrong checksum", "operator", (json) => ({ ...json, operator: `0x${"0".repeat(38)}aA` })],
    ["a bad attester", "attesters[0]", (json) => ({ ...json, attesters: [null] })],
    ["a bad leg", "legs[1]", (json) => ({ ...json, legs: [json.legs[0], "leg"] })],
    ["beyond uint256", "legs[1].fees[0].amount", (json) => withFee(json, { amount: (1n << 256n).toString() })],
    ["an unknown field of a fee", "legs[1].fees[0].bps", (json) => withFee(json, { bps: 1 })],
  ];
  for (const [name, field, change] of faults) {
    it(`refuse ${name}, as the schema does`, () => {
      const bad = change(plain());
      expect(() => termsFromJson(bad))
        .to.throw(ProtocolError)
        .that.includes({ code: "terms_json", field });
      expect(termsJsonSchema.safeParse(bad).success).to.equal(name === "an inherited field");
    });
  }
});

function withFee(json: TermsJson, change: object): unknown {
  return { ...json, legs: json.legs.map((leg) => ({ ...leg, fees: leg.fees.map((fee) => ({ ...fee, ...change })) })) };
}
