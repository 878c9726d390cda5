import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { read, root } from "./support/repository.ts";

/** Names of environment variables in a source: keys of a zod schema, and what is read from `process.env` itself. */
function variablesOf(source: string): string[] {
  const keys = [...source.matchAll(/^\s{2}([A-Z][A-Z0-9_]+):\s/gm)].map(([, name]) => name ?? "");
  const direct = [...source.matchAll(/process\.env(?:\.([A-Z][A-Z0-9_]+)|\["([A-Z][A-Z0-9_]+)"\])/g)];
  const hardhat = [...source.matchAll(/configVariable\("([A-Z][A-Z0-9_]+)"\)/g)].map(([, name]) => name ?? "");
  return [...keys, ...hardhat, ...direct.map(([, dotted, quoted]) => dotted ?? quoted ?? "")];
}

function exampleVariables(): string[] {
  const text = readFileSync(join(root, ".env.example"), "utf8");
  return [...text.matchAll(/^([A-Z][A-Z0-9_]*)=/gm)].map(([, name]) => name ?? "");
}

/** Set by tools, or between our own processes; not for people to configure. */
const INTERNAL = /^(PONDER_|NODE_|KEYSTONE_TEST_)/;

describe(".env.example", () => {
  const configs = read(["{indexer,relayer,api,sandbox,devnet}/src/**/config.ts", "devnet/src/world/options.ts"]);
  const readers = read([
    "{packages/*,indexer,relayer,api,sandbox,devnet}/src/**/*.ts",
    "indexer/*.ts",
    "test/support/*.ts",
    "hardhat.config.ts",
  ]);

  it("sees the configuration of every process", () => {
    for (const process of ["indexer", "relayer", "api", "sandbox"])
      expect([...configs.keys()]).to.include(`${process}/src/config.ts`);
  });

  it("lists every variable that a process reads", () => {
    const used = new Set([
      ...[...configs.values()].flatMap(variablesOf),
      ...[...readers.values()].flatMap((source) => variablesOf(source.replace(/^\s{2}[A-Z].*$/gm, ""))),
    ]);
    const missing = [...used].filter((name) => !INTERNAL.test(name) && !exampleVariables().includes(name));
    expect(missing.sort()).to.deep.equal([]);
  });

  it("lists nothing that no process reads", () => {
    const everything = [...configs.values(), ...readers.values()].join("\n");
    const idle = exampleVariables().filter((name) => !everything.includes(name.replace(/_\d+$/, "_")));
    expect(idle).to.deep.equal([]);
  });

  it("lists each once", () => {
    const names = exampleVariables();
    expect(names).to.have.length(new Set(names).size);
  });

  it("would notice a variable that is missing", () => {
    expect(
      variablesOf('const s = z.object({\n  NEW_PORT: z.string(),\n});\nprocess.env.OTHER_ONE\nconfigVariable("A_KEY")'),
    ).to.deep.equal(["NEW_PORT", "A_KEY", "OTHER_ONE"]);
  });
});
