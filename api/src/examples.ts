import type { OpenAPIHono } from "@hono/zod-openapi";
import { sample } from "openapi-sampler";

type Document = ReturnType<OpenAPIHono["getOpenAPI31Document"]>;

interface MediaType {
  schema?: object;
  example?: unknown;
}

interface Documented {
  requestBody?: { content?: Record<string, MediaType> };
  responses?: Record<string, { content?: Record<string, MediaType> }>;
}

/** Gives every JSON body of a request and of a success an example, made of the examples of its fields where the route has none of its own. */
export function addExamples(document: Document): void {
  for (const methods of Object.values(document.paths ?? {})) {
    for (const operation of Object.values(methods) as Documented[]) {
      // What a caller may leave out is left out: some of it excludes something else.
      fill(operation.requestBody?.content, document, { skipNonRequired: true });
      for (const [status, response] of Object.entries(operation.responses ?? {})) {
        if (status.startsWith("2")) fill(response.content, document, {});
      }
    }
  }
}

function fill(
  content: Record<string, MediaType> | undefined,
  document: Document,
  options: { skipNonRequired?: boolean },
): void {
  const json = content?.["application/json"];
  if (json?.schema === undefined || json.example !== undefined) return;
  json.example = sample(json.schema, { ...options, quiet: true }, document);
}
