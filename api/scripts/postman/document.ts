/** A JSON Schema, as far as the generator looks into it. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  example?: unknown;
  enum?: unknown[];
  default?: unknown;
}

export interface Parameter {
  in: "path" | "query" | "header";
  name: string;
  required?: boolean;
  description?: string;
  schema: Schema;
}

interface MediaType {
  schema: Schema;
  example?: unknown;
}

interface Operation {
  operationId: string;
  tags: [string];
  summary: string;
  description?: string;
  security?: Record<string, string[]>[];
  parameters?: (Parameter | { $ref: string })[];
  requestBody?: { content: Record<string, MediaType> };
  responses: Record<string, { description: string; content?: Record<string, MediaType> }>;
}

/** The API's own OpenAPI document, as far as the generator reads it. */
export interface OpenApi {
  info: { title: string; version: string; description?: string };
  components: { schemas: Record<string, Schema>; parameters: Record<string, Parameter> };
  paths: Record<string, Record<string, Operation>>;
}

/** An operation with the place where it is called. */
export interface Endpoint {
  method: string;
  path: string;
  operation: Operation;
  parameters: Parameter[];
}

/** Every operation of the document, in its order. */
export function endpointsOf(document: OpenApi): Endpoint[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      operation,
      parameters: (operation.parameters ?? []).map((parameter) =>
        "$ref" in parameter ? named(document.components.parameters, parameter.$ref) : parameter,
      ),
    })),
  );
}

/** What stands in the components of the document under the last word of a reference. */
function named<T>(components: Record<string, T>, reference: string): T {
  const found = components[reference.split("/").at(-1) as string];
  if (found === undefined) throw new Error(`The document has no ${reference}`);
  return found;
}
