import { expect } from "chai";
import { ListError } from "../../../src/errors.ts";
import { FILE_NAMES, type FileName } from "../../../src/screening/lists/formats.ts";
import { downloading } from "../../../src/screening/lists/import/download.ts";
import { SOURCES } from "../../../src/screening/lists/import/sources.ts";
import { type Exchange, serveHttp, type TestServer } from "../../support/http-server.ts";

describe("downloading a list", function () {
  this.timeout(30_000);
  let server: TestServer;
  let handle: (exchange: Exchange) => void;
  let asked: string[];
  beforeEach(async () => {
    asked = [];
    server = await serveHttp((exchange) => {
      asked.push(exchange.url.pathname);
      handle(exchange);
    });
  });
  afterEach(() => server.close());

  const urls = (url: string) => Object.fromEntries(FILE_NAMES.map((name) => [name, url])) as Record<FileName, string>;
  const get = (url = `${server.url}/UN.XML`, limits = { timeoutMs: 60_000, maxBytes: 1_000 }) =>
    downloading(urls(url), limits)("UN.XML");
  const failure = async (...how: Parameters<typeof get>) => {
    const error = await get(...how).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(ListError);
    return (error as Error).message;
  };

  it("takes the lists from where they are published, by https alone", () => {
    expect(Object.keys(SOURCES)).to.have.members([...FILE_NAMES]);
    for (const url of Object.values(SOURCES)) expect(new URL(url).protocol).to.equal("https:");
  });

  it("says where a file came from and when it was changed, without the signature of its storage", async () => {
    handle = ({ url, response }) => {
      if (url.pathname === "/UN.XML")
        response.writeHead(302, { location: "/storage/UN.XML?X-Amz-Signature=abc" }).end();
      else response.writeHead(200, { "last-modified": "Fri, 20 Nov 2026 14:00:00 GMT" }).end("whole");
    };
    expect(await get()).to.deep.equal({
      bytes: Buffer.from("whole"),
      source: `${server.url}/storage/UN.XML`,
      changedAt: new Date("2026-11-20T14:00:00.000Z"),
    });
    handle = ({ response }) => response.end("whole");
    expect(await get()).to.deep.include({ changedAt: null });
  });

  it("follows no redirect without end, and none to where it would not have asked", async () => {
    handle = ({ url, response }) => response.writeHead(302, { location: `${url.pathname}x` }).end();
    expect(await failure()).to.equal("UN.XML: is redirected more than 5 times");
    expect(asked).to.have.length(6);
    for (const [location, told] of [
      ["http://lists.example/UN.XML", "http://lists.example"],
      ["ftp://lists.example/UN.XML", "ftp://lists.example"],
      ["file:///etc/passwd", "file://"],
    ] as const) {
      handle = ({ response }) => response.writeHead(301, { location }).end();
      expect(await failure()).to.equal(`UN.XML: ${told} is not asked: only https, or http on this machine`);
    }
    expect(await failure("http://lists.example/")).to.match(/^UN\.XML: http:\/\/lists\.example is not asked/);
  });

  it("takes nothing that is not the whole file", async () => {
    for (const status of [204, 206, 304, 403, 404, 500]) {
      handle = ({ response }) => response.writeHead(status).end();
      expect(await failure()).to.match(new RegExp(`^UN\\.XML: 127\\.0\\.0\\.1:\\d+ answered ${status}$`));
    }
    handle = ({ response }) => response.writeHead(200).end("x".repeat(1_001));
    expect(await failure()).to.equal("UN.XML: has more than 1000 bytes");
    handle = ({ response }) =>
      response.writeHead(200, { "content-length": "100" }).end("half", () => response.socket?.destroy());
    expect(await failure()).to.match(/^UN\.XML: its download broke off/);
    handle = ({ response }) => void response.writeHead(200).write("half");
    expect(await failure(undefined, { timeoutMs: 200, maxBytes: 1_000 })).to.equal(
      "UN.XML: its download took longer than 0.2 seconds",
    );
  });
});
