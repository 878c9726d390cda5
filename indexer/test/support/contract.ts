import { readFileSync } from "node:fs";

/** SQL type by type of the read contract; a string that is no hex, name or list of them is an exact number. */
const SQL_TYPES: Record<string, string> = {
  number: "integer",
  bigint: "bigint",
  boolean: "boolean",
  Hex: "text",
  Address: "text",
};
const EXACT_NUMBERS = new Set(["amount", "sequence"]);

/** View, column and SQL type of everything that the read contract promises, read out of its source: types leave no trace at run time. */
export function promisedColumns(): { view: string; column: string; type: string }[] {
  const file = new URL("../../../packages/store/src/schema/chain.ts", import.meta.url);
  const source = readFileSync(file, "utf8").replaceAll(/\/\*\*[\s\S]*?\*\//g, "");
  return [...source.matchAll(/^ {2}(\w+): \{([\s\S]*?)^ {2}\};/gm)].flatMap(([, view, body]) =>
    [...(body as string).matchAll(/^ {4}(\w+): (.+);$/gm)].map(([, column, type]) => ({
      view: view as string,
      column: column as string,
      type: sqlType(column as string, type as string),
    })),
  );
}

function sqlType(column: string, type: string): string {
  const [first] = type.split(" | ").filter((part) => part !== "null");
  if (first === "string" && EXACT_NUMBERS.has(column)) return "numeric(78,0)";
  return SQL_TYPES[first as string] ?? "text";
}
