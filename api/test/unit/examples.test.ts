import { readFileSync } from "node:fs";
import type { z } from "@hono/zod-openapi";
import { expect } from "chai";
import { operations } from "../../src/routes/index.ts";
import { assertMatches } from "../support/openapi.ts";

interface MediaType {
  example?: unknown;
}

interface Documented {
  operationId: string;
  requestBody?: { content: Record<string, MediaType> };
  responses: Record<string, { content?: Record<string, MediaType> }>;
}

const { paths } = JSON.parse(readFileSync(new URL("../../openapi.json", import.meta.url), "utf8")) as {
  paths: Record<string, Record<string, Documented>>;
};

/** Where an example says nothing: what a generator puts where a field has none of its own. */
function placeholders(value: unknown, place = "$"): string[] {
  if (typeof value !== "object" || value === null) return value === "string" || value === "" ? [place] : [];
  return Object.entries(value).flatMap(([name, inner]) =>
    /^property[0-9]+$/.test(name) ? [`${place}.${name}`] : placeholders(inner, `${place}.${name}`),
  );
}

describe("the OpenAPI document", () => {
  for (const [path, methods] of Object.entries(paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const bodies: [string, string[], Record<string, MediaType> | undefined][] = [
        ["request", ["requestBody"], operation.requestBody?.content],
        ...Object.entries(operation.responses)
          .filter(([status]) => status.startsWith("2"))
          .map(([status, { content }]): [string, string[], Record<string, MediaType> | undefined] => [
            status,
            ["responses", status],
            content,
          ]),
      ];
      for (const [name, place, content] of bodies) {
        const json = content?.["application/json"];
        if (json === undefined) continue;
        it(`has an example of the ${name} of ${operation.operationId} that its schema takes`, () => {
          expect(json.example).to.not.equal(undefined);
          assertMatches(["paths", path, method, ...place, "content", "application/json", "schema"], json.example);
        });
        it(`has no placeholder in the example of the ${name} of ${operation.operationId}`, () => {
          expect(placeholders(json.example)).to.deep.equal([]);
        });
      }
    }
  }

  for (const { route } of operations) {
    const json = route.request?.body?.content["application/json"] as { schema: z.ZodType } | undefined;
    const schema = json?.schema;
    if (schema === undefined) continue;
    // The schema of the document cannot say all that is asked of a body.
    it(`has an example for ${route.operationId} that the API itself takes`, () => {
      const body = paths[route.path]?.[route.method]?.requestBody;
      const { error } = schema.safeParse(body?.content["application/json"]?.example);
      expect(error?.issues ?? []).to.deep.equal([]);
    });
  }
});
