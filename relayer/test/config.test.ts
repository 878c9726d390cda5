import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { localPrivateKey } from "../../devnet/src/keys.ts";
import { sampleDeployment } from "../../packages/store/test/deployment.ts";
import { readConfig } from "../src/config.ts";
import { ConfigError } from "../src/errors.ts";

describe("readConfig", () => {
  let directory: string;
  let env: Record<string, string>;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "keystone-config-"));
    env = {
      DATABASE_URL: "postgres://localhost/keystone",
      DEPLOYMENTS_FILE: join(directory, "deployments.json"),
      RPC_URLS_11155111: "http://127.0.0.1:8545",
      RPC_URLS_84532: "http://127.0.0.1:8546",
      RELAYER_KEYS: "env:GAS",
      ATTESTER_KEY: "env:ATTESTER",
      SECRETS_KEY: "11".repeat(32),
      SECRETS_KEY_ID: "k1",
      SANCTIONS_LIST_DIR: directory,
    };
    await writeFile(env.DEPLOYMENTS_FILE ?? "", JSON.stringify(sampleDeployment()));
  });
  afterEach(() => rm(directory, { recursive: true }));

  /** What the variables above name. */
  const named = { GAS: localPrivateKey("relayer"), ATTESTER: localPrivateKey("attester") };

  const failure = (changes: Record<string, string | undefined>): ConfigError => {
    try {
      readConfig({ ...named, ...env, ...changes });
    } catch (error) {
      expect(error).to.be.instanceOf(ConfigError);
      return error as ConfigError;
    }
    throw new Error("the configuration was taken");
  };

  it("reads a complete environment, with defaults for the rest", () => {
    const config = readConfig({ ...named, ...env });
    expect(config).to.deep.include({ indexerSchema: "indexer", port: 8002, tickMs: 250 });
    const rest = { quorum: 1, requestsPerSecond: 100, timeoutMs: 10_000 };
    expect([...config.rpc]).to.deep.equal([
      [11155111, { urls: ["http://127.0.0.1:8545"], ...rest }],
      [84532, { urls: ["http://127.0.0.1:8546"], ...rest }],
    ]);
  });

  it("names the variable that is missing, an empty one included", () => {
    for (const variable of Object.keys(env)) {
      for (const value of [undefined, ""]) {
        expect(failure({ [variable]: value }).message).to.match(new RegExp(`^${variable}: is missing`));
      }
    }
  });

  it("names the variable that is malformed and never shows a key", () => {
    const cases: Record<string, string> = {
      RELAYER_KEYS: "0xsecret",
      ATTESTER_KEY: "keystore:/secret",
      OPERATOR_KEY: "secret",
      SECRETS_KEY: "secret",
      RPC_URLS_84532: "secret",
      RELAYER_PORT: "secret",
      LOG_LEVEL: "secret",
      INDEXER_SCHEMA: "no schema",
      MESSAGE_RETRY_SECONDS: "-1",
      DEPLOYMENTS_FILE: "/nowhere/deployments.json",
    };
    for (const [variable, value] of Object.entries(cases)) {
      const { message } = failure({ [variable]: value });
      expect(message.startsWith(`${variable}: `), message).to.equal(true);
      expect(message).to.not.contain("secret");
    }
  });

  it("names where each key is kept, one or several that pay gas, and an operator's where there is one", () => {
    const local = (role: "relayer" | "attester") => ({ kind: "env", privateKey: localPrivateKey(role) });
    expect(readConfig({ ...named, ...env }).keys).to.deep.equal({
      gas: [local("relayer")],
      attester: local("attester"),
      operator: null,
    });
    const keystore = (name: string) => ({ kind: "keystore", file: `/${name}.json`, passwordFile: `/${name}.pw` });
    const RELAYER_KEYS = "keystore:/a.json?password-file=/a.pw,env:GAS,keystore:/b.json?password-file=/b.pw";
    const { keys } = readConfig({
      ...named,
      ...env,
      RELAYER_KEYS,
      OPERATOR_KEY: "keystore:/o.json?password-file=/o.pw",
    });
    expect(keys.gas).to.deep.equal([keystore("a"), local("relayer"), keystore("b")]);
    expect(keys.operator).to.deep.equal(keystore("o"));
  });

  it("says which of several keys is named wrongly, and takes sixteen at most", () => {
    const keys = (count: number) => Array.from({ length: count }, () => "env:GAS").join(",");
    expect(readConfig({ ...named, ...env, RELAYER_KEYS: keys(16) }).keys.gas).to.have.length(16);
    expect(failure({ RELAYER_KEYS: keys(17) }).message).to.equal("RELAYER_KEYS: must name at most 16 keys");
    expect(failure({ RELAYER_KEYS: "env:GAS,env:OTHER" }).message).to.equal(
      "RELAYER_KEYS: entry 2: names a variable that is missing",
    );
    expect(failure({ RELAYER_KEYS: "env:GAS," }).message).to.match(/^RELAYER_KEYS: entry 2: must be env:VARIABLE/);
    expect(failure({ ATTESTER_KEY: "env:GAS,env:GAS" }).message).to.match(/^ATTESTER_KEY: env: must be followed by/);
  });
});
