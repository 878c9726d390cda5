import { endOf, type Node, startOf } from "./ast.ts";
import type { Change, Source } from "./operators.ts";

const SWAPS: Readonly<Record<string, string>> = {
  gt: "lt",
  lt: "gt",
  eq: "lt",
  add: "sub",
  sub: "add",
  mul: "div",
  div: "mul",
  and: "or",
  or: "and",
  shl: "shr",
  shr: "shl",
};

/** Every change at one node of inline assembly. */
export function changesInAssembly(node: Node, source: Source): Change[] {
  const change = (operator: string, at: Node, to: string): Change => ({
    operator,
    start: startOf(at),
    end: endOf(at),
    to,
  });
  switch (node.nodeType) {
    case "YulFunctionCall": {
      const name = node.functionName as Node & { name: string };
      const [first] = node.arguments as Node[];
      if ((name.name === "iszero" || name.name === "not") && first !== undefined) {
        return [change("drop operator", node, source.text(first))];
      }
      const other = SWAPS[name.name];
      return other === undefined ? [] : [change(`${name.name} to ${other}`, name, other)];
    }
    case "YulLiteral": {
      if (node.kind !== "number") return [];
      const value = BigInt(node.value as string);
      return [value + 1n, value - 1n]
        .filter((other) => other >= 0n)
        .map((other) => change("constant", node, other.toString()));
    }
    case "YulIf":
      return [change("condition", node.condition as Node, "1"), change("condition", node.condition as Node, "0")];
    case "YulExpressionStatement":
    case "YulAssignment":
      return [change("remove statement", node, "")];
    default:
      return [];
  }
}
