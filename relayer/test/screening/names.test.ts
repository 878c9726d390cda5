import { expect } from "chai";
import fc from "fast-check";
import { normalizeName, similarity } from "../../src/screening/names.ts";

describe("names", () => {
  it("are one name in any order, case, punctuation and with any marks", () => {
    expect(normalizeName("Doe, Jóhn-Paul")).to.deep.equal(["DOE", "JOHN", "PAUL"]);
    expect(normalizeName("JOHN PAUL DOE")).to.deep.equal(["DOE", "JOHN", "PAUL"]);
    expect(normalizeName("Müller & Sønner A.S. (Oslo)")).to.deep.equal(["AS", "MULLER", "OSLO", "SONNER"]);
    expect(normalizeName(" \t-")).to.deep.equal([]);
  });

  it("are as alike as their words, whatever the order of comparison", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" }), (left, right) => {
        const [a, b] = [normalizeName(left), normalizeName(right)];
        const alike = similarity(a, b);
        expect(alike).to.equal(similarity(b, a));
        expect(alike).to.be.within(0, 1);
        if (a.length > 0) expect(similarity(a, [...a])).to.equal(1);
      }),
    );
  });

  it("contained in a longer one are the same name, unless one short word is all they share", () => {
    const alike = (a: string, b: string) => similarity(normalizeName(a), normalizeName(b));
    expect(alike("KEYSTONE TEST BLOCKED 01", "Keystone Test Blocked 01 Holdings (Cyprus) Ltd")).to.equal(1);
    expect(alike("ALI", "Ali Baba Trading")).to.be.below(0.85);
    expect(alike("Alpine Bank AG", "KEYSTONE TEST BLOCKED 01")).to.be.below(0.5);
  });
});
