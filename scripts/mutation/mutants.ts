import { createHash } from "node:crypto";
import { children, Declarations, type Node, startOf } from "./ast.ts";
import { type Change, changesAt, type Source, sourceOf } from "./operators.ts";

/** A contract source with one change that the tests should notice. */
export interface Mutant {
  /** Made of all that follows but line, place and declaration, so that it stays the same when code around it moves. */
  id: string;
  /** Path from the root. */
  file: string;
  /** Contract and function, modifier or constant. */
  in: string;
  operator: string;
  /** The line of source in which the change begins, and what becomes of it. */
  code: string;
  change: string;
  line: number;
  start: number;
  end: number;
  to: string;
  /** Id of the declaration in the syntax tree. */
  declaration: number;
}

const OURS = "project/";
const BODIES = new Set(["FunctionDefinition", "ModifierDefinition", "VariableDeclaration"]);
/** What a type is made of decides nothing when the contract runs. */
const TYPES = new Set(["ElementaryTypeName", "ArrayTypeName", "UserDefinedTypeName", "Mapping", "ParameterList"]);

/** All mutants of the contracts, file by file and in the order of their places. */
export function mutantsOf(trees: ReadonlyMap<string, Node>, sources: Readonly<Record<string, string>>): Mutant[] {
  const declarations = new Declarations(trees.values());
  return [...trees]
    .filter(([name]) => name.startsWith(`${OURS}contracts/`))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, unit]) => {
      const content = sources[name] ?? "";
      return mutantsOfFile(name.slice(OURS.length), unit, content, declarations);
    });
}

/** The source with the change made. */
export function spoil(content: string, { start, end, to }: Pick<Mutant, "start" | "end" | "to">): string {
  const bytes = Buffer.from(content, "utf8");
  return Buffer.concat([bytes.subarray(0, start), Buffer.from(to, "utf8"), bytes.subarray(end)]).toString("utf8");
}

/** A choice of so many that is the same for the same seed, and grows with the number without losing any. */
export function sample(mutants: readonly Mutant[], size: number, seed: number): Mutant[] {
  const rank = ({ id }: Mutant) => createHash("sha256").update(`${seed} ${id}`).digest("hex");
  const ranked = mutants.map((mutant) => [rank(mutant), mutant] as const).sort(([a], [b]) => (a < b ? -1 : 1));
  const chosen = new Set(ranked.slice(0, size).map(([, mutant]) => mutant));
  return mutants.filter((mutant) => chosen.has(mutant));
}

function mutantsOfFile(file: string, unit: Node, content: string, declarations: Declarations): Mutant[] {
  const source = sourceOf(content);
  const seen = new Map<string, number>();
  const found: Mutant[] = [];
  for (const [scope, declaration] of bodies(unit)) {
    const name = declaration.name === "" ? String(declaration.kind) : String(declaration.name);
    const unchanged = needlessReturn(declaration);
    for (const change of changesBelow(declaration, declaration, source, declarations)) {
      if (change.operator === "remove statement" && change.start === unchanged) continue;
      const described = describe(change, source);
      const key = JSON.stringify([file, scope, name, change.operator, described.code, described.change]);
      // The same change of the same line again, as in `a + b + a`.
      const nth = seen.get(key) ?? 0;
      seen.set(key, nth + 1);
      const id = createHash("sha256").update(`${key} ${nth}`).digest("hex").slice(0, 10);
      const { operator, start, end, to } = change;
      const where = scope === "" ? name : `${scope}.${name}`;
      found.push({ id, file, in: where, operator, ...described, start, end, to, declaration: declaration.id });
    }
  }
  return found;
}

/** Where a function ends by returning what it would return anyhow: without that it is the same function. */
function needlessReturn(declaration: Node): number | undefined {
  const statements = (declaration.body as { statements?: Node[] } | undefined)?.statements ?? [];
  const last = statements.at(-1);
  const value = (last?.expression as { value?: string } | undefined)?.value;
  const results = (declaration.returnParameters as { parameters?: { name: string }[] } | undefined)?.parameters ?? [];
  const isDefault = last?.nodeType === "Return" && (value === "false" || value === "0");
  return isDefault && last !== undefined && results.every(({ name }) => name === "") ? startOf(last) : undefined;
}

/** Everything that has code: what stands in contracts and libraries, and free functions. */
function bodies(unit: Node): [scope: string, declaration: Node][] {
  return children(unit).flatMap((node): [string, Node][] => {
    if (node.nodeType === "FunctionDefinition") return [["", node]];
    if (node.nodeType !== "ContractDefinition" || node.contractKind === "interface") return [];
    return children(node)
      .filter(({ nodeType }) => BODIES.has(nodeType))
      .map((inner) => [String(node.name), inner]);
  });
}

function changesBelow(node: Node, parent: Node, source: Source, declarations: Declarations): Change[] {
  if (TYPES.has(node.nodeType)) return [];
  const below = children(node).flatMap((child) => changesBelow(child, node, source, declarations));
  return [...changesAt(node, parent, source, declarations), ...below];
}

function describe({ start, end, to }: Change, { bytes }: Source): { code: string; change: string; line: number } {
  const from = bytes.lastIndexOf("\n", start - 1) + 1;
  const until = bytes.indexOf("\n", start);
  const short = (text: string) => text.replace(/\s+/g, " ").slice(0, 160);
  return {
    code: short(bytes.toString("utf8", from, until < 0 ? undefined : until).trim()),
    change: `${short(bytes.toString("utf8", start, end))} -> ${short(to)}`,
    line: bytes.toString("utf8", 0, start).split("\n").length,
  };
}
