import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";

/** killed: a test failed. survived: none did. same: the code is that of the contract as it is. invalid: there is no code. */
export type Status = "killed" | "survived" | "same" | "invalid";

export interface Result {
  id: string;
  status: Status;
  /** Hash of everything that the result depends on. */
  basis: string;
  /** What failed. */
  file?: string;
  test?: string;
  ms: number;
}

/** Results, one line each as they come, so that a run that is killed goes on where it was. */
export class State {
  readonly #path: string;
  readonly #results = new Map<string, Result>();

  constructor(path: string) {
    this.#path = path;
    mkdirSync(dirname(path), { recursive: true });
    if (!existsSync(path)) return;
    const text = readFileSync(path, "utf8");
    for (const line of text.split("\n")) {
      const result = parsed(line);
      if (result !== undefined) this.#results.set(result.id, result);
    }
    // The last line was cut off when the run was killed: the next one must not continue it.
    if (text !== "" && !text.endsWith("\n")) appendFileSync(path, "\n");
  }

  /** What was last found of a mutant, whether it still holds or not. */
  last(id: string): Result | undefined {
    return this.#results.get(id);
  }

  add(result: Result): void {
    this.#results.set(result.id, result);
    appendFileSync(this.#path, `${JSON.stringify(result)}\n`);
  }
}

function parsed(line: string): Result | undefined {
  try {
    return JSON.parse(line) as Result;
  } catch {
    return undefined;
  }
}
