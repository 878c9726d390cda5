import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect } from "chai";

const require = createRequire(import.meta.url);
const solc = require("solc") as { compile(input: string, callbacks: object): string };
const { smtSolver } = require("solc/smtsolver.js") as { smtSolver: unknown };

/** What solc's model checker says of an assertion, by the codes of its messages. */
const PROVED = "2961";
const VIOLATED = "4661";

const directory = new URL("./", import.meta.url);
const sources = Object.fromEntries(
  readdirSync(directory)
    .filter((name) => name.endsWith(".sol"))
    .map((name) => [name, { content: readFileSync(new URL(name, directory), "utf8") }]),
);

/** The codes of everything that the solver has to say about the assertions of one contract. */
function check(file: string, contract: string): string[] {
  const settings = {
    outputSelection: { "*": { "*": ["abi"] } },
    modelChecker: {
      engine: "bmc",
      targets: ["assert"],
      contracts: { [file]: [contract] },
      showProvedSafe: true,
      showUnproved: true,
    },
  };
  const output = JSON.parse(solc.compile(JSON.stringify({ language: "Solidity", sources, settings }), { smtSolver }));
  const errors: { errorCode: string }[] = output.errors ?? [];
  return errors.map(({ errorCode }) => errorCode);
}

const text = (file: string) => sources[file]?.content ?? "";
const variants = [...text("Variants.model.sol").matchAll(/^contract (\w+) is/gm)].map(([, name]) => name as string);

describe("the model of a settlement", function () {
  this.timeout(240_000);

  it("keeps its promise after any number of steps in any order", () => {
    const said = check("Settlement.model.sol", "Settlement");
    // Nothing unproved, violated or ill-formed: every word is about an assertion, and says that it holds.
    expect(said).to.include(PROVED);
    expect(said.filter((code) => code !== PROVED)).to.deep.equal([]);
  });

  it("has every variant that must be refuted", () => {
    expect(variants).to.deep.equal([
      "RefundByOwnClockAfterTheLock",
      "VerdictReversed",
      "WithdrawalAfterTheLock",
      "RefundByAnAdmin",
      "ReorgOfACountedLock",
      "ReorgOfADeliveredVerdict",
      "ForgedLock",
      "ForgedVerdict",
      "LockCountedForAnotherChain",
      "UnwindBookedAsRefund",
    ]);
  });

  for (const variant of variants) {
    it(`refutes ${variant}`, () => {
      expect(check("Variants.model.sol", variant)).to.deep.equal([VIOLATED]);
    });
  }
});
