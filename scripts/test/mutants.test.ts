import { expect } from "chai";
import type { Node } from "../mutation/ast.ts";
import { Compiler } from "../mutation/compiler.ts";
import { type Mutant, mutantsOf, sample, spoil } from "../mutation/mutants.ts";

const SOURCE = `// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

enum Word { NO, YES, MAYBE }

contract Planted {
    error Refused();
    event Said(uint256 a, uint256 b);

    bytes32 private constant TYPE = keccak256("Type(uint256 e)"); // é
    mapping(uint256 key => uint256) private _kept;

    modifier once() {
        _;
    }

    function say(uint256 a, uint256 b) external once returns (Word) {
        if (a <= b && b != 7) revert Refused();
        for (uint256 i = 0; i < a; ++i) {
            _kept[i] |= b << 2;
        }
        emit Said(a, b);
        return a + 20_000 > b ? Word.YES : Word.NO;
    }

    function peek(uint256 a) external view returns (bool) {
        uint256 word = _kept[a];
        assembly ("memory-safe") {
            if gt(word, 3) { word := add(word, 1) }
        }
        if (word == 1) return !(word < 2);
        return false;
    }
}
`;

describe("the mutants of a contract", function () {
  this.timeout(60_000);

  let mutants: Mutant[];
  const compiler = new Compiler();
  const settings = { remappings: [], outputSelection: { "*": { "": ["ast"], "*": ["evm.bytecode.object"] } } };
  const name = "project/contracts/Planted.sol";
  const compile = (content: string) =>
    compiler.compile({ language: "Solidity", sources: { [name]: { content } }, settings });

  before(async () => {
    const { sources } = await compile(SOURCE);
    mutants = mutantsOf(new Map([[name, sources?.[name]?.ast as Node]]), { [name]: SOURCE });
  });
  after(() => compiler.close());

  const changes = (code: string) =>
    mutants.filter((mutant) => mutant.code.startsWith(code)).map(({ change }) => change);

  it("spoil a check in every part of it", () => {
    expect(changes("if (a <= b")).to.have.members([
      "a <= b && b != 7 -> true",
      "a <= b && b != 7 -> false",
      "&& -> ||",
      "a <= b && b != 7 -> a <= b",
      "a <= b && b != 7 -> b != 7",
      "<= -> <",
      "<= -> >",
      "!= -> ==",
      "7 -> 8",
      "7 -> 6",
    ]);
  });

  it("stop, turn round and misplace loops, but do not make them endless", () => {
    expect(changes("for (")).to.have.members(["i < a -> false", "< -> <=", "< -> >=", "++ -> --", "0 -> 1"]);
    expect(changes("_kept[i]")).to.include.members(["|= -> &=", "|= -> =", "<< -> >>", "_kept[i] |= b << 2; -> { }"]);
  });

  it("leave out modifiers, statements and events, and swap arguments and values", () => {
    expect(changes("function say")).to.deep.equal(["once -> "]);
    expect(changes("emit Said")).to.have.members(["emit Said(a, b); -> { }", "a, b -> b, a"]);
    expect(changes("return a +")).to.include.members([
      "YES -> MAYBE",
      "NO -> YES",
      "20_000 -> 40000",
      "20_000 -> 10000",
    ]);
    expect(changes("bytes32 private constant")).to.deep.equal(['"Type(uint256 e)" -> ""']);
  });

  it("go into assembly", () => {
    expect(changes("if gt(word")).to.have.members([
      "gt(word, 3) -> 1",
      "gt(word, 3) -> 0",
      "gt -> lt",
      "3 -> 4",
      "3 -> 2",
      "word := add(word, 1) -> ",
      "add -> sub",
      "1 -> 2",
      "1 -> 0",
    ]);
  });

  it("leave alone what would change nothing", () => {
    expect(changes("return false;")).to.deep.equal(["false -> true"]);
    expect(mutants.filter(({ change }) => change.startsWith("revert"))).to.deep.equal([]);
  });

  it("compile, to something else", async () => {
    const codeOf = async (content: string) => (await compile(content)).contracts?.[name]?.Planted?.evm.bytecode.object;
    const before = await codeOf(SOURCE);
    for (const mutant of mutants) {
      const code = await codeOf(spoil(SOURCE, mutant));
      if (code === undefined) expect(mutant.operator, mutant.change).to.equal("value");
      else expect(code, `${mutant.code}: ${mutant.change}`).to.not.equal(before);
    }
  });

  it("are told apart, and known again when code around them moves", async () => {
    expect(new Set(mutants.map(({ id }) => id)).size).to.equal(mutants.length);
    const moved = SOURCE.replace("contract Planted {", "contract Planted {\n    uint256 private _unused;\n");
    const { sources } = await compile(moved);
    const again = mutantsOf(new Map([[name, sources?.[name]?.ast as Node]]), { [name]: moved });
    expect(again.map(({ id }) => id)).to.deep.equal(mutants.map(({ id }) => id));
    expect(again[0]?.line).to.equal((mutants[0]?.line ?? 0) + 2);
  });

  it("are chosen by the seed, a larger choice around the smaller one", () => {
    const few = sample(mutants, 8, 1);
    expect(few).to.have.length(8);
    expect(sample(mutants, 8, 1)).to.deep.equal(few);
    expect(sample(mutants, 20, 1)).to.include.members(few);
    expect(sample(mutants, 8, 2)).to.not.deep.equal(few);
  });
});
