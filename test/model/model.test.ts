import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { assertions, judge } from "./solver.ts";

const here = dirname(fileURLToPath(import.meta.url));
const STEPS_OF_THE_PROTOCOL = 26;

describe("the model of the settlement protocol", function () {
  // A proof takes as long as it takes: about half a minute where nothing else runs.
  this.timeout(600_000);

  it("keeps its invariant at first and in every step, and with it the promise of atomicity", () => {
    const file = "Settlement.model.sol";
    const expected = assertions(file);
    expect(expected).to.include.members(["constructor", "provePromise"]);
    expect(expected).to.have.length(2 + STEPS_OF_THE_PROTOCOL);
    const findings = judge(file);
    expect(findings.filter(({ judgement }) => judgement !== "proved")).to.deep.equal([]);
    expect(findings.map(({ name }) => name)).to.have.members(expected);
  });

  it("can really take every step, so that nothing is proved of what never happens", () => {
    const file = "Reachable.model.sol";
    const findings = judge(file);
    expect(findings.filter(({ judgement }) => judgement !== "refuted")).to.deep.equal([]);
    expect(findings.map(({ name }) => name)).to.have.members(assertions(file));
    const source = readFileSync(join(here, file), "utf8");
    const steps = assertions("Settlement.model.sol").flatMap((name) => /^prove(?!Promise$)(.*)$/.exec(name)?.[1] ?? []);
    expect(steps).to.have.length(STEPS_OF_THE_PROTOCOL);
    for (const step of steps) expect(source, `${step} is on some trace`).to.match(new RegExp(`\\b${step}\\(`, "i"));
  });

  describe("is refuted, step and consequence, with", () => {
    const variants = globSync("variants/*.model.sol", { cwd: here }).sort();
    it("each of the ten ways to break it", () => {
      expect(variants).to.have.length(10);
    });
    for (const file of variants) {
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
