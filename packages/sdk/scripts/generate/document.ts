/** As much of an OpenAPI 3.1 document as the generator reads. */
export interface OpenApi {
  info: { title: string; version: string };
  paths: Record<string, Record<string, OpenApiOperation>>;
  components: { schemas: Record<string, Schema> };
}

interface OpenApiOperation {
  operationId: string;
  summary?: string;
  security?: unknown[];
  parameters?: Parameter[];
  requestBody?: { required?: boolean; content: Record<string, { schema: Schema }> };
  responses: Record<string, { content?: Record<string, { schema: Schema }> }>;
}

export interface Parameter {
  $ref?: string;
  in?: "path" | "query" | "header";
  name?: string;
  required?: boolean;
  schema?: Schema;
}

export interface Schema {
  $ref?: string;
  type?: string | string[];
  format?: string;
  pattern?: string;
  enum?: unknown[];
  description?: string;
  example?: unknown;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  items?: Schema;
  anyOf?: Schema[];
  allOf?: Schema[];
}

/** An operation with where it stands. */
export interface Endpoint {
  method: string;
  path: string;
  operation: OpenApiOperation;
}

/**
 * Served beside `/v1` for machines that watch a process or check tokens; `client.request` reaches them. Not for platforms, so they have no
 * method.
 */
export const WITHOUT_METHOD: readonly string[] = ["getHealth", "getReadiness", "getJwks"];

export function endpointsOf({ paths }: OpenApi): Endpoint[] {
  return Object.entries(paths)
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
    )
    .filter(({ operation }) => !WITHOUT_METHOD.includes(operation.operationId));
}

export function queryOf({ operation }: Endpoint): Parameter[] {
  return (operation.parameters ?? []).filter((parameter) => parameter.in === "query");
}

/** The schema of the JSON that is sent; undefined where nothing is. */
export function bodyOf({ operation }: Endpoint): Schema | undefined {
  const schema = operation.requestBody?.content["application/json"]?.schema;
  // Bodies without a field only say that `{}` is allowed.
  return schema?.properties !== undefined && Object.keys(schema.properties).length === 0 ? undefined : schema;
}

/** The schema of a successful answer in JSON; undefined for an empty one or a stream. */
export function answerOf({ operation }: Endpoint): Schema | undefined {
  const [, response] = Object.entries(operation.responses).find(([status]) => status.startsWith("2")) ?? [];
  return response?.content?.["application/json"]?.schema;
}

/** The name that a reference points to. */
export function nameOf(schema: Schema | undefined): string | undefined {
  return schema?.$ref?.split("/").at(-1);
}

/** What a page lists; undefined for a schema that is no page. */
export function itemOf(document: OpenApi, schema: Schema | undefined): Schema | undefined {
  const name = nameOf(schema);
  if (name === undefined || !name.endsWith("Page")) return undefined;
  return document.components.schemas[name]?.properties?.items?.items;
}

/** The name of the type of a schema: the API's Read objects go without the suffix. */
export const typeName = (schema: string): string => schema.replace(/Read$/, "");
/** The name of the type of an operation's filters. */
export const queryName = (operationId: string): string =>
  `${operationId.slice(0, 1).toUpperCase()}${operationId.slice(1)}Query`;
