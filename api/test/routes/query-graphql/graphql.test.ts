import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { getIntrospectionQuery } from "graphql";
import type { Call } from "../../support/client.ts";
import { useWorld } from "../../support/world.ts";

describe("POST /graphql", () => {
  const world = useWorld();
  let server: Server;
  let call: Call;
  let graphqlUrl: string;
  let received: { headers: IncomingHttpHeaders; body: string }[];
  let reply: { status: number; body: string };

  before(async () => {
    server = createServer(async (request, response) => {
      let body = "";
      for await (const chunk of request) body += chunk;
      received.push({ headers: request.headers, body });
      response.writeHead(reply.status, { "content-type": "application/json" });
      response.end(reply.body);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    graphqlUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
    ({ call } = await world().serve({ settings: { ...world().deps.settings, graphqlUrl } }));
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  beforeEach(() => {
    received = [];
    reply = { status: 200, body: '{"data": {"settlements": []}}' };
  });
  const ask = (json: unknown, headers: Record<string, string> = {}) => call("POST", "/graphql", { json, headers });

  it("200 hands a query on and its answer back, without a token", async () => {
    const json = {
      query: "query A($id: String) { settlement(id: $id) { state } }",
      operationName: "A",
      variables: { id: "0x1" },
    };
    const { status, body } = await ask(json);
    expect(status).to.equal(200);
    expect(body).to.deep.equal({ data: { settlements: [] } });
    expect(received.map(({ body }) => JSON.parse(body))).to.deep.equal([json]);
  });

  it("200 passes the schema's own errors on", async () => {
    reply = { status: 400, body: '{"errors": [{"message": "Cannot query field"}]}' };
    const { status, body } = await ask({ query: "{ nothing }" });
    expect(status).to.equal(200);
    expect(body.errors[0].message).to.equal("Cannot query field");
  });

  it("hands on nothing of the caller", async () => {
    await ask({ query: "{ a }" }, { authorization: "Bearer abc", cookie: "a=b", "x-forwarded-for": "1.2.3.4" });
    expect(received).to.have.length(1);
    for (const name of ["authorization", "cookie", "x-forwarded-for", "x-request-id"]) {
      expect(received[0]?.headers).to.not.have.property(name);
    }
  });

  const nested = (depth: number) => `{ a${" { a".repeat(depth - 1)}${" }".repeat(depth)}`;
  const REFUSED: [string, string, string][] = [
    ["what does not parse", "{ a", "query_parsing"],
    ["an empty query", "", "query_parsing"],
    ["a mutation", "mutation { a }", "query_forbidden"],
    ["a subscription", "subscription { a }", "query_forbidden"],
    ["a mutation beside a query", "query A { a } mutation B { b }", "query_forbidden"],
    ["a schema definition", "type A { b: Int }", "query_forbidden"],
    ["nine levels", nested(9), "query_too_deep"],
    ["nine levels by fragments", `fragment F on T { ${nested(8).slice(2, -2)} } { a { ...F } }`, "query_too_deep"],
    [
      "fragments in a circle",
      "fragment F on T { a { ...G } } fragment G on T { b { ...F } } { ...F }",
      "query_too_deep",
    ],
    [
      "more than 1000 fields",
      `{ ${"a ".repeat(600)} ...F ...F } fragment F on Q { ${"c ".repeat(201)} }`,
      "query_too_complex",
    ],
    [
      "lists that multiply",
      "{ settlements(limit: 50) { items { legs(limit: 20) { items { id } } } } }",
      "query_too_complex",
    ],
    [
      "a list without a limit in a list",
      "{ settlements(limit: 20) { items { legs { items { id } } } } }",
      "query_too_complex",
    ],
    ["a limit of a default", "query A($n: Int = 500) { settlements(limit: $n) { items { id } } }", "query_too_complex"],
    [
      "lists beside each other under aliases",
      `{ ${Array.from({ length: 11 }, (_, i) => `a${i}: settlements { items { id } } `)} }`.replaceAll(",", ""),
      "query_too_complex",
    ],
    [
      "a list of fewer than none beside one of many",
      "{ a: settlements(limit: -900) { items { id } } settlements(limit: 900) { items { id } } }",
      "query_too_complex",
    ],
    [
      "a page by fragments",
      "{ settlements(limit: 400) { ...P } } fragment P on P { items { ...I } } fragment I on I { id state }",
      "query_too_complex",
    ],
    ["the schema", "{ __schema { types { name } } }", "introspection_forbidden"],
    [
      "a type of the schema, within",
      'fragment F on Query { __type(name: "Query") { name } } { a ...F }',
      "introspection_forbidden",
    ],
    ["more than 16 kB", `{ ${"a ".repeat(8200)} }`, "query_too_large"],
    ["too many words", `{ ${"a ".repeat(2100)} }`, "query_parsing"],
  ];
  for (const [name, query, type] of REFUSED) {
    it(`422 refuses ${name}`, async () => {
      const { status, body } = await ask({ query });
      expect(status).to.equal(422);
      expect(body.detail[0]).to.deep.include({ loc: ["body", "query"], type });
      expect(received).to.deep.equal([]);
    });
  }

  it("200 lets eight levels through, also by fragments", async () => {
    expect((await ask({ query: nested(8) })).status).to.equal(200);
    const fragments = `fragment F on T { ${nested(7).slice(2, -2)} } { a { ...F } b { ...F } ... on T { c } }`;
    expect((await ask({ query: fragments })).status).to.equal(200);
  });

  it("200 lets through what asks for 1000 fields, whatever it is called, and 422 one more", async () => {
    // The list, its items, and what is in each: 1 + 333 * (1 + 2).
    const query = (extra: string) => `{ settlements(limit: 333) { items { id ref: state } ${extra} } }`;
    expect((await ask({ query: query("") })).status).to.equal(200);
    expect((await ask({ query: query("totalCount") })).status).to.equal(422);
    const variables =
      "query A($n: Int) { settlements(limit: $n) { items { id ref: state } pageInfo { hasNextPage } } }";
    for (const [n, status] of [
      [332, 200],
      [333, 422],
      ["7", 422],
      [null, 422],
      [-1, 422],
      [undefined, 200],
    ] as const) {
      expect((await ask({ query: variables, variables: { n } })).status, String(n)).to.equal(status);
    }
  });

  it("200 tells the type's name, and the schema where that is allowed", async () => {
    expect((await ask({ query: "{ __typename a { __typename } }" })).status).to.equal(200);
    const settings = { ...world().deps.settings, graphqlIntrospection: true, graphqlUrl };
    const open = (await world().serve({ settings })).call;
    const whole = getIntrospectionQuery();
    expect((await open("POST", "/graphql", { json: { query: whole } })).status).to.equal(200);
    const types = (levels: number): string => (levels === 0 ? "name" : `fields { type { ${types(levels - 1)} } }`);
    const deep = await open("POST", "/graphql", { json: { query: `{ __schema { types { ${types(6)} } } }` } });
    expect([deep.status, deep.body.detail[0].type]).to.deep.equal([422, "query_too_deep"]);
    const beside = await open("POST", "/graphql", {
      json: { query: `{ __schema { types { name } } ${nested(9).slice(2)}` },
    });
    expect([beside.status, beside.body.detail[0].type]).to.deep.equal([422, "query_too_deep"]);
  });

  it("422 takes no batch", async () => {
    for (const json of [[{ query: "{ a }" }], [{ query: "{ a }" }, { query: "{ b }" }]]) {
      expect((await ask(json)).status).to.equal(422);
    }
    expect(received).to.deep.equal([]);
  });

  it("422 names other fields", async () => {
    const { status, body } = await ask({ query: "{ a }", token: "x" });
    expect(status).to.equal(422);
    expect(body.detail[0]).to.deep.include({ loc: ["body", "token"], type: "extra_forbidden" });
  });

  it("413 takes 20 kB", async () => {
    const { status } = await ask({ query: "{ a }", variables: { v: "x".repeat(20 * 1024) } });
    expect(status).to.equal(413);
  });

  it("400 and 415 as everywhere", async () => {
    const headers = { "content-type": "application/json" };
    expect((await call("POST", "/graphql", { raw: "{", headers })).status).to.equal(400);
    const graphql = { "content-type": "application/graphql" };
    expect((await call("POST", "/graphql", { raw: "{ a }", headers: graphql })).status).to.equal(415);
  });

  it("503 says that the indexer's server does not answer, or not as GraphQL does", async () => {
    for (const body of ["<html>", "[]", "{}", "null"]) {
      reply = { status: 502, body };
      const answer = await ask({ query: "{ a }" });
      expect(answer.status).to.equal(503);
      expect(answer.body.code).to.equal("service_unavailable");
    }
    const away = await world().call("POST", "/graphql", { json: { query: "{ a }" } });
    expect(away.status).to.equal(503);
  });

  it("405 for anything but POST", async () => {
    const { status, headers } = await call("GET", "/graphql");
    expect(status).to.equal(405);
    expect(headers.get("allow")).to.equal("POST");
  });
});
