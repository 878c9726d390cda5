import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { freshDatabase } from "../../../test/support/database.ts";
import { sampleDeployment } from "./deployment.ts";

const SCRIPT = new URL("../src/bin/migrate.ts", import.meta.url).pathname;

function run(env: Record<string, string>): Promise<{ code: unknown; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [SCRIPT], { env }, (error, stdout, stderr) => {
      resolve({ code: error?.code ?? 0, stdout, stderr });
    });
  });
}

describe("bin/migrate", function () {
  this.timeout(60_000);
  let directory: string;
  let file: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "keystone-migrate-"));
    file = join(directory, "deployments.json");
    await writeFile(file, JSON.stringify(sampleDeployment()));
  });
  afterEach(() => rm(directory, { recursive: true }));

  it("prepares an empty database, and finds nothing to do the second time", async () => {
    const database = await freshDatabase();
    try {
      const env = { DATABASE_URL: database.url, DEPLOYMENTS_FILE: file };
      const first = await run(env);
      expect(first).to.deep.include({ code: 0, stderr: "" });
      expect(first.stdout).to.contain("Applied 0001_platform.sql");
      expect((await run(env)).stdout).to.equal("The database is up to date\n");
    } finally {
      await database.drop();
    }
  });

  it("ends with one line that names the variable at fault", async () => {
    const good = { DATABASE_URL: "postgres://127.0.0.1:1/nowhere", DEPLOYMENTS_FILE: file };
    const missing = join(directory, "missing.json");
    const cases: [Record<string, string>, RegExp][] = [
      [{ DEPLOYMENTS_FILE: file }, /^DATABASE_URL is missing: .+\n$/],
      [{ DATABASE_URL: good.DATABASE_URL }, /^DEPLOYMENTS_FILE is missing: .+\n$/],
      [{ ...good, DATABASE_URL: "rubbish" }, /^DATABASE_URL must be a postgres:\/\/ URL\n$/],
      [{ ...good, DEPLOYMENTS_FILE: missing }, /^DEPLOYMENTS_FILE cannot be used: .*ENOENT.*\n$/],
      [good, /^DATABASE_URL: the database cannot be prepared: .*ECONNREFUSED.*\n$/],
    ];
    for (const [env, line] of cases) {
      const { code, stderr } = await run(env);
      expect(code).to.equal(1);
      expect(stderr).to.match(line);
    }
  });
});
