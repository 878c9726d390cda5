import { expect } from "chai";
import fc from "fast-check";
import { likeness, normalizeName, readName, similarity } from "../../src/screening/names.ts";

const text = fc.string({ unit: "grapheme" });
const alike = (a: string, b: string) => likeness(readName(a), readName(b));

describe("names", () => {
  it("are one name in any order, case, punctuation and with any marks", () => {
    expect(normalizeName("Doe, Jóhn-Paul")).to.deep.equal(["DOE", "JOHN", "PAUL"]);
    expect(normalizeName("JOHN PAUL DOE")).to.deep.equal(["DOE", "JOHN", "PAUL"]);
    expect(normalizeName("Müller & Sønner A.S. (Oslo)")).to.deep.equal(["AS", "MULLER", "OSLO", "SONNER"]);
    expect(normalizeName("Straße Łódź İstanbul")).to.deep.equal(["ISTANBUL", "LODZ", "STRASSE"]);
    expect(normalizeName("al-Qāʿida")).to.deep.equal(["AL", "QAIDA"]);
    expect(normalizeName(" \t-")).to.deep.equal([]);
  });

  it("keep their own script, in which they are the same or not", () => {
    expect(normalizeName("Иванов, Сергей")).to.deep.equal(["ИВАНОВ", "СЕРГЕИ"]);
    expect(normalizeName("مُحَمَّد")).to.deep.equal(normalizeName("محمد"));
    expect(normalizeName("王伟")).to.deep.equal(["王伟"]);
  });

  it("are the same in any normal form of Unicode, and in upper and lower case", () => {
    fc.assert(
      fc.property(text, (name) => {
        const own = normalizeName(name);
        for (const form of ["NFC", "NFD", "NFKC", "NFKD"] as const)
          expect(normalizeName(name.normalize(form))).to.deep.equal(own);
        expect(normalizeName(own.toReversed().join(" "))).to.deep.equal(own);
        expect(readName(name).latin.join("")).to.match(/^[A-Z0-9]*$/);
      }),
    );
  });

  it("are as alike as their words, whatever the order of comparison", () => {
    fc.assert(
      fc.property(text, text, fc.double({ min: 0, max: 1, noNaN: true }), (left, right, floor) => {
        const [a, b] = [readName(left), readName(right)];
        const exactly = likeness(a, b);
        expect(exactly).to.equal(likeness(b, a));
        expect(exactly).to.be.within(0, 1);
        if (a.latin.length > 0) expect(likeness(a, a)).to.equal(1);
        // Above the floor it is exact, and never more than that below it.
        const floored = likeness(a, b, floor);
        expect(floored).to.be.at.most(exactly);
        if (exactly > floor) expect(floored).to.equal(exactly);
      }),
    );
  });

  it("contained in a longer one are the same name, unless one short word is all they share", () => {
    expect(alike("KEYSTONE TEST BLOCKED 01", "Keystone Test Blocked 01 Holdings (Cyprus) Ltd")).to.equal(1);
    expect(alike("ALI", "Ali Baba Trading")).to.be.below(0.85);
    expect(alike("Alpine Bank AG", "KEYSTONE TEST BLOCKED 01")).to.be.below(0.5);
    expect(similarity([], ["A"])).to.equal(0);
  });

  it("meet their spellings in Latin letters, from Cyrillic, Greek and Arabic", () => {
    const pairs: [string, string][] = [
      ["Сергей Иванов", "Sergei IVANOV"],
      ["Юрий Щербаков", "Shcherbakov, Yuri"],
      ["Αλέξης Τσίπρας", "Alexis Tsipras"],
      ["صدام حسين", "Saddam Hussein"],
      ["محمد علي حسن", "HASSAN, Mohammed Ali"],
      ["أسامة بن لادن", "Usama bin Laden"],
    ];
    for (const [one, other] of pairs) expect(alike(one, other), `${one} and ${other}`).to.be.at.least(0.85);
  });

  it("do not meet whoever has the same few consonants, or is written with the same vowels", () => {
    expect(alike("بنك الاسلامي", "Alpine Bank AG")).to.be.below(0.85);
    expect(alike("علي", "Lee")).to.be.below(0.85);
    // Between names that both write their vowels consonants are not compared.
    expect(alike("Saddam Hussein", "Sodom Hyssan")).to.be.below(0.85);
  });
});
