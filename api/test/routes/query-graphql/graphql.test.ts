import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import type { Call } from "../../support/client.ts";
import { useWorld } from "../../support/world.ts";

describe("POST /graphql", () => {
  const world = useWorld();
  let server: Server;
  let call: Call;
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
    const graphqlUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
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
