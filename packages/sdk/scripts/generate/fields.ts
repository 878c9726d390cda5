import {
  camel,
  type Holder,
  holdersOf,
  isBaseUnits,
  isDecimal,
  isSecret,
  partsOf,
  passesThrough,
  reachedFrom,
} from "./casing-rules.ts";
import { answerOf, bodyOf, endpointsOf, type OpenApi, queryOf, type Schema } from "./document.ts";

/** What a field is in some schema. */
interface Role {
  mark: string;
  /** What holds fields of the API itself: such an object, a list of them, or a map with them as values. */
  holders: ReadonlySet<Holder>;
}

/**
 * The table by which requests and answers are cased; src/casing/convert.ts reads it. It is one for all schemas, because a name is the same
 * thing in each of them: a document in which one is not is refused here, and then the table has to be split.
 */
export function fieldsModule(document: OpenApi): string {
  const roles = new Map<string, Role>();
  for (const endpoint of endpointsOf(document)) {
    for (const { name = "" } of queryOf(endpoint)) note(roles, name, { mark: "", holders: new Set() });
    const [body, answer] = [bodyOf(endpoint), answerOf(endpoint)];
    for (const schema of schemasOf(document, body)) collect(document, roles, schema, true);
    for (const schema of schemasOf(document, answer)) collect(document, roles, schema, false);
  }
  const all = [...roles].sort(([a], [b]) => (a < b ? -1 : 1));
  const fields = all.filter(([name, { mark }]) => mark !== "" || camel(name) !== name);
  const trees = all
    .filter(([, { holders }]) => holders.size > 0)
    .map(([name, { holders }]) => `${name}${holders.has("map") ? "*" : ""}`);
  return [
    "/** Fields that TypeScript names or types otherwise than the wire, by their names there, each with its mark. */",
    `export const fields = ${JSON.stringify(fields.map(([name, { mark }]) => name + mark).join(" "))};`,
    "/** Fields that hold further fields, with `*` where these are the values of a map. What is in any other goes through as it is. */",
    `export const trees = ${JSON.stringify(trees.join(" "))};`,
    "",
  ].join("\n");
}

/** The schemas whose keys are the API's own, of those that a schema is made of. */
function schemasOf(document: OpenApi, schema: Schema | undefined): Schema[] {
  return [...reachedFrom(document, schema ?? {})]
    .filter((name) => !passesThrough(name))
    .map((name) => document.components.schemas[name] as Schema);
}

/** Notes the fields of one schema; those of schemas that it refers to are noted there. */
function collect(document: OpenApi, roles: Map<string, Role>, schema: Schema, input: boolean): void {
  for (const part of partsOf(schema)) collect(document, roles, part, input);
  for (const [name, value] of Object.entries(schema.properties ?? {})) {
    note(roles, name, { mark: markOf(name, value, input), holders: holdersOf(document, value) });
    collect(document, roles, value, input);
  }
}

function markOf(name: string, schema: Schema, input: boolean): string {
  if (input) return isDecimal(schema) ? "#" : "";
  return isSecret(name, schema) ? "!" : isBaseUnits(name, schema) ? "$" : "";
}

function note(roles: Map<string, Role>, name: string, role: Role): void {
  const known = roles.get(name);
  if (known === undefined) {
    roles.set(name, role);
    return;
  }
  // One that is a secret in an answer is written by its owner; one that is exact in a request comes back as a string.
  const marks = new Set([known.mark, role.mark].filter((mark) => mark !== ""));
  if (marks.size > 1) throw new Error(`${name} is ${[...marks].join(" and ")} in different schemas`);
  const holders = new Set([...known.holders, ...role.holders]);
  if (holders.has("object") && holders.has("map"))
    throw new Error(`${name} is an object and a map in different schemas`);
  roles.set(name, { mark: [...marks][0] ?? "", holders });
}
