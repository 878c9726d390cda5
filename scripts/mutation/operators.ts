import { type Declarations, endOf, isNode, type Node, startOf } from "./ast.ts";
import { changesInAssembly } from "./yul-operators.ts";

/** One way to spoil a source: the bytes from start to end become something else. */
export interface Change {
  operator: string;
  start: number;
  end: number;
  to: string;
}

export interface Source {
  bytes: Buffer;
  text(node: Node): string;
}

export function sourceOf(content: string): Source {
  const bytes = Buffer.from(content, "utf8");
  return { bytes, text: (node) => bytes.toString("utf8", startOf(node), endOf(node)) };
}

const SWAPS: Readonly<Record<string, readonly string[]>> = {
  "<": ["<=", ">="],
  "<=": ["<", ">"],
  ">": [">=", "<="],
  ">=": [">", "<"],
  "==": ["!="],
  "!=": ["=="],
  "+": ["-"],
  "-": ["+"],
  "*": ["/"],
  "/": ["*"],
  "%": ["/"],
  "**": ["*"],
  "&": ["|"],
  "|": ["&"],
  "^": ["&"],
  "<<": [">>"],
  ">>": ["<<"],
  "&&": ["||"],
  "||": ["&&"],
  "+=": ["-="],
  "-=": ["+="],
  "|=": ["&=", "="],
  "&=": ["|=", "="],
  "<<=": [">>="],
  ">>=": ["<<="],
  "++": ["--"],
  "--": ["++"],
};

const REMOVABLE = new Set(["ExpressionStatement", "EmitStatement", "RevertStatement", "Return", "Continue", "Break"]);

/** A number below this is tried one lower and one higher; a larger one, whose exact value seldom decides, halved and doubled. */
const LARGE = 10_000n;

/** Every change at this one node; those at the nodes below it are theirs. */
export function changesAt(node: Node, parent: Node, source: Source, declarations: Declarations): Change[] {
  if (node.nodeType.startsWith("Yul")) return changesInAssembly(node, source);
  const change = (operator: string, at: Node, to: string): Change => ({
    operator,
    start: startOf(at),
    end: endOf(at),
    to,
  });
  const part = (key: string) => node[key] as Node;
  const found: Change[] = [];
  switch (node.nodeType) {
    case "BinaryOperation":
    case "Assignment": {
      const [left, right] =
        node.nodeType === "Assignment" ? ["leftHandSide", "rightHandSide"] : ["leftExpression", "rightExpression"];
      found.push(...swaps(node, endOf(part(left as string)), startOf(part(right as string)), source));
      if (node.operator === "&&" || node.operator === "||") {
        found.push(change("drop operand", node, source.text(part("leftExpression"))));
        found.push(change("drop operand", node, source.text(part("rightExpression"))));
      }
      break;
    }
    case "UnaryOperation":
      if (["!", "~", "-"].includes(node.operator as string)) {
        found.push(change("drop operator", node, source.text(part("subExpression"))));
      } else found.push(...swaps(node, startOf(node), endOf(node), source));
      break;
    case "IfStatement":
    case "Conditional":
      found.push(change("condition", part("condition"), "true"), change("condition", part("condition"), "false"));
      break;
    case "WhileStatement":
    case "ForStatement":
      if (isNode(node.condition)) found.push(change("condition", node.condition, "false"));
      break;
    case "Literal":
      found.push(...literals(node, source).map((to) => change("constant", node, to)));
      break;
    case "MemberAccess":
      found.push(...otherMember(node, declarations));
      break;
    case "ModifierInvocation":
      if (node.kind === "modifierInvocation") found.push(change("remove modifier", node, ""));
      break;
    case "FunctionCallOptions":
      for (const [index, name] of (node.names as string[]).entries()) {
        const option = (node.options as Node[])[index];
        if (name === "value" && option !== undefined) found.push(change("value", option, "0"));
      }
      break;
    case "FunctionCall":
      if (parent.nodeType !== "RevertStatement") found.push(...swappedArguments(node, source));
      break;
  }
  if (REMOVABLE.has(node.nodeType) && !isHeadOfLoop(node, parent) && !isGuarded(node, parent)) {
    const end = endOfStatement(node, source);
    if (end !== undefined) found.push({ operator: "remove statement", start: startOf(node), end, to: "{ }" });
  }
  return found;
}

