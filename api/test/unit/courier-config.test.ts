import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { ConfigError } from "../../src/config.ts";
import { readCourierConfig } from "../../src/courier/config.ts";
import { testDeployment } from "../support/deployment.ts";

describe("readCourierConfig", () => {
  const folder = mkdtempSync(join(tmpdir(), "keystone-config-"));
  const file = join(folder, "deployments.json");
  writeFileSync(file, JSON.stringify(testDeployment()));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const good = {
    DATABASE_URL: "postgres://localhost/keystone",
    DEPLOYMENTS_FILE: file,
    SECRETS_KEY: "ab".repeat(32),
    SECRETS_KEY_ID: "local",
  };

  it("is strict unless told otherwise: safe facts, public addresses", () => {
    const config = readCourierConfig(good);
    expect(config).to.deep.include({ level: "safe", webhookDevelopmentMode: false, port: 8004, tickMs: 250 });
    const told = readCourierConfig({ ...good, EVENT_FINALITY: "finalized", WEBHOOK_DEVELOPMENT_MODE: "on" });
    expect(told).to.deep.include({ level: "finalized", webhookDevelopmentMode: true });
  });

  for (const [name, value] of Object.entries({
    EVENT_FINALITY: "pending",
    WEBHOOK_DEVELOPMENT_MODE: "true",
    COURIER_TICK_MS: "0",
    COURIER_PORT: "70000",
    SECRETS_KEY: "ab",
    DEPLOYMENTS_FILE: join(folder, "nothing.json"),
  })) {
    it(`names ${name} when it is wrong, without showing a secret`, () => {
      const read = () => readCourierConfig({ ...good, [name]: value });
      expect(read).to.throw(ConfigError, name);
      expect(read).to.not.throw(good.SECRETS_KEY);
    });
  }
});
