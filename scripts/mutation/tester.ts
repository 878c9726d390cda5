import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Bases, TESTS } from "./bases.ts";
import { type Compiled, Compiler } from "./compiler.ts";
import { type Mutant, spoil } from "./mutants.ts";
import { Order } from "./order.ts";
import type { Program, Target } from "./program.ts";
import { Sandbox } from "./sandbox.ts";
import type { Result, State, Status } from "./state.ts";
import { runSolidityTests, SOLIDITY, Trials } from "./trial.ts";

/** How things stand before anything is spoiled. */
export interface Baseline {
  basis: string;
  /** Hash of each contract's code, and the seconds that its compilation takes. */
  codes: Record<string, string>;
  seconds: Record<string, number>;
  /** Milliseconds of each test file. */
  durations: Record<string, number>;
}

type Finding = Pick<Result, "status" | "file" | "test">;

const MINUTE = 60_000;

/** Judges mutants, one after the other in each of its lanes. */
export class Tester {
  readonly program: Program;
  readonly #reach: ReadonlyMap<Target, Set<number>>;
  readonly #bases: Bases;
  readonly #state: State;
  readonly #folder: string;
  readonly #root: string;
  readonly #found = new Map<string, Finding>();

  constructor(
    root: string,
    folder: string,
    parts: { program: Program; reach: Map<Target, Set<number>>; bases: Bases; state: State },
  ) {
    this.#root = root;
    this.#folder = folder;
    this.program = parts.program;
    this.#reach = parts.reach;
    this.#bases = parts.bases;
    this.#state = parts.state;
  }

  /** Whether what is known of a mutant still holds. */
  holds(result: Result | undefined): result is Result {
    return result !== undefined && result.basis === this.#bases.of(result.status, result.file);
  }