function isHeadOfLoop(node: Node, parent: Node): boolean {
  return parent.nodeType === "ForStatement" && parent.body !== node;
}

/** `if (x) revert Y()` without its revert is the same as with `false` for x, which is tried anyhow. */
function isGuarded(node: Node, parent: Node): boolean {
  return node.nodeType === "RevertStatement" && parent.nodeType === "IfStatement" && parent.falseBody == null;
}

/** The operator stands alone between its operands. */
function swaps(node: Node, from: number, to: number, source: Source): Change[] {
  const operator = node.operator as string;
  const start = source.bytes.indexOf(operator, from);
  if (start < 0 || start + operator.length > to) return [];
  return (SWAPS[operator] ?? []).map((other) => ({
    operator: `${operator} to ${other}`,
    start,
    end: start + operator.length,
    to: other,
  }));
}

/** Including the semicolon, which solc does not count to the statement. */
function endOfStatement(node: Node, source: Source): number | undefined {
  const rest = source.bytes.toString("utf8", endOf(node), endOf(node) + 40);
  const gap = /^\s*;/.exec(rest);
  return gap === null ? undefined : endOf(node) + gap[0].length;
}

function literals(node: Node, source: Source): string[] {
  const text = source.text(node);
  if (node.kind === "bool") return [text === "true" ? "false" : "true"];
  if (node.kind === "string") return [text === '""' ? '"x"' : '""'];
  const number = /^(0x[0-9a-fA-F]+|[0-9_]+)(?=\s|$)/.exec(text)?.[1];
  if (node.kind !== "number" || number === undefined) return [];
  const rest = text.slice(number.length);
  const value = BigInt(number.replaceAll("_", ""));
  if ((node.typeDescriptions as { typeString: string }).typeString === "address") {
    return [`address(uint160(${value + 1n}))`];
  }
  const neighbours = value < LARGE || number.startsWith("0x") ? [value + 1n, value - 1n] : [value * 2n, value / 2n];
  return neighbours
    .filter((other) => other >= 0n)
    .map((other) => (number.startsWith("0x") ? `0x${other.toString(16).padStart(number.length - 2, "0")}` : `${other}`))
    .map((other) => other + rest);
}

/** Another value of the same enumeration: the next one. */
function otherMember(node: Node, declarations: Declarations): Change[] {
  const member = declarations.get(node.referencedDeclaration);
  if (member?.nodeType !== "EnumValue") return [];
  const type = declarations.get((node.expression as Node).referencedDeclaration);
  const members = (type?.members as { name: string }[] | undefined) ?? [];
  const at = members.findIndex(({ name }) => name === node.memberName);
  const other = members[(at + 1) % members.length];
  if (at < 0 || other === undefined || members.length < 2) return [];
  const end = endOf(node);
  return [{ operator: "other value", start: end - Buffer.byteLength(node.memberName as string), end, to: other.name }];
}

/** Two neighbours of the same type change places. */
function swappedArguments(node: Node, source: Source): Change[] {
  const given = node.arguments as Node[];
  if (node.kind !== "functionCall" || ((node.names as string[] | undefined) ?? []).length > 0) return [];
  const type = (argument: Node) => (argument.typeDescriptions as { typeIdentifier: string }).typeIdentifier;
  return given.slice(1).flatMap((second, index) => {
    const first = given[index] as Node;
    const [a, b] = [source.text(first), source.text(second)];
    if (type(first) !== type(second) || a === b) return [];
    const between = source.bytes.toString("utf8", endOf(first), startOf(second));
    return [{ operator: "swap arguments", start: startOf(first), end: endOf(second), to: b + between + a }];
  });
}
