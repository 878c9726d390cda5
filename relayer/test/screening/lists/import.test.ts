import { execFile } from "node:child_process";
import { cp, readdir, readFile, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { RelayerError } from "../../../src/errors.ts";
import { FILE_NAMES, type FileName } from "../../../src/screening/lists/formats.ts";
import { downloading } from "../../../src/screening/lists/import/download.ts";
import type { Fetch } from "../../../src/screening/lists/import/fetched.ts";
import { readingFrom } from "../../../src/screening/lists/import/from-directory.ts";
import { importLists, ListsRefused } from "../../../src/screening/lists/import/import-lists.ts";
import { openSanctionsList } from "../../../src/screening/sanctions-list.ts";
import { serveHttp, type TestServer } from "../../support/http-server.ts";
import { euXml, type ListDirectory, listDirectory, sdnRow, silent, unXml } from "../../support/lists.ts";

const command = new URL("../../../src/screening/lists/import/main.ts", import.meta.url).pathname;
const changed = "Fri, 20 Nov 2026 14:00:00 GMT";

/** Many entries of one name. */
const many = (count: number, name = "ALPHA") => Array.from({ length: count }, (_, index) => [`${name} ${index}`]);

describe("npm run lists", function () {
  this.timeout(60_000);
  let server: TestServer;
  let files: Record<string, string>;
  let directory: ListDirectory;

  beforeEach(async () => {
    files = {
      "SDN.CSV": sdnRow(1, "DOE, John", `Digital Currency Address - ETH 0x${"7".repeat(40)}.`) + sdnRow(2, "ACME"),
      "ALT.CSV": '1,12,"aka","DOE, Johnny",-0- \r\n\u001A',
      "ADD.CSV": '1,25,-0- ,"Havana","Cuba",-0- \r\n',
      "SDN_COMMENTS.CSV": '2,"more"\r\n',
      "EU.XML": euXml(many(10), "2026-11-19T00:00:00.000Z"),
      "UN.XML": unXml([{ parts: ["SOMEBODY", "ELSE"] }], "2026-10-08T23:00:06.496Z"),
    };
    server = await serveHttp(({ url, response }) => {
      const text = files[url.pathname.slice("/lists/".length)];
      if (text === undefined) response.writeHead(404).end("<html>not here</html>");
      else response.writeHead(200, { "last-modified": changed }).end(text);
    });
    directory = await listDirectory();
  });
  afterEach(async () => {
    await server.close();
    await directory.remove();
  });

  /** Runs the command to its end. */
  const run = (...words: string[]) =>
    new Promise<{ code: number; out: string; error: string }>((resolve) => {
      execFile(process.execPath, [command, "--dir", directory.path, ...words], (error, out, told) =>
        resolve({ code: Number(error?.code ?? 0), out, error: told }),
      );
    });
  const mirror = () => `${server.url}/lists`;
  /** What the command does, without a process of its own; "the lists" or "the same", or why not. */
  const attempt = async (fetch: Fetch, { force = false, inPlace = false } = {}): Promise<string> => {
    const options = { directory: directory.path, fetch, inPlace, force, now: new Date(), tell: () => undefined };
    const error = await importLists(options).then(
      ({ changed }) => (changed ? "the lists" : "the same"),
      (reason: unknown) => reason,
    );
    if (typeof error === "string") return error;
    expect(error).to.be.instanceOf(RelayerError);
    return `${error instanceof ListsRefused ? "refused" : "not had"}: ${(error as Error).message}`;
  };
  const download = (options = {}) => {
    const urls = Object.fromEntries(FILE_NAMES.map((name) => [name, `${mirror()}/${name}`]));
    return attempt(downloading(urls as Record<FileName, string>), options);
  };
  const manifest = () => readFile(join(directory.path, "manifest.json"), "utf8");
  const screen = async (name: string) =>
    (await openSanctionsList(directory.path, silent)).screenEntity({ name, key: "" }, new AbortController().signal);

  it("downloads, reads and puts in place all lists, and says of each file what it is", async () => {
    const { code, out, error } = await run("--mirror", mirror(), "--json");
    expect([code, error.split("\n").length]).to.deep.equal([0, 10]);
    const told = JSON.parse(out);
    expect(told.changed).to.equal(true);
    const summary = told.lists.map(({ files: _, ...list }: { files: unknown }) => list);
    expect(summary).to.deep.equal([
      { list: "SDN", published_at: "2026-11-20T14:00:00.000Z", entries: 2, names: 3, wallets: 1 },
      { list: "EU", published_at: "2026-11-19T00:00:00.000Z", entries: 10, names: 10, wallets: 0 },
      { list: "UN", published_at: "2026-10-08T23:00:06.496Z", entries: 1, names: 1, wallets: 0 },
    ]);
    const { name, path, bytes, source } = told.lists[2].files[0];
    expect([name, bytes, source]).to.deep.equal([
      "UN.XML",
      Buffer.byteLength(files["UN.XML"] ?? ""),
      `${server.url}/lists/UN.XML`,
    ]);
    expect(await readFile(join(directory.path, path), "utf8")).to.equal(files["UN.XML"]);
    expect(JSON.parse(await manifest())).to.deep.equal({ imported_at: told.imported_at, lists: told.lists });
    expect(await screen("Somebody Else")).to.deep.include({ status: "fail", matchedLists: ["UN"] });
  });

  it("finds that nothing is new, keeps the files where they are, and says when it has looked", async () => {
    await download();
    const before = JSON.parse(await manifest());
    expect(await download()).to.equal("the same");
    const after = JSON.parse(await manifest());
    expect(after.lists).to.deep.equal(before.lists);
    expect(Date.parse(after.imported_at)).to.be.greaterThan(Date.parse(before.imported_at));
    expect(await readdir(directory.path)).to.have.length(2);
  });

  it("changes nothing when one list cannot be had, or read to its end", async () => {
    await download();
    const before = await manifest();
    const entries = await readdir(directory.path);
    const whole = { ...files };
    for (const [name, text, message] of [
      ["UN.XML", undefined, /^not had: UN\.XML: 127\.0\.0\.1:\d+ answered 404$/],
      ["EU.XML", whole["EU.XML"]?.slice(0, 900), /^not had: EU\.XML, line \d+: /],
      ["ALT.CSV", '99,12,"aka","GHOST",-0- \r\n', /^not had: ALT\.CSV, line 1: ent_num 99 is not in SDN\.CSV$/],
      ["SDN.CSV", "<html>maintenance</html>", /^not had: SDN\.CSV, line 1: has 1 columns instead of 12$/],
    ] as const) {
      files = { ...whole };
      if (text === undefined) delete files[name];
      else files[name] = text;
      expect(await download({ force: true })).to.match(message);
    }
    const { code, out, error } = await run("--mirror", mirror(), "--force");
    expect([code, out]).to.deep.equal([2, ""]);
    expect(error).to.match(/^SDN\.CSV, line 1: has 1 columns instead of 12$/m);
    expect(await manifest()).to.equal(before);
    expect(await readdir(directory.path)).to.deep.equal(entries);
  });

  it("takes no older, smaller or missing list in the place of one, unless it is told to", async () => {
    await download();
    const before = await manifest();
    const refused = async (message: RegExp) => {
      const answer = await download();
      expect(answer).to.match(/^refused: nothing was changed; look at it, and then use --force:\n/);
      expect(answer).to.match(message);
      expect(await manifest()).to.equal(before);
    };
    files["EU.XML"] = euXml(many(10), "2026-11-18T00:00:00.000Z");
    await refused(/EU was published 2026-11-18T00:00:00\.000Z, before the present one of 2026-11-19T00:00:00\.000Z/);
    files["EU.XML"] = euXml(many(8), "2026-11-20T00:00:00.000Z");
    await refused(/EU has 8 entries, and the present one 10/);
    const { code, error } = await run("--mirror", mirror());
    expect([code, error.includes("nothing was changed")]).to.deep.equal([1, true]);
    expect(await download({ force: true })).to.equal("the lists");
    expect(JSON.parse(await manifest()).lists[1].entries).to.equal(8);
    files["EU.XML"] = euXml([...many(8), ["BETA"]], "2026-11-21T00:00:00.000Z");
    expect(await download()).to.equal("the lists");

    await writeFile(join(directory.path, "UN.XML"), files["UN.XML"] ?? "");
    expect(await attempt(await readingFrom(directory.path))).to.match(
      /SDN is missing, and is screened against now\n {2}EU is missing/,
    );
  });

  it("takes what lies in a directory, in it too, and leaves there what it names", async () => {
    await cp(new URL("../../../lists", import.meta.url).pathname, directory.path, { recursive: true });
    const { code } = await run("--from", directory.path);
    expect(code).to.equal(0);
    expect(JSON.parse(await manifest()).lists[0].files.map(({ path }: { path: string }) => path)).to.deep.equal([
      "SDN.CSV",
      "ALT.CSV",
      "ADD.CSV",
    ]);
    expect((await screen("KEYSTONE TEST BLOCKED 01")).status).to.equal("fail");
    const nowhere = await readingFrom(join(directory.path, "nowhere")).catch((error: Error) => error.message);
    expect(nowhere).to.equal(`${join(directory.path, "nowhere")}: cannot be read`);
  });

  it("mends a directory whose files are not what was imported", async () => {
    await download();
    const [{ files: listed }] = JSON.parse(await manifest()).lists;
    await writeFile(join(directory.path, listed[0].path), "broken");
    expect(await download()).to.equal("the lists");
    expect((await screen("Doe, John")).status).to.equal("fail");
    await writeFile(join(directory.path, "manifest.json"), "{}");
    expect(await download()).to.match(/^refused: /);
    expect(await download({ force: true })).to.equal("the lists");
  });

  it("removes what earlier imports have left when nobody reads it any more, and nothing else", async () => {
    const days = (count: number) => new Date(Date.now() - count * 24 * 3600 * 1000);
    const sdn = (count: number) => ({
      "SDN.CSV": many(count)
        .map(([name = ""], index) => sdnRow(index, name))
        .join(""),
    });
    await directory.import(sdn(1));
    const [first = ""] = (await readdir(directory.path)).filter((name) => /^[0-9a-f]{16}$/.test(name));
    await writeFile(join(directory.path, "notes.txt"), "mine");
    await directory.import(sdn(2));
    expect(await readdir(directory.path)).to.include(first);
    await utimes(join(directory.path, first), days(2), days(2));
    await directory.import(sdn(3));
    const left = await readdir(directory.path);
    expect(left).to.not.include(first);
    expect(left).to.have.length(4).and.include.members(["notes.txt", "manifest.json"]);
    const { lists } = JSON.parse(await manifest());
    expect((await stat(join(directory.path, lists[0].files[0].path))).isFile()).to.equal(true);
  });

  it("is never half done for whoever reads while it is imported, by many at once too", async () => {
    const versions = Array.from({ length: 6 }, (_, index) =>
      euXml([["CONSTANT"], ...many(index)], "2026-11-20T00:00:00.000Z"),
    );
    await directory.import({ "EU.XML": versions[0] ?? "" });
    let importing = true;
    const reading = (async () => {
      const seen: string[] = [];
      while (importing) {
        const list = await openSanctionsList(directory.path, silent);
        seen.push((await list.screenEntity({ name: "Constant", key: "" }, new AbortController().signal)).status);
      }
      return seen;
    })();
    await Promise.all(versions.map((text) => directory.import({ "EU.XML": text }, { force: true })));
    importing = false;
    const seen = await reading;
    expect(seen.length).to.be.greaterThan(0);
    expect(new Set(seen)).to.deep.equal(new Set(["fail"]));
  });

  it("says how it is used when it is used otherwise", async () => {
    const wrong = [["--from", "a", "--mirror", "https://b.example"], ["--mirror", "nonsense"], ["stray"]];
    for (const words of wrong) {
      const { code, out, error } = await run(...words);
      expect([code, out]).to.deep.equal([2, ""]);
      expect(error).to.contain("Usage: npm run lists -- --dir DIR");
    }
  });
});
