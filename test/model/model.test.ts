import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { assertions, judge } from "./solver.ts";

const here = dirname(fileURLToPath(import.meta.url));

const MODELS = [
  { about: "the settlement protocol", proof: "Settlement", reachable: "Reachable", steps: 32, variants: 13 },
  { about: "one leg: who is paid", proof: "Leg", reachable: "LegReachable", steps: 6, variants: 6 },
  { about: "the path of a verdict", proof: "Path", reachable: "PathReachable", steps: 4, variants: 1 },
] as const;

const variants = globSync("variants/*.model.sol", { cwd: here }).sort();

describe("the models", function () {
  // A proof takes as long as it takes: less than a minute and a half for all where nothing else runs.
  this.timeout(1_200_000);

  for (const { about, proof, reachable, steps, variants: count } of MODELS) {
    describe(`of ${about}`, () => {
      it("keep their invariant at first and in every step, and with it what they promise", () => {
        const file = `${proof}.model.sol`;
        const expected = assertions(file);
        expect(expected).to.include.members(["constructor", "provePromise"]);
        expect(expected).to.have.length(2 + steps);
        const findings = judge(file);
        expect(findings.filter(({ judgement }) => judgement !== "proved")).to.deep.equal([]);
        expect(findings.map(({ name }) => name)).to.have.members(expected);
      });

      it("can really take every step, so that nothing is proved of what never happens", () => {
        const file = `${reachable}.model.sol`;
        const findings = judge(file);
        expect(findings.filter(({ judgement }) => judgement !== "refuted")).to.deep.equal([]);
        expect(findings.map(({ name }) => name)).to.have.members(assertions(file));
        const source = readFileSync(join(here, file), "utf8");
        const names = assertions(`${proof}.model.sol`).flatMap(
          (name) => /^prove(?!Promise$)(.*)$/.exec(name)?.[1] ?? [],
        );
        expect(names).to.have.length(steps);
        for (const step of names) expect(source, `${step} is on some trace`).to.match(new RegExp(`\\b${step}\\(`, "i"));
      });

      describe("are refuted, step and consequence, with", () => {
        const own = variants.filter((file) => isAbout(file, proof));
        it("each of the ways to break them that are known", () => {
          expect(own).to.have.length(count);
        });
        for (const file of own) {
          const words = file
            .replace(/^variants\/|\.model\.sol$/g, "")
            .replace(/(?<=.)([A-Z])/g, (_, letter) => ` ${letter}`);
          it(words.toLowerCase(), () => {
            expect(judge(file)).to.have.deep.members([
              { judgement: "refuted", name: "step" },
              { judgement: "refuted", name: "trace" },
            ]);
          });
        }
      });
    });
  }

  it("leave no variant out", () => {
    expect(MODELS.reduce((sum, { variants: count }) => sum + count, 0)).to.equal(variants.length);
  });
});

/** A variant breaks the model whose traces or state it extends. */
function isAbout(file: string, proof: string): boolean {
  const base = /contract \w+ is (\w*?)(?:Traces|State) /.exec(readFileSync(join(here, file), "utf8"))?.[1];
  return base === (proof === "Settlement" ? "" : proof);
}
