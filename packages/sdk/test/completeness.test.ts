import { readFileSync } from "node:fs";
import { expect } from "chai";
import {
  answerOf,
  bodyOf,
  endpointsOf,
  itemOf,
  type OpenApi,
  queryOf,
  type Schema,
  WITHOUT_METHOD,
} from "../scripts/generate/document.ts";
import { KeystoneClient, type Page } from "../src/index.ts";
import { CALLS } from "./support/calls.ts";

const document = JSON.parse(readFileSync(new URL("../../../api/openapi.json", import.meta.url), "utf8")) as OpenApi;

/** What is not the call of an operation: conveniences made of others, and what needs no API. */
const BESIDES = [
  "instructions.waitFor",
  "settlements.waitFor",
  "compliance.approve",
  "compliance.reject",
  "webhooks.verifySignature",
  "webhooks.unwrap",
  "generateIdempotencyKey",
  "request",
  "withOptions",
];

/** Every method of a client, as `namespace.method`. */
function methodsOf(object: object, at: string[] = []): string[] {
  const own = Object.getOwnPropertyNames(Object.getPrototypeOf(object)).filter(
    (name) => typeof Object.getOwnPropertyDescriptor(Object.getPrototypeOf(object), name)?.value === "function",
  );
  const inner = Object.entries(object).flatMap(([name, value]) =>
    typeof value === "object" && value !== null ? methodsOf(value, [...at, name]) : [],
  );
  return [...own.filter((name) => name !== "constructor").map((name) => [...at, name].join(".")), ...inner];
}

const example = (schema: Schema): unknown => {
  const resolved = document.components.schemas[schema.$ref?.split("/").at(-1) ?? ""] ?? schema;
  if (resolved.enum !== undefined) return resolved.enum[0];
  const type = [resolved.type].flat()[0];
  if (type === "integer") return 3;
  return type === "boolean" ? true : type === "array" ? [example(resolved.items as Schema)] : "2026-04-01T12:00:00Z";
};
const camel = (name: string) => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

describe("the client and the API's document", () => {
  const endpoints = endpointsOf(document);
  const called = new Set<string>();
  const sent: { method: string; path: string; query: URLSearchParams; body: Record<string, unknown> | undefined }[] =
    [];
  const client = watched(
    new KeystoneClient({
      accessToken: "token",
      baseUrl: "http://localhost:1",
      fetch: async (input, init) => {
        const url = new URL(String(input));
        const body = init?.body === undefined ? undefined : JSON.parse(String(init.body));
        sent.push({ method: init?.method ?? "", path: url.pathname, query: url.searchParams, body });
        const isStream = new Headers(init?.headers).get("accept") === "text/event-stream";
        const page = { items: [{ id: 1 }], total: 1, limit: 50, offset: 0, next_cursor: null };
        return new Response(isStream ? 'id: evt_1\ndata: {"event":"test.ping"}\n\n' : JSON.stringify(page));
      },
    }),
    called,
  );

  it("have a method for each operation", () => {
    const missing = endpoints.map(({ operation }) => operation.operationId).filter((id) => !(id in CALLS));
    expect(missing).to.deep.equal([]);
  });

  it("leave out only what is served beside the API itself", () => {
    const paths = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.values(methods).flatMap(({ operationId }) => (WITHOUT_METHOD.includes(operationId) ? [path] : [])),
    );
    expect(paths).to.have.length(WITHOUT_METHOD.length);
    expect(paths.filter((path) => path.startsWith("/v1/"))).to.deep.equal([]);
  });

  for (const endpoint of endpoints) {
    const { method, path, operation } = endpoint;
    it(`call ${operation.operationId} where it is, with every filter and field`, async () => {
      const ids = [...path.matchAll(/\{/g)].map((_, index) => `id-${index}`);
      const filters = queryOf(endpoint).filter(({ name }) => name !== "cursor");
      const query = Object.fromEntries(filters.map(({ name = "", schema = {} }) => [camel(name), example(schema)]));
      const name = bodyOf(endpoint)?.$ref?.split("/").at(-1) ?? "";
      const fields = Object.keys(document.components.schemas[name]?.properties ?? {}).filter(
        (field) => name !== "GraphqlRequest" || ["query", "variables"].includes(field),
      );
      const body = Object.fromEntries(fields.map((field) => [camel(field), "text"]));
      sent.length = 0;
      const result = await CALLS[operation.operationId]?.(client, { ids, body, query, options: undefined });
      expect(sent).to.have.length(1);
      const [request] = sent;
      expect(`${request?.method} ${request?.path}`).to.equal(
        `${method} ${path.replace(/\{[^}]*\}/g, () => ids.shift() as string)}`,
      );
      expect([...(request?.query.keys() ?? [])].sort()).to.deep.equal(filters.map((each) => each.name).sort());
      expect(Object.keys(request?.body ?? {}).sort()).to.deep.equal(fields.sort());
      if (itemOf(document, answerOf(endpoint)) !== undefined) expect((result as Page<unknown>).total).to.equal(1);
    });
  }

  it("have no method that is no operation's", () => {
    const idle = methodsOf(client).filter((name) => !called.has(name) && !BESIDES.includes(name));
    expect(idle).to.deep.equal([]);
    expect(called.size).to.be.at.least(endpoints.length);
  });
});

/** The same client; every method that a test calls is noted. */
function watched<T extends object>(object: T, called: Set<string>, at: string[] = []): T {
  return new Proxy(object, {
    get(target, name) {
      const value = Reflect.get(target, name) as unknown;
      const path = [...at, String(name)];
      if (typeof value === "object" && value !== null && at.length < 2) return watched(value, called, path);
      if (typeof value !== "function") return value;
      called.add(path.join("."));
      return value.bind(target);
    },
  });
}
