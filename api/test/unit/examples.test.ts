import { readFileSync } from "node:fs";
import { expect } from "chai";
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
      }
    }
  }
});
