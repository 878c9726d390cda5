import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { ListError } from "../../src/errors.ts";
import type { ScreeningProvider } from "../../src/screening/provider.ts";
import { loadSanctionsList } from "../../src/screening/sanctions-list.ts";

const { signal } = new AbortController();
const shipped = new URL("../../lists", import.meta.url).pathname;

describe("the shipped list", () => {
  let list: ScreeningProvider;
  before(async () => {
    list = await loadSanctionsList(shipped);
  });

  const entity = async (name: string) => (await list.screenEntity({ name }, signal)).status;

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
    const wallet = async (address: `0x${string}`, chainId: number | null) =>
      (await list.screenWallet({ address, chainId }, signal)).status;
    expect(await wallet("0x0BAD0bad0bad0bad0bad0bad0bad0bad0bad0bad", 84532)).to.equal("fail");
    expect(await wallet("0x0bad0bad0bad0bad0bad0bad0bad0bad0bad0bad", null)).to.equal("fail");
    expect(await wallet("0x0bad0bad0bad0bad0bad0bad0bad0bad0bad0bae", 84532)).to.equal("pass");
  });

  it("gives every finding a reference of its own that names the list's version and nobody", async () => {
    const [one, two] = await Promise.all([
      entityFinding("KEYSTONE TEST BLOCKED 01"),
      entityFinding("KEYSTONE TEST BLOCKED 01"),
    ]);
    expect(one.referenceId).to.match(/^sanctions_list:[0-9a-f]{16}:[0-9a-f-]{36}$/);
    expect(one.referenceId).to.not.equal(two.referenceId);
    expect(one).to.deep.include({ status: "fail", riskScore: 100, matchedLists: ["SDN"] });
    expect(await entityFinding("Alpine Bank AG")).to.deep.include({ status: "pass", matchedLists: [] });
  });

  const entityFinding = (name: string) => list.screenEntity({ name }, signal);
});

describe("loading a list", () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "keystone-lists-"));
  });
  afterEach(() => rm(directory, { recursive: true }));

  const refusal = () =>
    loadSanctionsList(directory).then(
      () => null,
      (error: unknown) => error as Error,
    );

  it("is refused without a main file, or with a malformed one, before anybody is screened", async () => {
    expect(await refusal())
      .to.be.instanceOf(ListError)
      .with.property("message")
      .that.contains("has no SDN.CSV");
    await writeFile(join(directory, "sdn.csv"), '1,"A"\n');
    expect(await refusal())
      .to.be.instanceOf(ListError)
      .with.property("message", "SDN.CSV, line 1: has 2 columns instead of 12");
    await rm(directory, { recursive: true });
    expect(await refusal()).to.be.instanceOf(ListError);
    directory = await mkdtemp(join(tmpdir(), "keystone-lists-"));
  });

  it("reads older publications in Latin-1", async () => {
    const row = '1,"MU\u00d1OZ",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \r\n';
    await writeFile(join(directory, "SDN.CSV"), Buffer.from(row, "latin1"));
    const list = await loadSanctionsList(directory);
    expect((await list.screenEntity({ name: "Muñoz" }, signal)).status).to.equal("fail");
  });
});
