import { expect } from "chai";
import { importsOf, solidityImportsOf } from "./support/imports.ts";
import { circles, climbingImports, strayContractImports } from "./support/layering.ts";
import { files, read } from "./support/repository.ts";
import { ROOMS } from "./support/rooms.ts";

const typescript = read(["{packages/*,indexer,relayer,api,devnet,ignition}/**/*.{ts,mts,js,mjs}"]);

describe("layering", () => {
  it("sees the whole house", () => {
    for (const [name, { folder }] of Object.entries(ROOMS)) {
      const inside = [...typescript.keys()].filter((file) => file.startsWith(`${folder}/`));
      expect(inside, name).to.not.be.empty;
    }
  });

  it("lets no import climb", () => {
    expect(climbingImports(typescript)).to.deep.equal([]);
  });

  it("knows no circles", () => {
    expect(circles(typescript)).to.deep.equal([]);
  });

  it("lets a package declare only what its room may know", () => {
    for (const [name, room] of Object.entries(ROOMS)) {
      if (room.package === undefined) continue;
      const manifest = JSON.parse(read(`${room.folder}/package.json`).get(`${room.folder}/package.json`) ?? "{}");
      const allowed = room.knows.map((known) => ROOMS[known]?.package);
      const declared = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
      expect(
        declared.filter((dependency) => dependency.startsWith("@keystoneos/") && !allowed.includes(dependency)),
        name,
      ).to.deep.equal([]);
    }
  });

  it("keeps platform data out of the indexer", () => {
    const manifest = JSON.parse(read("indexer/package.json").get("indexer/package.json") ?? "{}");
    expect(Object.keys(manifest.dependencies)).to.not.include.members(["@keystoneos/store", "kysely"]);
    for (const [file, source] of typescript) {
      if (!file.startsWith("indexer/") || file.startsWith("indexer/test/")) continue;
      const specifiers = importsOf(source).map(({ specifier }) => specifier ?? "");
      expect(
        specifiers.filter((name) => /^(@keystoneos\/store|kysely)(\/|$)/.test(name)),
        file,
      ).to.be.empty;
      // The writer's lock is a matter of the database itself; platform tables are not.
      if (!file.startsWith("indexer/start/")) expect(specifiers, file).to.not.include("pg");
      expect(source, file).to.not.match(/\bkeystone\.[a-z_]+/);
    }
  });

  it("keeps the local world and the tests out of the contracts", () => {
    expect(files("contracts/**/*.sol")).to.not.be.empty;
    expect(strayContractImports(read("contracts/**/*.sol"))).to.deep.equal([]);
  });
});

