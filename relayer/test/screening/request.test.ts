import { gzipSync } from "node:zlib";
import { expect } from "chai";
import { Unavailable } from "../../src/screening/provider.ts";
import { request } from "../../src/screening/request.ts";
import { type Exchange, serveHttp, type TestServer } from "../support/http-server.ts";

describe("asking a provider", function () {
  this.timeout(30_000);
  let server: TestServer;
  let handle: (exchange: Exchange) => void;
  beforeEach(async () => {
    server = await serveHttp((exchange) => handle(exchange));
  });
  afterEach(() => server.close());

  const ask = (signal = new AbortController().signal, maxBytes?: number) =>
    request({ method: "GET", url: new URL(`${server.url}/of/a/Person`), headers: {} }, signal, maxBytes);
  const failure = (...how: Parameters<typeof ask>) =>
    ask(...how).then(
      () => null,
      (error: Error) => error,
    );

  it("gives what was answered: JSON of a 2xx, and of anything else the status alone", async () => {
    handle = ({ response }) => response.writeHead(200).end('{"a":[1]}');
    expect(await ask()).to.deep.equal({ status: 200, body: { a: [1] } });
    for (const status of [204, 301, 400, 401, 403, 404]) {
      handle = ({ response }) =>
        response.writeHead(status, { location: "/elsewhere" }).end(status === 204 ? "" : '{"of":"Person"}');
      expect(await ask()).to.deep.equal({ status, body: null });
    }
  });

  it("never follows a redirect, and says no word of the answer or of the path", async () => {
    const paths: string[] = [];
    handle = ({ url, response }) => {
      paths.push(url.pathname);
      response.writeHead(302, { location: "/elsewhere" }).end();
    };
    await ask();
    expect(paths).to.deep.equal(["/of/a/Person"]);
    for (const status of [200, 500]) {
      handle = ({ response }) => response.writeHead(status).end("<p>a Person</p>");
      expect((await failure())?.message).to.match(/^127\.0\.0\.1:\d+ answered \d+( with no JSON)?$/);
    }
  });

  it("reads no more than it may, packed or in pieces without end", async () => {
    const much = Buffer.from(`"${"x".repeat(100_000)}"`);
    handle = ({ response }) => response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(much));
    expect((await failure(undefined, 99_999))?.message).to.match(/answered 200 with more than 99999 bytes$/);
    expect(await ask(undefined, 100_002)).to.deep.include({ status: 200 });
    let closed: () => void = () => undefined;
    const gone = new Promise<void>((resolve) => (closed = resolve));
    handle = ({ response }) => {
      response.writeHead(200);
      response.on("close", closed);
      const more = () => {
        while (!response.destroyed && response.write("x".repeat(10_000)));
      };
      response.on("drain", more);
      more();
    };
    expect((await failure(undefined, 50_000))?.message).to.match(/with more than 50000 bytes$/);
    await gone;
  });

  it("leaves an answer that never ends when nobody waits for it any more", async () => {
    for (const trickle of ["", '{"a":']) {
      const controller = new AbortController();
      const gone = new Promise<void>((resolve) => {
        handle = ({ response }) => {
          response.on("close", resolve);
          response.writeHead(200);
          response.write(trickle === "" ? " " : trickle);
          controller.abort(new Error("too late"));
        };
      });
      const error = await failure(controller.signal);
      expect(error).to.not.be.instanceOf(Unavailable);
      expect(error?.message).to.equal("too late");
      await gone;
    }
  });

  it("can be asked again after a 429, a 5xx, or no answer at all", async () => {
    const outcomes: [(exchange: Exchange) => void, RegExp, number | null][] = [
      [({ response }) => response.writeHead(429, { "retry-after": "120" }).end("no"), /answered 429$/, 120],
      [({ response }) => response.writeHead(503).end("x".repeat(100)), /answered 503$/, null],
      [({ response }) => response.writeHead(500, { "retry-after": "soon" }).end(), /answered 500$/, null],
      [
        ({ response }) => response.writeHead(500, { "retry-after": "Thu, 01 Jan 1970 00:00:00 GMT" }).end(),
        /answered 500$/,
        0,
      ],
      [({ response }) => void response.socket?.destroy(), /could not be asked: UND_ERR_SOCKET$/, null],
      [
        ({ response }) =>
          response.writeHead(200, { "content-length": "10" }).end("half", () => response.socket?.destroy()),
        /could not be asked/,
        null,
      ],
    ];
    for (const [answer, message, wait] of outcomes) {
      handle = answer;
      const error = await failure(undefined, 50);
      expect(error).to.be.instanceOf(Unavailable).with.property("retryAfterSeconds", wait);
      expect(error?.message).to.match(message);
    }
    await server.close();
    expect((await failure())?.message).to.match(/could not be asked: ECONNREFUSED$/);
  });
});
