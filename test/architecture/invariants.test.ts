import { expect } from "chai";
import { claimsOf, functionsIn, listedIn, rowsOf, statusesOf } from "./support/invariants.ts";
import { files, read } from "./support/repository.ts";

const PAGE = "docs/invariants.md";
const README = "test/invariants/README.md";

const solidity = read("test/{invariants,model,symbolic}/**/*.sol");
const functions = new Set([...solidity.values()].flatMap(functionsIn));
const tests = files(["test/**/*.{ts,sol}", "{packages/*,indexer,relayer,api,devnet,ignition}/test/**/*.ts"]);

/** The one file that a name stands for: a path, or what is after its last slash. */
function fileOf(name: string): string | undefined {
  const found = tests.filter((file) => file === name || (!name.includes("/") && file.endsWith(`/${name}`)));
  return found.length === 1 ? found[0] : undefined;
}

describe(PAGE, function () {
  this.timeout(20_000);
  const page = read(PAGE).get(PAGE) ?? "";
  const rows = rowsOf(page);
  const named = rows.flatMap(({ names }) => names);

  it("has every invariant that there is, and every proof of code", () => {
    const present = [...functions].filter((name) => /^(invariant|check)_/.test(name));
    expect(present).to.include.members(["invariant_verdictIsFinal", "check_deciding"]);
    expect(present.filter((name) => !named.includes(name))).to.deep.equal([]);
  });

  it("has every model, and every variant that a solver refutes", () => {
    const present = tests.filter((file) =>
      /^test\/model\/((Settlement|Leg|Path)|variants\/\w+)\.model\.sol$/.test(file),
    );
    expect(present).to.include.members(["test/model/Leg.model.sol", "test/model/variants/ForgedLock.model.sol"]);
    expect(present.filter((file) => !named.some((name) => fileOf(name) === file))).to.deep.equal([]);
  });

  it("names no function and no file that does not exist", () => {
    const lost = claimsOf(page).filter((name) => !functions.has(name) && fileOf(name) === undefined);
    expect(lost).to.deep.equal([]);
  });

  it("has an id of its own for each row, and the status that goes with what holds it", () => {
    const ids = rows.map(({ id }) => id);
    expect(ids).to.have.length(new Set(ids).size);
    const paths = new Map(named.map((name) => [name, fileOf(name) ?? name]));
    const other = rows.filter((row) => `${row.statuses}` !== `${statusesOf(row, paths)}`);
    expect(other.map(({ id, statuses }) => `${id}: ${statuses}`)).to.deep.equal([]);
  });
});

describe(README, () => {
  it("lists under each file the invariants that it has, and no others", () => {
    const listed = listedIn(read(README).get(README) ?? "");
    const promises = [...solidity].flatMap(([file, source]) => {
      const name = /^test\/invariants\/(promises\/\w+\.sol)$/.exec(file)?.[1];
      const invariants = functionsIn(source).flatMap((one) => /^invariant_(.*)$/.exec(one)?.[1] ?? []);
      return name === undefined || invariants.length === 0 ? [] : [[name, invariants.sort()] as const];
    });
    expect(promises).to.have.length.greaterThan(5);
    expect(Object.fromEntries([...listed].map(([file, names]) => [file, [...names].sort()]))).to.deep.equal(
      Object.fromEntries(promises),
    );
  });
});

describe("the reading of these pages, on planted rows", () => {
  const table = [
    "| id | what holds | held by | status |",
    "|---|---|---|---|",
    "| A1 | A `word`. | `invariant_one`, `Leg.model.sol` | fuzzed, proved (model) |",
    "| Z1 | Faith; without it `Lie.model.sol` | | assumed |",
  ].join("\n");

  it("finds ids, names and statuses, and neither heads nor words", () => {
    expect(rowsOf(table)).to.deep.equal([
      { id: "A1", names: ["invariant_one", "Leg.model.sol"], statuses: ["fuzzed", "proved (model)"] },
      { id: "Z1", names: [], statuses: ["assumed"] },
    ]);
    expect(claimsOf(table)).to.deep.equal(["invariant_one", "Leg.model.sol", "Lie.model.sol"]);
  });

  it("tells a status by what is named, a refuted variant being no proof", () => {
    const status = (...names: string[]) =>
      statusesOf({ id: "A1", names, statuses: [] }, new Map([["Leg.model.sol", "test/model/Leg.model.sol"]]));
    expect(status("Leg.model.sol", "check_it")).to.deep.equal(["proved (model)", "proved (code)"]);
    expect(status("testFuzz_it", "a.test.ts")).to.deep.equal(["fuzzed", "tested"]);
    expect(status("test/model/variants/Lie.model.sol")).to.deep.equal(["assumed"]);
  });

  it("finds what is listed under a file, and nothing of a section without one", () => {
    const text =
      "**1. One** (`promises/One.sol`)\n\n- `a`, `b`: as\n  `said`.\n\n**5. Five** (`five` in `F.t.sol`)\n\n- `c`: no.\n";
    expect([...listedIn(text)]).to.deep.equal([["promises/One.sol", ["a", "b"]]]);
  });
});
