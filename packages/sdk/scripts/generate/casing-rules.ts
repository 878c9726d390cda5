import { camelName } from "../../src/casing/camel-name.ts";
import { nameOf, type OpenApi, type Schema } from "./document.ts";

/** EIP-712 messages and whatever else goes through as it is: their keys are not the API's own. */
const AS_THEY_ARE: readonly string[] = ["Terms", "TermsLeg", "Permit2Deposit", "GraphqlRequest", "GraphqlResponse"];

/** Fields of answers that open something, or that a signature is made with: they are not printed. */
const SECRETS: readonly string[] = ["secret", "new_secret", "session_token", "deposit_secret", "calldata"];

const BASE_UNITS = "^(0|[1-9][0-9]*)$";

/** The name of a field in TypeScript. Only names in snake case change: keys that are states stay. */
export const camel = camelName;

export function passesThrough(name: string): boolean {
  return AS_THEY_ARE.includes(name);
}

/** Whole token units: a string, though the API would take a number. */
export function isDecimal({ type }: Schema): boolean {
  return Array.isArray(type) && type.includes("string") && type.includes("number");
}

/** An amount in base units, which is a bigint. A token's id is written alike and is no amount. */
export function isBaseUnits(name: string, { type, pattern }: Schema): boolean {
  return [type].flat().includes("string") && pattern === BASE_UNITS && name !== "token_id";
}

export function isSecret(name: string, { type }: Schema): boolean {
  return [type].flat().includes("string") && SECRETS.includes(name);
}

export function isTime({ format }: Schema): boolean {
  return format === "date-time";
}

/** Schemas within a schema, but its properties. */
export function partsOf({ items, anyOf = [], allOf = [], additionalProperties }: Schema): Schema[] {
  return [items, ...anyOf, ...allOf, additionalProperties].filter((part) => typeof part === "object");
}

/** How fields of the API are held by a field: by an object, in a list, as values of a map with keys of its own. */
export type Holder = "object" | "list" | "map";

/** What of this a schema is, in whatever union; nothing of it when what it has goes through as it is. */
export function holdersOf(document: OpenApi, schema: Schema): ReadonlySet<Holder> {
  const name = nameOf(schema);
  if (name !== undefined) {
    return passesThrough(name) ? new Set() : holdersOf(document, document.components.schemas[name] as Schema);
  }
  const { properties, items, additionalProperties, anyOf = [], allOf = [] } = schema;
  const holds = (part: Schema | boolean | undefined) => typeof part === "object" && holdersOf(document, part).size > 0;
  return new Set<Holder>([
    ...(properties === undefined ? [] : (["object"] as const)),
    ...(holds(items) ? (["list"] as const) : []),
    ...(holds(additionalProperties) ? (["map"] as const) : []),
    ...[...anyOf, ...allOf].flatMap((part) => [...holdersOf(document, part)]),
  ]);
}

/** Names of all schemas that a schema is made of. */
export function reachedFrom(document: OpenApi, schema: Schema, found = new Set<string>()): Set<string> {
  const name = nameOf(schema);
  if (name !== undefined) {
    if (found.has(name)) return found;
    found.add(name);
    return reachedFrom(document, document.components.schemas[name] as Schema, found);
  }
  for (const part of [...Object.values(schema.properties ?? {}), ...partsOf(schema)])
    reachedFrom(document, part, found);
  return found;
}
