import { createHash } from "node:crypto";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Status } from "./state.ts";
import { SOLIDITY } from "./trial.ts";

/** The tests that try the mutants. Those that would notice any change of the code, whatever it does, are not among them. */
export const TESTS = ["test/contracts/**/*.test.ts"];

/** What results depend on, as hashes: a result holds as long as its basis does. */
export class Bases {
  readonly #contracts: string;
  readonly #support: string;
  readonly #files = new Map<string, string>();
  readonly #everything: string;

  constructor(root: string, contracts: string) {
    const hashOf = (patterns: string[]) => {
      const files = globSync(patterns, { cwd: root }).sort();
      return hash(...files.flatMap((file) => [file, readFileSync(join(root, file), "utf8")]));
    };
    this.#contracts = contracts;
    this.#support = hashOf(["test/contracts/support/**/*.ts", "test/doubles/**/*.sol", "devnet/contracts/**/*.sol"]);
    for (const file of globSync(TESTS, { cwd: root })) this.#files.set(file, hashOf([file]));
    this.#files.set(SOLIDITY, hashOf([`${SOLIDITY}/**/*.sol`]));
    this.#everything = hash(this.#support, ...[...this.#files].flat().sort());
  }

  /** Of a run of all tests. */
  get all(): string {
    return hash(this.#contracts, this.#everything);
  }

  /** What is killed stays so as long as contracts, support and the test that noticed it stay; what survived, as long as everything does. */
  of(status: Status, file: string | undefined): string {
    if (status === "same" || status === "invalid") return this.#contracts;
    const test = this.#files.get(file ?? "");
    return status === "survived" || test === undefined ? this.all : hash(this.#contracts, this.#support, test);
  }
}

function hash(...parts: string[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 20);
}
