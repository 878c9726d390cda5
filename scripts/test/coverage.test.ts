import { expect } from "chai";
import { differences, failuresIn, parseLcov, statementsIn, tableOf } from "../coverage/lcov.ts";

describe("what the coverage report says", () => {
  const files = parseLcov(
    "TN:\nSF:contracts/A.sol\nDA:1,1\nDA:2,0\nLH:1\nLF:2\nend_of_record\nSF:contracts/B.sol\nDA:7,1\nLH:1\nLF:1\nend_of_record\n",
  );
  const lineOf = (_file: string, line: number) => `  line ${line};`;

  it("is held against the list of what cannot be reached", () => {
    expect(files).to.deep.equal([
      { file: "contracts/A.sol", lines: 2, unreached: [2] },
      { file: "contracts/B.sol", lines: 1, unreached: [] },
    ]);
    const entry = { file: "contracts/A.sol", code: "line 2;", reason: "nobody gets there" };
    expect(differences(files, [entry], lineOf)).to.deep.equal([]);
    expect(differences(files, [], lineOf)).to.deep.equal(["contracts/A.sol:2 is reached by no test: line 2;"]);
    expect(differences(files, [entry, { ...entry, code: "line 1;" }], lineOf)).to.deep.equal([
      "Listed, but reached or gone: contracts/A.sol: line 1;",
    ]);
    expect(differences(files, [{ ...entry, reason: " " }], lineOf)).to.deep.equal([
      "Listed without a reason: contracts/A.sol: line 2;",
    ]);
  });

  it("names the tests that failed", () => {
    const output = [
      "  group",
      "    \u001b[32m✔\u001b[39m good",
      "    1) bad one",
      '    2) "before all" hook for "a test"',
      "",
      "  1 passing (2s)",
      "  2 failing",
      "",
      "  1) group",
    ].join("\n");
    expect(failuresIn(output)).to.deep.equal(["bad one", '"before all" hook for "a test"']);
  });

  it("is told in lines and statements, file by file", () => {
    const statements = statementsIn(
      "║ File Path       │ Line % │ Statement % │ Uncovered Lines ║\n║ contracts/A.sol │ 50.00  │ 66.67       │ 2               ║\n",
    );
    expect(statements).to.deep.equal(new Map([["contracts/A.sol", 66.67]]));
    const words = tableOf(files, statements)
      .split("\n")
      .map((line) => line.trim().split(/\s+/).join(" "));
    expect(words).to.deep.equal([
      "lines stmts not reached",
      "contracts/A.sol 1/2 66.67% 2",
      "contracts/B.sol 1/1 ?%",
      "2 files 2/3",
    ]);
  });
});
