import { expect } from "chai";
import { z } from "zod";
import { ConfigError } from "../../src/errors.ts";
import { readScreening, screeningVariables } from "../../src/screening/config.ts";
import { openScreening } from "../../src/screening/open.ts";
import { silent } from "../support/lists.ts";

const LSEG = {
  LSEG_URL: "https://api-worldcheck.refinitiv.com/v2/",
  LSEG_API_KEY: "2152c649-892d-40f6-be73-cf5b03db6924",
  LSEG_API_SECRET: "c2VjcmV0==",
  LSEG_GROUP_ID: "5nzbfqact4r91f3djfkjtszzh",
};
const OWL = { CIPHEROWL_URL: "https://svc.cipherowl.ai", CIPHEROWL_CLIENT_ID: "id", CIPHEROWL_CLIENT_SECRET: "hush" };
const LISTS = { SANCTIONS_LIST_DIR: new URL("../../lists", import.meta.url).pathname };
const templates = (entity_providers: string[], wallet_providers = entity_providers) => ({
  entity_providers,
  wallet_providers,
});
const bought = templates(["lseg_worldcheck"], ["cipherowl"]);

const read = (env: object, names = templates(["sanctions_list"])) =>
  readScreening(z.object(screeningVariables).parse(env), names);
const failure = (env: object, names?: ReturnType<typeof templates>): string => {
  try {
    read(env, names);
  } catch (error) {
    expect(error).to.be.instanceOf(ConfigError);
    return (error as Error).message;
  }
  throw new Error("the configuration was taken");
};

describe("the configuration of screening", () => {
  it("has the providers whose variables are there, each under the name that templates use", async () => {
    expect(read(LISTS)).to.deep.include({ worldCheck: null, cipherOwl: null });
    const all = read({ ...LISTS, ...LSEG, ...OWL }, bought);
    expect(all.worldCheck).to.deep.equal({
      url: "https://api-worldcheck.refinitiv.com/v2",
      key: LSEG.LSEG_API_KEY,
      secret: LSEG.LSEG_API_SECRET,
      groupId: LSEG.LSEG_GROUP_ID,
    });
    const { providers, sanctionsList } = await openScreening(all, silent);
    expect([...providers.keys()]).to.deep.equal(["sanctions_list", "lseg_worldcheck", "cipherowl"]);
    for (const [name, provider] of providers) expect(provider.name).to.equal(name);
    expect(sanctionsList?.status().map(({ list }) => list)).to.deep.equal(["SDN"]);
    const { providers: two, sanctionsList: none } = await openScreening(read({ ...LSEG, ...OWL }, bought), silent);
    expect([[...two.keys()], none]).to.deep.equal([["lseg_worldcheck", "cipherowl"], null]);
  });

  it("has all variables of a provider or none, and names the first that is missing", () => {
    for (const group of [LSEG, OWL]) {
      const names = Object.keys(group);
      for (const missing of names) {
        const { [missing as "LSEG_URL"]: _, ...rest } = group as typeof LSEG;
        const first = names.find((name) => name !== missing);
        expect(failure({ ...LISTS, ...rest })).to.equal(`${missing}: is missing, and ${first} goes with it`);
      }
    }
  });

  it("is refused when the deployment's templates name a provider that is not there, or cannot be asked that", () => {
    expect(failure({})).to.equal("SANCTIONS_LIST_DIR: is missing, and templates.entity_providers name sanctions_list");
    expect(failure({ ...LISTS, ...OWL }, bought)).to.equal(
      "LSEG_URL: is missing, and templates.entity_providers name lseg_worldcheck",
    );
    expect(failure({ ...LISTS, ...LSEG }, bought)).to.equal(
      "CIPHEROWL_URL: is missing, and templates.wallet_providers name cipherowl",
    );
    const cannot = "is no provider that can be asked there";
    const every = { ...LISTS, ...LSEG, ...OWL };
    expect(failure(every, templates(["cipherowl"], ["cipherowl"]))).to.equal(
      `DEPLOYMENTS_FILE: templates.entity_providers: cipherowl ${cannot}`,
    );
    expect(failure(every, templates(["lseg_worldcheck"]))).to.equal(
      `DEPLOYMENTS_FILE: templates.wallet_providers: lseg_worldcheck ${cannot}`,
    );
    expect(failure(every, templates(["sanctions_list", "another"]))).to.equal(
      `DEPLOYMENTS_FILE: templates.entity_providers: another ${cannot}`,
    );
  });

  it("asks by https alone but on this machine, and says nothing of what it was given", () => {
    const fault = (name: keyof typeof screeningVariables, value: string) => screeningVariables[name].safeParse(value);
    for (const url of [
      "http://svc.cipherowl.ai",
      "https://a:b@svc.cipherowl.ai",
      "https://x.example/?token=1",
      "ftp://x",
      "x",
    ]) {
      expect(fault("CIPHEROWL_URL", url).success, url).to.equal(false);
      expect(JSON.stringify(fault("LSEG_URL", url).error?.issues)).to.not.contain(url);
    }
    expect(fault("LSEG_URL", "http://127.0.0.1:8080/v2").success).to.equal(true);
    for (const value of ["two words", "line\nbreak", 'quo"te']) {
      const { error } = fault("LSEG_API_KEY", value);
      expect(error?.issues[0]?.message).to.be.a("string").that.does.not.contain(value);
    }
  });
});
