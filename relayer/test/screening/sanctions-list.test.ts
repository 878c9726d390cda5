import { readFile, rename, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { ListError } from "../../src/errors.ts";
import { createLogger } from "../../src/log.ts";
import { openSanctionsList, type SanctionsList } from "../../src/screening/sanctions-list.ts";
import { euXml, type ListDirectory, listDirectory, sdnRow, shippedLists, silent, unXml } from "../support/lists.ts";

const { signal } = new AbortController();
const KEY = "00".repeat(32);
const screen = (list: SanctionsList, name: string) => list.screenEntity({ name, key: KEY }, signal);

describe("the shipped list", function () {
  this.timeout(30_000);
  let list: SanctionsList;
  before(async () => {
    list = await shippedLists();
  });

  const entity = async (name: string) => (await screen(list, name)).status;

  it("fails exact names and aliases in any spelling of the same words", async () => {
    expect(await entity("KEYSTONE TEST BLOCKED 01")).to.equal("fail");
    expect(await entity("blocked 02, Keystone-Test")).to.equal("fail");
    expect(await entity("Keystone Test Alias 01")).to.equal("fail");
    expect(await entity("Keystone Test Three Blocked")).to.equal("fail");
  });

  it("flags near names and one of no letters, and passes the others", async () => {
    expect(await entity("KEYSTONE TEST BLOCKD 01")).to.equal("flagged");
    expect(await entity("Keystone Test Blocked 01 Holdings Ltd")).to.equal("flagged");
    expect(await entity("KEYSTONE TEST BLOCKED 09")).to.equal("flagged");
    expect(await entity(" - ")).to.equal("flagged");
    expect(await entity("Alpine Bank AG")).to.equal("pass");
    expect(await entity("Keystone Test Seller")).to.equal("pass");
  });

  it("fails a listed wallet in any case, on any chain, and passes another", async () => {
    const wallet = async (address: `0x${string}`, chainIds: number[]) =>
      (await list.screenWallet({ address, chainIds }, signal)).status;
    expect(await wallet("0x0BAD0bad0bad0bad0bad0bad0bad0bad0bad0bad", [84532, 11155111])).to.equal("fail");
    expect(await wallet("0x0bad0bad0bad0bad0bad0bad0bad0bad0bad0bad", [1])).to.equal("fail");
    expect(await wallet("0x0bad0bad0bad0bad0bad0bad0bad0bad0bad0bae", [84532])).to.equal("pass");
  });

  it("gives every finding a reference of its own that names the list's day and nobody", async () => {
    const [one, two] = [await screen(list, "KEYSTONE TEST BLOCKED 01"), await screen(list, "KEYSTONE TEST BLOCKED 01")];
    expect(one.referenceId).to.match(/^sanctions_list:SDN=2026-01-01:[0-9a-f-]{36}$/);
    expect(one.referenceId).to.not.equal(two.referenceId);
    expect(one).to.deep.include({ status: "fail", riskScore: 100, matchedLists: ["SDN"] });
    expect(await screen(list, "Alpine Bank AG")).to.deep.include({ status: "pass", matchedLists: [] });
  });
});

describe("imported lists", function () {
  this.timeout(30_000);
  let directory: ListDirectory;
  beforeEach(async () => {
    directory = await listDirectory();
  });
  afterEach(() => directory.remove());

  const open = () => openSanctionsList(directory.path, silent);
  const refusal = async () => {
    const error = await open().catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(ListError);
    return (error as Error).message;
  };

  it("say which of them hold a name, exactly or nearly, and of which day they are", async () => {
    await directory.import({
      "SDN.CSV": sdnRow(1, "PETROV, Ivan"),
      "EU.XML": euXml([["Ivan Petrow", "Иван Петров"]], "2026-11-19T00:00:00.000Z"),
      "UN.XML": unXml([{ parts: ["SOMEBODY", "ELSE"], comments: `0x${"9".repeat(40)}` }], "2026-10-08T23:00:06.496Z"),
    });
    const list = await open();
    const found = await screen(list, "Ivan Petrov");
    expect(found).to.deep.include({ status: "fail", matchedLists: ["EU", "SDN"] });
    expect(found.referenceId).to.match(
      /^sanctions_list:SDN=\d{4}-\d\d-\d\d,EU=2026-11-19,UN=2026-10-08:[0-9a-f-]{36}$/,
    );
    // In its own script it is exact; written in another one it is for somebody to look at.
    expect(await screen(list, "Петров Иван")).to.deep.include({ status: "fail", matchedLists: ["EU", "SDN"] });
    expect(await screen(list, "Сомебоды Елсе")).to.deep.include({
      status: "flagged",
      riskScore: 99,
      matchedLists: ["UN"],
    });
    expect(await list.screenWallet({ address: `0x${"9".repeat(40)}`, chainIds: [1] }, signal)).to.deep.include({
      status: "fail",
      matchedLists: ["UN"],
    });
  });

  it("are refused at the start when there are none, or one is not what was imported", async () => {
    expect(await refusal()).to.contain('has no manifest.json; "npm run lists" imports lists into a directory');
    await directory.import({ "SDN.CSV": sdnRow(1, "ALPHA") });
    const manifest = join(directory.path, "manifest.json");
    const text = await readFile(manifest, "utf8");
    const path = JSON.parse(text).lists[0].files[0].path;
    await truncate(join(directory.path, path), 10);
    expect(await refusal()).to.equal(`${path}: is not the file that was imported`);
    await rm(join(directory.path, path));
    expect(await refusal()).to.equal(`${path}: cannot be read, though the manifest names it`);
    await writeFile(manifest, text.replace(path, "../../etc/passwd"));
    expect(await refusal()).to.match(/^manifest\.json: lists\.0\.files\.0\.path: /);
    await writeFile(manifest, text.slice(0, 50));
    expect(await refusal()).to.equal("manifest.json: is no JSON");
  });

  it("are followed by the next screening, with no restart", async () => {
    await directory.import({ "SDN.CSV": sdnRow(1, "ALPHA TRADING") });
    const list = await open();
    expect((await screen(list, "Beta Shipping")).status).to.equal("pass");
    await directory.import({ "SDN.CSV": sdnRow(1, "ALPHA TRADING") + sdnRow(2, "BETA SHIPPING") });
    const found = await Promise.all([screen(list, "Beta Shipping"), screen(list, "Beta Shipping")]);
    expect(found.map(({ status }) => status)).to.deep.equal(["fail", "fail"]);
  });

  it("say how old they are, also when an import has found nothing new", async () => {
    const files = { "EU.XML": euXml([["ALPHA"]], "2026-11-19T00:00:00.000Z") };
    await directory.import(files, { now: new Date("2026-11-20T00:00:00.000Z") });
    const list = await open();
    const { changed } = await directory.import(files, { now: new Date("2026-11-21T00:00:00.000Z") });
    expect(changed).to.equal(false);
    await screen(list, "anybody");
    expect(list.status()).to.deep.equal([
      {
        list: "EU",
        publishedAt: new Date("2026-11-19T00:00:00.000Z"),
        importedAt: new Date("2026-11-21T00:00:00.000Z"),
      },
    ]);
  });

  it("stay those that were read whole while the newer ones cannot be, and it is said once", async () => {
    const said: string[] = [];
    const log = createLogger("error", { write: (line: string) => void said.push(JSON.parse(line).error) });
    await directory.import({ "SDN.CSV": sdnRow(1, "ALPHA TRADING") });
    const list = await openSanctionsList(directory.path, log);
    const { manifest } = await directory.import({ "SDN.CSV": sdnRow(1, "ALPHA TRADING") + sdnRow(2, "BETA SHIPPING") });
    const file = join(directory.path, manifest.lists[0]?.files[0]?.path ?? "");
    await rename(file, `${file}.away`);
    expect((await screen(list, "Alpha Trading")).status).to.equal("fail");
    expect((await screen(list, "Beta Shipping")).status).to.equal("pass");
    expect(said).to.have.length(1);
    expect(said[0]).to.match(/cannot be read, though the manifest names it$/);
    await rename(`${file}.away`, file);
    await directory.import({ "SDN.CSV": sdnRow(1, "ALPHA TRADING") + sdnRow(2, "BETA SHIPPING") });
    expect((await screen(list, "Beta Shipping")).status).to.equal("fail");
    await rm(directory.path, { recursive: true });
    expect((await screen(list, "Beta Shipping")).status).to.equal("fail");
  });

  it("are read in Latin-1 where OFAC's are older", async () => {
    await directory.import({ "sdn.csv": Buffer.from(sdnRow(1, "MUÑOZ"), "latin1") });
    expect((await screen(await open(), "Muñoz")).status).to.equal("fail");
  });
});
