import { execFile } from "node:child_process";
import { chmod, cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { localPrivateKey } from "../../devnet/src/keys.ts";
import { sampleDeployment } from "../../packages/store/test/deployment.ts";

/** Runs the process until it ends by itself. */
function run(
  env: Record<string, string>,
): Promise<{ code: unknown; line: { msg: string; code: string }; output: string }> {
  return new Promise((resolve) => {
    const script = new URL("../src/main.ts", import.meta.url).pathname;
    execFile(process.execPath, [script], { env }, (error, stdout, stderr) => {
      resolve({ code: error?.code ?? 0, line: JSON.parse(stdout), output: stdout + stderr });
    });
  });
}

describe("the relayer's start", function () {
  this.timeout(30_000);
  let directory: string;
  let env: Record<string, string>;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "keystone-main-"));
    await chmod(directory, 0o755);
    env = {
      DATABASE_URL: "postgres://127.0.0.1:1/nowhere",
      DEPLOYMENTS_FILE: join(directory, "deployments.json"),
      RPC_URLS_11155111: "http://127.0.0.1:1",
      RPC_URLS_84532: "http://127.0.0.1:1",
      RELAYER_KEYS: "env:GAS",
      GAS: localPrivateKey("relayer"),
      ATTESTER_KEY: "env:ATTESTER",
      ATTESTER: localPrivateKey("attester"),
      SECRETS_KEY: "12".repeat(32),
      SECRETS_KEY_ID: "k1",
      SANCTIONS_LIST_DIR: directory,
    };
    await writeFile(join(directory, "deployments.json"), JSON.stringify(sampleDeployment()));
  });
  afterEach(() => rm(directory, { recursive: true }));

  const expectNoKeys = (output: string) => {
    for (const key of [env.GAS, env.ATTESTER, env.SECRETS_KEY]) {
      expect(output).to.not.contain(key?.replace("0x", ""));
    }
  };

  it("ends with one line that names the missing variable", async () => {
    const { DATABASE_URL: _, ...rest } = env;
    const { code, line, output } = await run(rest);
    expect(code).to.equal(1);
    expect(line).to.deep.include({ code: "config", msg: "DATABASE_URL: is missing" });
    expectNoKeys(output);
  });

  it("ends with one line that names a sanctions list that is not what was imported", async () => {
    await cp(new URL("../lists", import.meta.url).pathname, directory, { recursive: true });
    await writeFile(join(directory, "SDN.CSV"), '1,"A"\r\n');
    const { code, line, output } = await run(env);
    expect(code).to.equal(1);
    expect(line).to.deep.include({ code: "sanctions_list", msg: "SDN.CSV: is not the file that was imported" });
    expectNoKeys(output);
  });

  it("ends with one line that names the key which cannot be used, and not where it is", async () => {
    await cp(new URL("../lists", import.meta.url).pathname, directory, { recursive: true });
    const passwordFile = join(directory, "password");
    await writeFile(passwordFile, "a password", { mode: 0o644 });
    const RELAYER_PORT = "0";
    const ATTESTER_KEY = `keystore:${join(directory, "none.json")}?password-file=${passwordFile}`;
    const { code, line, output } = await run({ ...env, RELAYER_PORT, ATTESTER_KEY });
    expect(code).to.equal(1);
    expect(line).to.deep.include({
      code: "config",
      msg: "ATTESTER_KEY: password-file: others can use it, take their rights away (chmod 600)",
    });
    expectNoKeys(output);
    expect(output).to.not.contain(directory);
  });
});