describe("the layering rules, on planted faults", () => {
  const climbing = (file: string, source: string) => climbingImports(new Map([[file, source]]));

  it("refuse a package above", () => {
    expect(climbing("packages/protocol/src/a.ts", 'import { x } from "@keystoneos/store";')).to.have.length(1);
    expect(climbing("packages/store/src/a.ts", 'export * from "@keystoneos/api";')).to.have.length(1);
    expect(climbing("indexer/src/a.ts", 'import type { Db } from "@keystoneos/store";')).to.have.length(1);
    expect(climbing("api/src/a.ts", 'await import("@keystoneos/relayer");')).to.have.length(1);
    expect(climbing("devnet/src/a.ts", 'import "@keystoneos/api/src/main.ts";')).to.have.length(1);
    expect(climbing("relayer/src/a.ts", 'import x from "@keystoneos/unknown";')).to.have.length(1);
  });

  it("refuse a path out of the room", () => {
    expect(climbing("api/src/a.ts", 'import { x } from "../../relayer/src/x.ts";')).to.have.length(1);
    expect(climbing("api/src/a.ts", 'import { x } from "../../packages/store/src/x.ts";')).to.have.length(1);
    expect(climbing("api/src/a.ts", 'import { x } from "../test/x.ts";')).to.have.length(1);
    expect(climbing("relayer/src/a.ts", 'import { x } from "../../test/support/x.ts";')).to.have.length(1);
    expect(climbing("store/../api/src/a.ts", "const x = 1;")).to.deep.equal([]);
  });

  it("refuse a path that is computed", () => {
    expect(climbing("api/src/a.ts", "await import(name);")).to.have.length(1);
    expect(climbing("api/src/a.ts", "await import(`./" + "$" + "{name}.ts`);")).to.have.length(1);
  });

  it("allow what points downwards, and tests everything", () => {
    expect(climbing("api/src/routes/a.ts", 'import { x } from "@keystoneos/store";')).to.deep.equal([]);
    expect(climbing("api/src/routes/a.ts", 'import { x } from "../auth/x.ts";')).to.deep.equal([]);
    expect(climbing("relayer/src/a.ts", 'import { x } from "@keystoneos/protocol/terms";')).to.deep.equal([]);
    expect(climbing("devnet/src/a.ts", 'import m from "../../ignition/modules/local.ts";')).to.deep.equal([]);
    expect(climbing("api/test/a.test.ts", 'import { x } from "../../test/support/x.ts";')).to.deep.equal([]);
    expect(climbing("api/src/a.ts", 'import { serve } from "@hono/node-server";')).to.deep.equal([]);
  });

  it("find circles of two and of three files, and none in a line", () => {
    const sources = (entries: Record<string, string>) =>
      new Map(Object.entries(entries).map(([file, target]) => [file, `import { x } from "${target}";`]));
    expect(circles(sources({ "a.ts": "./b.ts", "b.ts": "./a.ts" }))).to.deep.equal([["a.ts", "b.ts"]]);
    expect(circles(sources({ "x/a.ts": "../b.ts", "b.ts": "./c.ts", "c.ts": "./x/a.ts" }))).to.have.length(1);
    expect(circles(sources({ "a.ts": "./b.ts", "b.ts": "./c.ts" }))).to.deep.equal([]);
    expect(circles(new Map([["a.ts", 'import type { A } from "./a.ts";']]))).to.deep.equal([]);
  });

  it("refuse a contract that imports the local world, a test or a stranger", () => {
    const stray = (path: string) =>
      strayContractImports(new Map([["contracts/x/A.sol", `import { A } from "${path}";`]]));
    expect(stray("../../devnet/contracts/A.sol")).to.have.length(1);
    expect(stray("../../test/doubles/A.sol")).to.have.length(1);
    expect(stray("solady/src/A.sol")).to.have.length(1);
    expect(stray("../types/A.sol")).to.deep.equal([]);
    expect(stray("@openzeppelin/contracts/A.sol")).to.deep.equal([]);
  });
});

describe("reading imports", () => {
  const specifiers = (source: string) => importsOf(source).map(({ specifier }) => specifier);

  it("finds every form", () => {
    expect(specifiers('import "a";')).to.deep.equal(["a"]);
    expect(specifiers("import a from 'a';")).to.deep.equal(["a"]);
    expect(specifiers('import {\n  a, // "x"\n  b,\n} from "a";')).to.deep.equal(["a"]);
    expect(specifiers('import * as a from "a"; export * from "b"; export { c } from "c";')).to.deep.equal([
      "a",
      "b",
      "c",
    ]);
    expect(specifiers('const a = await import("a");')).to.deep.equal(["a"]);
    expect(specifiers('import a from "a" with { type: "json" };')).to.deep.equal(["a"]);
    expect(specifiers('import a, /* from "x" */ { b } from "a";')).to.deep.equal(["a"]);
  });

  it("takes nothing else for one", () => {
    expect(specifiers('// import "a";\n/* export * from "b"; */')).to.deep.equal([]);
    expect(specifiers('const text = \'import "a"\'; const more = `from "b"`;')).to.deep.equal([]);
    expect(specifiers('const a = { from: "a", import: "b" }; Array.from("c"); x.from ("d");')).to.deep.equal([]);
    expect(specifiers("const url = import.meta.url;")).to.deep.equal([]);
    expect(specifiers('export const from = "a";')).to.deep.equal([]);
  });

  it("knows which are erased", () => {
    const erased = (source: string) => importsOf(source).map(({ typeOnly }) => typeOnly);
    expect(erased('import type { A } from "a";')).to.deep.equal([true]);
    expect(erased('export type { A } from "a";')).to.deep.equal([true]);
    expect(erased('import { type A, b } from "a";')).to.deep.equal([false]);
    expect(erased('import type from "a";')).to.deep.equal([false]);
    expect(erased('import { a } from "a"; import type { B } from "b";')).to.deep.equal([false, true]);
  });

  it("reads Solidity", () => {
    const source = 'import "a.sol";\nimport { A, B } from "b.sol";\n// import "c.sol";\nimport {\n  C\n} from "d.sol";';
    expect(solidityImportsOf(source)).to.deep.equal(["a.sol", "b.sol", "d.sol"]);
  });
});
