import { expect } from "chai";
import { judgeSolidity, parseEvents } from "../test-runner/result.ts";
import { filesOf, orphans, selectSuites, suites } from "../test-runner/suites.ts";

const run = { timedOut: false, durationMs: 1 };

describe("judging a run", () => {
  it("reads the summary of Hardhat's Solidity tests, colors or not", () => {
    const output = "  Running Solidity tests\n\u001b[32m  3 passing\u001b[39m\n\u001b[31m  1 failing\u001b[39m\n";
    expect(judgeSolidity("x", { ...run, code: 1, output })).to.include({ passed: 3, failed: 1 });
    expect(judgeSolidity("x", { ...run, code: 0, output: "\n  2 passing\n" })).to.include({ passed: 2, failed: 0 });
    expect(judgeSolidity("x", { ...run, code: 0, output: "\n  2 passing\n  1 skipped\n" })).to.include({ failed: 1 });
  });

  it("fails Solidity tests that crash, run nothing, or print no summary", () => {
    expect(judgeSolidity("x", { ...run, code: 1, output: "HHE900: no compiler" })).to.include({ passed: 0, failed: 1 });
    expect(judgeSolidity("x", { ...run, code: 0, output: "\n  0 passing\n" })).to.include({ passed: 0, failed: 1 });
    expect(judgeSolidity("x", { ...run, code: 1, output: "\n  2 passing\n" })).to.include({ passed: 2, failed: 1 });
  });

  it("drops an event that was cut off by a kill", () => {
    expect(parseEvents('{"event":"end"}\n{"event":"pa')).to.deep.equal([{ event: "end" }]);
  });
});

describe("suites", () => {
  it("are picked by any part of their name", () => {
    expect(selectSuites(["pro"]).map(({ name }) => name)).to.deep.equal(["protocol"]);
    expect(selectSuites([])).to.have.length(suites.length);
    expect(selectSuites(["nothing"])).to.deep.equal([]);
  });

  it("run every test file of the repository, each once", () => {
    expect(orphans()).to.deep.equal([]);
    const files = suites.flatMap(filesOf);
    expect(files).to.have.length(new Set(files).size);
    expect(orphans([])).to.include("scripts/test/result.test.ts");
  });
});
