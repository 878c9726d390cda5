import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
const solc = require("solc") as {
  compile(input: string, callbacks?: { import: (path: string) => { contents: string } }): string;
};
const here = dirname(fileURLToPath(import.meta.url));

/** What the solver says of one assertion. */
type Judgement = "proved" | "refuted";

export interface Finding {
  judgement: Judgement;
  /** The function whose assertion it is. */
  name: string;
}

/** solc's codes for its bounded model checker: safe, and violated. There are others, for what it could not decide. */
const PROVED = "2961";
const REFUTED = "4661";

interface CompilerMessage {
  errorCode: string;
  severity: string;
  formattedMessage: string;
  sourceLocation?: { file: string; start: number };
}

/**
 * Has solc's SMTChecker (engine BMC, with the solver that its wasm build carries) judge every assertion of one contract.
 * No timeout is set: with one the solver gives up on what it can prove. The file is named after the contract.
 * @param file Path from this folder, e.g. `variants/ForgedLock.model.sol`.
 * @throws When there is anything but proofs and refutations: a compile error, an undecided assertion, no solver.
 */
export function judge(file: string): Finding[] {
  const contract = file.replace(/^.*\//, "").replace(/\.model\.sol$/, "");
  // Only what the file imports: the checker would encode every contract of every source it is given.
  const sources = Object.fromEntries(imports(file).map((path) => [path, { content: read(path) }]));
  const output = JSON.parse(
    solc.compile(
      JSON.stringify({
        language: "Solidity",
        sources,
        settings: {
          outputSelection: { "*": { "*": ["abi"] } },
          modelChecker: {
            engine: "bmc",
            targets: ["assert"],
            showProvedSafe: true,
            showUnproved: true,
            contracts: { [file]: [contract] },
          },
        },
      }),
    ),
  ) as { errors?: CompilerMessage[] };
  return (output.errors ?? []).map((message) => {
    const { errorCode, sourceLocation, formattedMessage } = message;
    if ((errorCode !== PROVED && errorCode !== REFUTED) || sourceLocation === undefined) {
      throw new Error(`The solver left ${file} undecided:\n${formattedMessage}`);
    }
    return {
      judgement: errorCode === PROVED ? "proved" : "refuted",
      name: functionAt(sourceLocation.file, sourceLocation.start),
    };
  });
}

/** The functions of a model file that assert something, in order; the constructor among them. */
export function assertions(file: string): string[] {
  const source = read(file);
  return [...source.matchAll(/\bassert\(/g)].map((match) => functionAt(file, match.index));
}

function read(path: string): string {
  return readFileSync(join(here, path), "utf8");
}

/** The file and, in turn, what it imports. */
function imports(file: string): string[] {
  const direct = [...read(file).matchAll(/from "(\.[^"]+)"/g)].map((match) =>
    normalize(join(dirname(file), match[1] ?? "")),
  );
  return [...new Set([file, ...direct.flatMap(imports)])];
}

function functionAt(file: string, offset: number): string {
  const before = read(file).slice(0, offset);
  const last = [...before.matchAll(/\b(?:function (\w+)|(constructor))\(/g)].at(-1);
  return last?.[1] ?? last?.[2] ?? "";
}
