import { registerHooks } from "node:module";
import type { OpenAPI3, SchemaObject } from "openapi-typescript";
import type { TypeNode } from "typescript-5";
import { camel, isBaseUnits, isDecimal, isTime, passesThrough, reachedFrom } from "./casing-rules.ts";
import {
  answerOf,
  bodyOf,
  endpointsOf,
  nameOf,
  type OpenApi,
  queryName,
  queryOf,
  type Schema,
  typeName,
} from "./document.ts";

const REFERENCE = "#/components/schemas/";
/** Formats that only this file and the hook below know. */
const TIME_INPUT = "time-input";
const BASE_UNITS = "base-units";

/**
 * The types of what the client takes and gives. The document is cased first, field by field, and openapi-typescript writes it down: so the
 * types and the tables that convert at run time follow one rule.
 */
export async function typesModule(document: OpenApi): Promise<string> {
  const compilerUrl = import.meta.resolve("typescript-5");
  // openapi-typescript builds on the compiler's JavaScript API, which TypeScript 7 does not have.
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier === "typescript" ? { url: compilerUrl, shortCircuit: true } : next(specifier, context),
  });
  const { default: openapiTS, astToString } = await import("openapi-typescript");
  const ts = (await import("typescript-5")).default;
  const word = (name: string) => ts.factory.createTypeReferenceNode(name);
  const special: Record<string, () => TypeNode[]> = {
    [TIME_INPUT]: () => [word("string"), word("Date")],
    [BASE_UNITS]: () => [word("bigint")],
  };
  const transform = ({ format, type }: SchemaObject): TypeNode | undefined => {
    const words = special[format ?? ""]?.();
    if (words === undefined) return undefined;
    const isNull = [type].flat().includes("null") ? [ts.factory.createLiteralTypeNode(ts.factory.createNull())] : [];
    return ts.factory.createUnionTypeNode([...words, ...isNull]);
  };
  const cased = {
    openapi: "3.1.0",
    info: document.info,
    paths: {},
    components: { schemas: casedSchemas(document) },
  } as unknown as OpenAPI3;
  const nodes = await openapiTS(cased, {
    alphabetize: true,
    rootTypes: true,
    rootTypesNoSchemaPrefix: true,
    transform,
    silent: true,
  });
  return astToString(nodes)
    .replace(/^export interface (paths|webhooks) .*$|^export type (paths|webhooks|\$defs|operations) = .*$/gm, "")
    .replace("export interface components", "interface components")
    .replace(/^ {4}(responses|parameters|requestBodies|headers|pathItems): never;$/gm, "");
}

/** Every schema that a call takes or gives, under the name of its type and with the names of TypeScript. */
function casedSchemas(document: OpenApi): Record<string, Schema> {
  const { schemas } = document.components;
  const endpoints = endpointsOf(document);
  const requests = new Set(endpoints.flatMap((endpoint) => reached(document, bodyOf(endpoint))));
  const answers = new Set(endpoints.flatMap((endpoint) => reached(document, answerOf(endpoint))));
  const named = [...new Set([...requests, ...answers])]
    .filter((name) => !name.endsWith("Page") && !name.startsWith("Graphql"))
    .map((name) => [typeName(name), cased(schemas[name] as Schema, requests.has(name), passesThrough(name))] as const);
  const queries = endpoints
    .filter((endpoint) => queryOf(endpoint).length > 0)
    .map((endpoint) => [queryName(endpoint.operation.operationId), queryType(endpoint)] as const);
  const codes = (schemas.Problem?.properties?.code ?? {}) as Schema;
  return Object.fromEntries([...named, ...queries, ["ErrorCode", codes]]);
}

function reached(document: OpenApi, schema: Schema | undefined): string[] {
  return schema === undefined ? [] : [...reachedFrom(document, schema)];
}

function queryType(endpoint: ReturnType<typeof endpointsOf>[number]): Schema {
  const properties = queryOf(endpoint).map(({ name = "", schema = {} }) => {
    const type = cased(schema, true);
    // What may be given several times may be given once without a list.
    return [name, type.items === undefined ? type : { anyOf: [type.items, type] }] as const;
  });
  return cased({ type: "object", properties: Object.fromEntries(properties), additionalProperties: false }, true);
}

/** A schema with the names and types of TypeScript. `input` for what a caller writes. */
function cased(schema: Schema, input: boolean, asItIs = false): Schema {
  const name = nameOf(schema);
  if (name !== undefined) return { $ref: `${REFERENCE}${typeName(name)}` };
  const { properties, required, items, anyOf, allOf, additionalProperties, ...rest } = schema;
  const rename = asItIs ? (key: string) => key : camel;
  const inner = (part: Schema) => cased(part, input, asItIs);
  return {
    ...rest,
    ...(input && isTime(schema) && { format: TIME_INPUT }),
    ...(isDecimal(schema) && { type: [schema.type].flat().filter((type) => type !== "number") as string[] }),
    ...(items && { items: inner(items) }),
    ...(anyOf && { anyOf: anyOf.map(inner) }),
    ...(allOf && { allOf: allOf.map(inner) }),
    ...(typeof additionalProperties === "object" && Object.keys(additionalProperties).length > 0
      ? { additionalProperties: inner(additionalProperties) }
      : additionalProperties !== undefined && { additionalProperties }),
    ...(required && { required: required.map(rename) }),
    ...(properties && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([key, value]) => [
          rename(key),
          !input && !asItIs && isBaseUnits(key, value) ? { ...value, format: BASE_UNITS } : inner(value),
        ]),
      ),
    }),
  };
}
