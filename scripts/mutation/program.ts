import { createHash } from "node:crypto";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Declarations, type Node } from "./ast.ts";
import type { Compiler, CompilerInput } from "./compiler.ts";

/** A contract with code of its own, whose artifact the tests use. */
export interface Target {
  name: string;
  /** The source as the compiler knows it. */
  source: string;
  /** Path of the artifact from the root. */
  artifact: string;
}

interface Artifact {
  contractName: string;
  inputSourceName: string;
  bytecode: string;
  buildInfoId: string;
}

const OURS = "project/";

/** The contracts as they were last built, with what it takes to build any of them again. */
export class Program {
  readonly sources: Readonly<Record<string, string>>;
  readonly settings: CompilerInput["settings"];
  /** The contracts under `contracts`. */
  readonly contracts: readonly Target[];
  /** What stands in for others in tests; some are made of the contracts' libraries, to ask them directly. */
  readonly doubles: readonly Target[];
  /** The tests that are written in Solidity. */
  readonly tests: readonly Target[];
  readonly #closures = new Map<string, CompilerInput["sources"]>();

  /** @throws When the artifacts are not those of the sources as they lie. */
  constructor(root: string) {
    const inputs = new Map<string, CompilerInput>();
    const origins = new Map<Target, string>();
    const read = (pattern: string): Target[] =>
      globSync(pattern, { cwd: root })
        .sort()
        .flatMap((file) => {
          const artifact = JSON.parse(readFileSync(join(root, file), "utf8")) as Artifact;
          if (artifact.bytecode === "0x") return [];
          if (!inputs.has(artifact.buildInfoId)) inputs.set(artifact.buildInfoId, buildInput(root, artifact));
          const target = { name: artifact.contractName, source: artifact.inputSourceName, artifact: file };
          origins.set(target, artifact.buildInfoId);
          return [target];
        });
    this.contracts = read("artifacts/contracts/**/*.json");
    this.doubles = read("artifacts/test/doubles/**/*.json");
    this.tests = read("artifacts/test/invariants/**/*.json");
    const [first] = inputs.values();
    if (first === undefined) throw new Error("There are no artifacts: build the contracts first.");
    const remappings = new Set([...inputs.values()].flatMap(({ settings }) => settings.remappings));
    this.settings = { ...first.settings, remappings: [...remappings].sort() };
    this.sources = Object.fromEntries(
      [...inputs.values()].flatMap(({ sources }) =>
        Object.entries(sources).flatMap(([name, { content }]) => {
          if (!name.startsWith(OURS)) return [[name, content]];
          const file = join(root, name.slice(OURS.length));
          return existsSync(file) ? [[name, readFileSync(file, "utf8")]] : [];
        }),
      ),
    );
    for (const [{ name, source }, built] of origins) {
      for (const [path, { content }] of Object.entries(this.#closure(source))) {
        if (inputs.get(built)?.sources[path]?.content === content) continue;
        throw new Error(`${path} has changed since ${name} was built: build the contracts first.`);
      }
    }
  }

  /** What the bytecode of the contracts depends on. */
  fingerprint(): string {
    const own = this.contracts.map(({ source }) => this.#closure(source));
    return createHash("sha256")
      .update(JSON.stringify([own, this.settings]))
      .digest("hex");
  }

  /** All of them. */
  get targets(): Target[] {
    return [...this.contracts, ...this.doubles, ...this.tests];
  }

  /** The syntax trees of all sources that the targets are made of, by their names. */
  async trees(compiler: Compiler): Promise<Map<string, Node>> {
    const sources = Object.assign({}, ...this.targets.map(({ source }) => this.#closure(source)));
    const output = await compiler.compile({
      language: "Solidity",
      sources,
      settings: { ...this.settings, outputSelection: { "*": { "": ["ast"] } } },
    });
    return new Map(Object.entries(output.sources ?? {}).map(([name, { ast }]) => [name, ast as Node]));
  }

  /** What the compiler needs for one contract, with one source spoiled. */
  inputFor({ name, source }: Target, spoiled?: { source: string; content: string }): CompilerInput {
    const sources = { ...this.#closure(source) };
    if (spoiled !== undefined) sources[spoiled.source] = { content: spoiled.content };
    const outputSelection = { [source]: { [name]: ["evm.bytecode.object", "evm.deployedBytecode"] } };
    return { language: "Solidity", sources, settings: { ...this.settings, outputSelection } };
  }

  /** A source with everything that it imports: the compiler would read all that it is given. */
  #closure(source: string): CompilerInput["sources"] {
    const known = this.#closures.get(source);
    if (known !== undefined) return known;
    const found = new Map<string, { content: string }>();
    const waiting = [source];
    for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
      const content = this.sources[name];
      if (content === undefined || found.has(name)) continue;
      found.set(name, { content });
      waiting.push(...importsOf(content).map((path) => this.#resolve(name as string, path)));
    }
    const closure = Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
    this.#closures.set(source, closure);
    return closure;
  }

  #resolve(from: string, path: string): string {
    if (path.startsWith(".")) return join(dirname(from), path).replaceAll("\\", "/");
    const remapped = this.settings.remappings
      .map((line) => /^([^:]*):([^=]+)=(.*)$/.exec(line) ?? ["", "", "\0", ""])
      .filter(([, context, prefix]) => from.startsWith(context ?? "") && path.startsWith(prefix ?? ""))
      .sort((a, b) => (b[1] ?? "").length - (a[1] ?? "").length)
      .map(([, , prefix, target]) => (target ?? "") + path.slice((prefix ?? "").length));
    return remapped[0] ?? path;
  }
}

/** For each of the targets but libraries, whose code is part of others', the ids of the declarations that its code may come from. */
export function reachOf(targets: readonly Target[], trees: ReadonlyMap<string, Node>): Map<Target, Set<number>> {
  const declarations = new Declarations(trees.values());
  return new Map(
    targets.flatMap((target) => {
      const nodes = (trees.get(target.source)?.nodes ?? []) as (Node & { name?: string })[];
      const contract = nodes.find((node) => node.nodeType === "ContractDefinition" && node.name === target.name);
      if (contract === undefined) throw new Error(`${target.source} has no contract ${target.name}.`);
      return contract.contractKind === "contract" ? [[target, declarations.reachableFrom(contract)]] : [];
    }),
  );
}

function buildInput(root: string, { buildInfoId }: Artifact): CompilerInput {
  const file = join(root, "artifacts/build-info", `${buildInfoId}.json`);
  return (JSON.parse(readFileSync(file, "utf8")) as { input: CompilerInput }).input;
}

function importsOf(content: string): string[] {
  return [...content.matchAll(/^\s*import\s[^;]*?["']([^"']+)["']\s*;/gm)].map((match) => match[1] ?? "");
}
