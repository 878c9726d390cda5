import { readFileSync } from "node:fs";
import fc from "fast-check";

/** As much of a schema of the document as its requests use. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  format?: string;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  items?: Schema;
  minItems?: number;
  maxItems?: number;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
}

interface Documented {
  operationId: string;
  parameters?: { $ref?: string; in?: string; name?: string; schema?: Schema }[];
  requestBody?: { content: { "application/json": { schema: Schema } } };
  responses: Record<string, unknown>;
}

const document = JSON.parse(readFileSync(new URL("../../../openapi.json", import.meta.url), "utf8")) as {
  paths: Record<string, Record<string, Documented>>;
  components: { schemas: Record<string, Schema> };
};

/** What the document says of an operation's request and answers. */
export const documented = new Map(
  Object.values(document.paths)
    .flatMap((methods) => Object.values(methods))
    .map((operation) => [operation.operationId, operation]),
);

/** Values that have broken servers before. */
export const odd = fc.oneof(
  fc.constantFrom<unknown>(null, "", " ", "0", "-1", "1e400", "NaN", "\u0000", "\ud800", "__proto__", "9".repeat(78)),
  fc.constantFrom<unknown>(
    "2026-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "0001-01-01T00:00:00+23:59",
    "a".repeat(3000),
  ),
  fc.constantFrom<unknown>(
    0,
    -0,
    1.5,
    1e308,
    5e-324,
    2 ** 53,
    true,
    [],
    {},
    [[]],
    `0x${"f".repeat(40)}`,
    "💣".repeat(90),
  ),
  fc.string({ maxLength: 300, unit: "binary" }),
  fc.jsonValue({ maxDepth: 3 }),
);

/** Such values as text. */
export const oddText = fc.oneof(
  fc.constantFrom(
    "1",
    "0",
    "-1",
    "\u0000",
    "2026-01-01T00:00:00Z",
    "9999-12-31",
    "9".repeat(30),
    "%",
    "a'b\"c;--",
    "💣",
  ),
  fc.constantFrom("8b0e3a51-0f0e-4c8e-9d55-1f2f6d3a9c11", "INSTRUCTED", "true", "24h", "null", "..%2f..", "a/b"),
  fc.string({ minLength: 1, maxLength: 40, unit: "grapheme" }),
);

/** Values that the schema takes; what no schema can say, such as a unit that nobody has, they may well miss. */
export function madeFrom(schema: Schema): fc.Arbitrary<unknown> {
  if (schema.$ref !== undefined) {
    const found = document.components.schemas[schema.$ref.split("/").at(-1) as string];
    if (found === undefined) throw new Error(`the document lacks ${schema.$ref}`);
    return madeFrom(found);
  }
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return fc.oneof(...choices.map(madeFrom));
  if (schema.allOf !== undefined) return madeFrom(Object.assign({}, ...schema.allOf));
  if (Array.isArray(schema.type)) return fc.oneof(...schema.type.map((type) => madeFrom({ ...schema, type })));
  switch (schema.type) {
    case "string":
      return textOf(schema);
    case "integer":
      return fc.integer({ min: schema.minimum ?? -100, max: Math.min(schema.maximum ?? 100_000, 2 ** 31 - 1) });
    case "number":
      return fc.double({
        min: schema.exclusiveMinimum ?? schema.minimum ?? -1e9,
        max: 1e9,
        minExcluded: true,
        noNaN: true,
      });
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    case "array":
      return fc.array(madeFrom(schema.items ?? {}), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.min(schema.maxItems ?? 3, (schema.minItems ?? 0) + 3),
      });
    case "object":
      return objectOf(schema);
    default:
      return odd;
  }
}

function textOf({ format, pattern, minLength = 0, maxLength = 300 }: Schema): fc.Arbitrary<string> {
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern));
  if (format === "uuid") return fc.uuid();
  if (format === "email") return fc.emailAddress();
  if (format === "uri") return fc.webUrl({ validSchemes: ["https"] });
  if (format === "date-time") {
    const seconds = fc.integer({ min: -86_400, max: 30 * 86_400 });
    return seconds.map((ahead) => new Date(Math.floor(Date.now() / 1000 + ahead) * 1000).toISOString());
  }
  // What nobody could type is among the odd values.
  return fc.string({ minLength, maxLength: Math.min(maxLength, minLength + 300), unit: "grapheme" });
}

function objectOf({ properties = {}, required = [], additionalProperties }: Schema): fc.Arbitrary<unknown> {
  const known = fc.record(Object.fromEntries(Object.entries(properties).map(([name, of]) => [name, madeFrom(of)])), {
    requiredKeys: required,
    noNullPrototype: true,
  });
  if (typeof additionalProperties !== "object") return known;
  const further = fc.dictionary(fc.string({ minLength: 1, maxLength: 20 }), madeFrom(additionalProperties), {
    maxKeys: 3,
    noNullPrototype: true,
  });
  return fc.tuple(known, further).map(([fixed, more]) => ({ ...more, ...fixed }));
}

/** The body with up to three fields anywhere in it changed or dropped. */
export function changeBody(good: unknown, changes: readonly [number, unknown][], drop: boolean): unknown {
  const body: unknown = JSON.parse(JSON.stringify(good));
  for (const [at, value] of changes) {
    const places = placesOf(body);
    const place = places[at % places.length];
    if (place === undefined) break;
    const [holder, key] = place;
    if (drop) delete holder[key];
    // A copy: what comes later may be put into it, the value itself included.
    else holder[key] = structuredClone(value);
  }
  return body;
}

/** Every field of every object in it. */
function placesOf(value: unknown): [Record<string, unknown>, string][] {
  if (typeof value !== "object" || value === null) return [];
  const holder = value as Record<string, unknown>;
  return Object.keys(holder).flatMap((key) => [
    [holder, key] as [Record<string, unknown>, string],
    ...placesOf(holder[key]),
  ]);
}
