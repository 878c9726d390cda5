import { ConfigurationError } from "../errors/keystone-error.ts";
import { fields, trees } from "../generated/fields.ts";
import { camelName } from "./camel-name.ts";

// The API's names are snake_case and TypeScript's camelCase. What is cased is what the API's document lists as a field: neither keys of
// free maps nor fields that came after this version, and nothing inside of either.

/** A name on the other side, and the mark of the field: `#` no number, `$` base units, `!` a secret. */
type Field = readonly [to: string, mark: string];
type Path = readonly (string | number)[];

interface Table {
  reading: ReadonlyMap<string, Field>;
  writing: ReadonlyMap<string, Field>;
  /** What holds further fields, with `*` where these are the values of a map. */
  inside: ReadonlyMap<string, string>;
}

let table: Table | undefined;

function tableOf(): Table {
  if (table !== undefined) return table;
  const parsed = (list: string) =>
    list.split(" ").map((entry) => /^(\w+)(\W?)$/.exec(entry) as unknown as [string, string, string]);
  const listed = parsed(fields);
  table = {
    reading: new Map(listed.map(([, wire, mark]) => [wire, [camelName(wire), mark]])),
    writing: new Map(listed.map(([, wire, mark]) => [camelName(wire), [wire, mark]])),
    inside: new Map(parsed(trees).map(([, wire, mark]) => [wire, mark])),
  };
  return table;
}

/**
 * What a caller wrote, as the API reads it. `at` is where it stands.
 *
 * @throws ConfigurationError for an amount that is a number, and for a date that is none.
 */
export function toWire(value: unknown, at: Path = []): unknown {
  if (typeof value === "bigint") return String(value);
  if (value instanceof Date) {
    if (Number.isNaN(value.getTime())) throw new ConfigurationError(at.join("."), "is no date: give a valid one");
    return value.toISOString();
  }
  if (!isObject(value)) return value;
  if (Array.isArray(value)) return value.map((each, index) => toWire(each, [...at, index]));
  const { writing, inside } = tableOf();
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => {
      const [wire = name, mark] = writing.get(name) ?? [];
      const path = [...at, name];
      if (mark === "#" && typeof each === "number") {
        const how = `is a number, which cannot hold every amount: give a decimal string, such as "${each}"`;
        throw new ConfigurationError(path.join("."), how);
      }
      const isFree = isObject(each) && !(each instanceof Date) && !inside.has(wire);
      return [wire, isFree ? each : toWire(each, path)];
    }),
  );
}

/** What the API answered, as callers read it. */
export function fromWire(value: unknown): unknown {
  if (!isObject(value)) return value;
  if (Array.isArray(value)) return value.map(fromWire);
  const { reading, inside } = tableOf();
  const secrets: string[] = [];
  const entries = Object.entries(value).map(([wire, each]) => {
    const [name = wire, mark] = reading.get(wire) ?? [];
    if (mark === "!" && each !== null) secrets.push(name);
    if (mark === "$" && typeof each === "string" && /^\d+$/.test(each)) return [name, BigInt(each)] as const;
    const tree = inside.get(wire);
    if (tree === undefined) return [name, each] as const;
    return [name, tree === "*" && isObject(each) ? mapped(each) : fromWire(each)] as const;
  });
  const result = Object.fromEntries(entries);
  if (secrets.length > 0) hide(result, secrets);
  return result;
}

/** The keys of a map are nobody's names. */
function mapped(map: object): unknown {
  if (Array.isArray(map)) return map.map(fromWire);
  return Object.fromEntries(Object.entries(map).map(([key, each]) => [key, fromWire(each)]));
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** Whoever prints the object does not see its secrets; to read, to copy and to write it as JSON is as ever. */
function hide(object: Record<string, unknown>, secrets: readonly string[]): void {
  const shown = () => ({ ...object, ...Object.fromEntries(secrets.map((name) => [name, "[secret]"])) });
  Object.defineProperty(object, Symbol.for("nodejs.util.inspect.custom"), { value: shown });
}
