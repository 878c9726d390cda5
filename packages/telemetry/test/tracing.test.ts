import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { startTracing, traced, traceparent } from "../src/tracing.ts";

describe("tracing", () => {
  it("does nothing but the work until a collector is named, and then sends spans without what an error says", async () => {
    await startTracing("test", undefined).stop();
    const off = await traced("work", { attributes: {}, parent: null }, async () => traceparent());
    expect(off).to.equal(null);

    const bodies: string[] = [];
    const server = createServer(async (request, response) => {
      let body = "";
      for await (const chunk of request) body += chunk;
      bodies.push(`${request.url} ${body}`);
      response.writeHead(200, { "content-type": "application/json" }).end("{}");
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const tracing = startTracing("test", `http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    expect(traceparent()).to.equal(null);
    const parent = `00-${"a".repeat(32)}-${"b".repeat(16)}-01`;
    const within = await traced("outer", { attributes: { settlement_id: "s" }, parent }, () =>
      traced("inner", { attributes: {} }, async () => traceparent()),
    );
    expect(within).to.match(/^00-a{32}-[0-9a-f]{16}-01$/);
    const fault = await traced("failing", { attributes: {}, parent: null }, async () => {
      throw new TypeError("the secret is 0x1234");
    }).then(
      () => null,
      (error: Error) => error.message,
    );
    expect(fault).to.equal("the secret is 0x1234");
    // What somebody wrote into a row that is no traceparent begins a trace.
    expect(await traced("odd", { attributes: {}, parent: "nonsense" }, async () => traceparent())).to.match(/^00-/);
    await tracing.stop();
    server.close();

    const [path, body] = bodies.join("").split(/ (.*)/s);
    expect(path).to.equal("/v1/traces");
    const [of] = JSON.parse(body as string).resourceSpans;
    expect(of.resource.attributes).to.deep.include({ key: "service.name", value: { stringValue: "test" } });
    const spans = of.scopeSpans[0].spans as {
      name: string;
      parentSpanId?: string;
      spanId: string;
      status: { code: number };
    }[];
    const [inner, outer, failing] = spans;
    expect([inner?.name, inner?.parentSpanId]).to.deep.equal(["inner", outer?.spanId]);
    expect([outer?.name, outer?.parentSpanId]).to.deep.equal(["outer", "b".repeat(16)]);
    expect([failing?.name, failing?.parentSpanId, failing?.status.code]).to.deep.equal(["failing", undefined, 2]);
    expect(body).to.include("TypeError").and.not.include("0x1234");
  });
});