  /** Those whose code a mutant may change. */
  affected(mutant: Mutant, among: readonly Target[]): Target[] {
    return among.filter((target) => this.#reach.get(target)?.has(mutant.declaration));
  }

  /** @throws When a test fails as things are. */
  async baseline(say: (text: string) => void): Promise<Baseline> {
    const path = join(this.#folder, "baseline.json");
    if (existsSync(path)) {
      const known = JSON.parse(readFileSync(path, "utf8")) as Baseline;
      if (known.basis === this.#bases.all) return known;
    }
    say("Compiling every contract and running every test as things are ...");
    const sandbox = new Sandbox(this.#root, join(this.#folder, "lane-1"));
    const compiler = new Compiler();
    const codes: Baseline["codes"] = {};
    const seconds: Baseline["seconds"] = {};
    for (const target of this.program.contracts.filter((one) => this.#reach.has(one))) {
      const begun = performance.now();
      const code = await compiler.codeOf(this.program.inputFor(target));
      if (code === undefined) throw new Error(`${target.name} does not compile.`);
      seconds[target.name] = (performance.now() - begun) / 1_000;
      codes[target.name] = hashOf(code);
      // What is tested unspoiled is what this compiler makes, as it will be when spoiled.
      sandbox.install(target, code);
    }
    await compiler.close();
    const outcome = await new Trials(sandbox.path, TESTS).run([], 30 * MINUTE);
    if (outcome.killed) throw new Error(`With the contracts as they are, ${outcome.file} fails: ${outcome.test}`);
    const solidity = await runSolidityTests(sandbox.path, 30 * MINUTE);
    if (solidity.killed) throw new Error(`With the contracts as they are, ${SOLIDITY} fails: ${solidity.test}`);
    const baseline = { basis: this.#bases.all, codes, seconds, durations: outcome.durations };
    writeFileSync(path, JSON.stringify(baseline, undefined, 1));
    return baseline;
  }

  /** Judges all that is not judged yet, and calls back after each. */
  async judge(
    mutants: readonly Mutant[],
    baseline: Baseline,
    lanes: number,
    done: (result: Result) => void,
  ): Promise<void> {
    const order = new Order(baseline.durations);
    for (const mutant of mutants) {
      const { file } = this.#state.last(mutant.id) ?? {};
      if (file !== undefined && file !== "") order.learn(mutant, file);
    }
    const waiting = mutants.filter(({ id }) => !this.holds(this.#state.last(id)));
    const total = Object.values(baseline.durations).reduce((sum, ms) => sum + ms, 0);
    const timeoutMs = 4 * MINUTE + 5 * total;
    const lane = async (number: number) => {
      const sandbox = new Sandbox(this.#root, join(this.#folder, `lane-${number}`));
      const compiler = new Compiler();
      const trials = new Trials(sandbox.path, TESTS);
      for (let mutant = waiting.shift(); mutant !== undefined; mutant = waiting.shift()) {
        const begun = performance.now();
        const finding = await this.#try(mutant, { sandbox, compiler, trials, baseline, order, timeoutMs });
        const basis = this.#bases.of(finding.status, finding.file);
        const result = { id: mutant.id, ...finding, basis, ms: Math.round(performance.now() - begun) };
        if (finding.file) order.learn(mutant, finding.file);
        this.#state.add(result);
        done(result);
      }
      trials.close();
      await compiler.close();
    };
    await Promise.all(Array.from({ length: lanes }, (_, index) => lane(index + 1)));
  }

  async #try(mutant: Mutant, tools: Tools): Promise<Finding> {
    const { sandbox, compiler, trials, baseline, order, timeoutMs } = tools;
    trials.prepare();
    const restore: (() => void)[] = [];
    try {
      const codes = await this.#compile(mutant, this.affected(mutant, this.program.contracts), compiler);
      if (codes === undefined) return { status: "invalid" };
      const changed = codes.filter(([{ name }, code]) => hashOf(code) !== baseline.codes[name]);
      if (changed.length === 0) return { status: "same" };
      const key = changed.map(([{ name }, code]) => `${name} ${hashOf(code)}`).join(", ");
      const twin = this.#found.get(key);
      if (twin !== undefined) return twin;
      for (const [target, code] of changed) restore.push(sandbox.install(target, code));
      await this.#spoil(mutant, this.program.doubles, tools, restore);
      const outcome = await trials.run(order.of(mutant, this.#state.last(mutant.id)?.file), timeoutMs);
      const last = outcome.killed ? outcome : await this.#trySolidity(mutant, tools, restore);
      const finding: Finding = last.killed ? killed(last) : { status: "survived" };
      this.#found.set(key, finding);
      return finding;
    } finally {
      for (const undo of restore) undo();
    }
  }

  async #trySolidity(mutant: Mutant, tools: Tools, restore: (() => void)[]) {
    const count = await this.#spoil(mutant, this.program.tests, tools, restore);
    return count === 0 ? ({ killed: false } as const) : runSolidityTests(tools.sandbox.path, 15 * MINUTE);
  }

  /** Puts the mutant into those that have it in their code as the contracts have; returns how many they are. */
  async #spoil(mutant: Mutant, among: readonly Target[], { sandbox, compiler }: Tools, restore: (() => void)[]) {
    const targets = this.affected(mutant, among);
    for (const [target, code] of (await this.#compile(mutant, targets, compiler)) ?? []) {
      restore.push(sandbox.install(target, code));
    }
    return targets.length;
  }

  async #compile(mutant: Mutant, targets: readonly Target[], compiler: Compiler) {
    const source = `project/${mutant.file}`;
    const content = spoil(this.program.sources[source] ?? "", mutant);
    const codes: [Target, Compiled][] = [];
    for (const target of targets) {
      const code = await compiler.codeOf(this.program.inputFor(target, { source, content }));
      if (code === undefined) return undefined;
      codes.push([target, code]);
    }
    return codes;
  }
}

interface Tools {
  sandbox: Sandbox;
  compiler: Compiler;
  trials: Trials;
  baseline: Baseline;
  order: Order;
  timeoutMs: number;
}

function killed({ file, test }: { file: string; test: string }): Finding {
  const status: Status = "killed";
  return { status, file, test };
}

function hashOf({ bytecode }: Compiled): string {
  return createHash("sha256").update(bytecode).digest("hex").slice(0, 16);
}
