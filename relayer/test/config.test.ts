import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { localAccount, localPrivateKey } from "../../devnet/src/keys.ts";
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
      RPC_URL_11155111: "http://127.0.0.1:8545",
      RPC_URL_84532: "http://127.0.0.1:8546",
      RELAYER_PRIVATE_KEY: localPrivateKey("relayer"),
      ATTESTER_PRIVATE_KEY: localPrivateKey("attester"),
      SECRETS_KEY: "11".repeat(32),
      SECRETS_KEY_ID: "k1",
      SANCTIONS_LIST_DIR: directory,
    };
    await writeFile(env.DEPLOYMENTS_FILE ?? "", JSON.stringify(sampleDeployment()));
  });
  afterEach(() => rm(directory, { recursive: true }));

  const failure = (changes: Record<string, string | undefined>): ConfigError => {
    try {
      readConfig({ ...env, ...changes });
    } catch (error) {
      expect(error).to.be.instanceOf(ConfigError);
      return error as ConfigError;
    }
    throw new Error("the configuration was taken");
  };

  it("reads a complete environment, with defaults for the rest", () => {
    const config = readConfig(env);
    expect(config).to.deep.include({ indexerSchema: "indexer", port: 8002, tickMs: 250 });
    expect([...config.rpcUrls]).to.deep.equal([
      [11155111, "http://127.0.0.1:8545"],
      [84532, "http://127.0.0.1:8546"],
    ]);
  });

  it("names the variable that is missing, an empty one included", () => {
    for (const variable of Object.keys(env)) {
      for (const value of [undefined, ""]) {
        expect(failure({ [variable]: value }).message).to.equal(`${variable}: is missing`);
      }
    }
  });

  it("names the variable that is malformed and never shows a key", () => {
    const cases: Record<string, string> = {
      RELAYER_PRIVATE_KEY: "0xsecret",
      ATTESTER_PRIVATE_KEY: "secret",
      SECRETS_KEY: "secret",
      RPC_URL_84532: "secret",
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

  it("takes the operator's key where there is one, and no other key for it", async () => {
    expect(readConfig(env).operatorKey).to.equal(null);
    expect(failure({ OPERATOR_PRIVATE_KEY: localPrivateKey("operator") }).message).to.equal(
      "OPERATOR_PRIVATE_KEY: must be the key of the templates' operator",
    );
    expect(failure({ OPERATOR_PRIVATE_KEY: "0xsecret" }).message).to.match(/^OPERATOR_PRIVATE_KEY: must be a private/);
    const deployment = sampleDeployment();
    deployment.templates.operator = localAccount("operator").address;
    await writeFile(env.DEPLOYMENTS_FILE ?? "", JSON.stringify(deployment));
    const OPERATOR_PRIVATE_KEY = localPrivateKey("operator");
    expect(readConfig({ ...env, OPERATOR_PRIVATE_KEY }).operatorKey).to.equal(OPERATOR_PRIVATE_KEY);
  });

  it("refuses one key with two powers", async () => {
    expect(failure({ ATTESTER_PRIVATE_KEY: env.RELAYER_PRIVATE_KEY }).message).to.equal(
      "ATTESTER_PRIVATE_KEY: must not be the relayer's gas key",
    );
    for (const role of ["relayer", "attester"] as const) {
      const deployment = sampleDeployment();
      deployment.templates.operator = localAccount(role).address;
      await writeFile(env.DEPLOYMENTS_FILE ?? "", JSON.stringify(deployment));
      expect(failure({}).message).to.equal(
        `${role === "relayer" ? "RELAYER" : "ATTESTER"}_PRIVATE_KEY: must not be the templates' operator`,
      );
    }
  });
});
