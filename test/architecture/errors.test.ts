import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { errorsIn, provokedIn } from "./support/census.ts";
import { read, root } from "./support/repository.ts";

/**
 * Errors that no call to a finished deployment brings about by being wrong in one thing, each with the reason. A test names them all the
 * same.
 */
const GUARDS: Readonly<Record<string, string>> = {
  SettlementCoordinator_PayoutIncomplete:
    "The escrow settles every leg of a chain or reverts, so that only another escrow than the deployment's leaves one behind.",
};

describe("the contracts' custom errors", () => {
  const declared = globSync("artifacts/contracts/**/*.json", { cwd: root })
    .map((file) => JSON.parse(readFileSync(join(root, file), "utf8")) as { abi?: { type: string; name?: string }[] })
    .flatMap(({ abi = [] }) => abi.filter(({ type }) => type === "error").map(({ name = "" }) => name))
    .filter((name) => name.includes("_"));
  const tests = [...read("test/contracts/**/*.test.ts").values()];
  const provoked = new Set(tests.flatMap((text) => [...provokedIn(text)]));

  it("are read from what was compiled", () => {
    expect(declared).to.include.members(["Terms_NoLegs", "KeystoneRoot_WrongChain", "SettlementRouter_NotFinalized"]);
  });

  it("are each provoked by a call that is valid but for one thing", () => {
    const missing = [...new Set(declared)].filter((name) => !provoked.has(name) && !(name in GUARDS));
    expect(missing.sort()).to.deep.equal([]);
  });

  it("that only guard against the contracts themselves are few, known, and tested too", () => {
    const named = errorsIn(tests.join("\n"));
    expect(Object.keys(GUARDS).filter((name) => !named.has(name) || provoked.has(name))).to.deep.equal([]);
    expect(Object.keys(GUARDS).filter((name) => !declared.includes(name))).to.deep.equal([]);
    expect(Object.values(GUARDS)).to.not.include("");
  });
});

describe("the census of errors, on planted tests", () => {
  const file = (...lines: string[]) => lines.join("\n");

  it("counts what a block names to its end, and nothing after it", () => {
    const text = file(
      '  it("valid call, one thing broken: a wei too little", async () => {',
      '    await expectRevert(call(), "Escrow_InsufficientFee");',
      "  });",
      '  it("takes the fee", async () => {',
      '    await expectRevert(call(), "Escrow_Elsewhere");',
      "  });",
    );
    expect([...provokedIn(text)]).to.deep.equal(["Escrow_InsufficientFee"]);
  });

  it("counts cases in a table, whether the loop stands within the block or around it", () => {
    const table = file("  const faults = [", '    ["no legs", "Terms_NoLegs"],', "  ];");
    const around = file(
      table,
      "  for (const [what, error] of faults) {",
      "    it(`valid call, one thing broken: $" + "{what}`, () =>",
      "      expectRevert(call(), error));",
      "  }",
    );
    const within = file(
      table,
      '  describe("valid call, one thing broken", () => {',
      "    for (const [what, error] of faults) {",
      "      it(what, () => expectRevert(call(), error));",
      "    }",
      "  });",
    );
    const unused = file(table, '  it("valid call, one thing broken: at all", () => undefined);');
    expect([...provokedIn(around)]).to.deep.equal(["Terms_NoLegs"]);
    expect([...provokedIn(within)]).to.deep.equal(["Terms_NoLegs"]);
    expect([...provokedIn(unused)]).to.deep.equal([]);
  });

  it("reads a title on the next line, and no title that only contains the words", () => {
    const long = file("  it(", '    "valid call, one thing broken: long",', '    () => revert("A_Long"),', "  );");
    const other = file('  it("a valid call, one thing broken", () => {', '    revert("A_Other");', "  });");
    expect([...provokedIn(long)]).to.deep.equal(["A_Long"]);
    expect([...provokedIn(other)]).to.deep.equal([]);
  });
});
