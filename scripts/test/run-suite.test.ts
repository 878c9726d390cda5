import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import type { SuiteResult } from "../test-runner/result.ts";
import { runSuite } from "../test-runner/run-suite.ts";

describe("runSuite, on real mocha processes", function () {
  this.timeout(60_000);
  let directory: string;

  before(() => {
    directory = mkdtempSync(join(tmpdir(), "keystone-suites-"));
  });
  after(() => rmSync(directory, { recursive: true, force: true }));

  /** Writes one test file and runs it as a suite. */
  async function run(name: string, source: string, timeoutMs = 30_000): Promise<SuiteResult> {
    const file = join(directory, `${name}.test.mjs`);
    writeFileSync(file, source);
    return runSuite({ name, runner: "mocha", files: [file], timeoutMs, built: false }, {}, () => {});
  }

  it("counts what passed and what failed, and tells why", async () => {
    const result = await run("mixed", `it("good", () => {}); it("bad", () => { throw new Error("the reason"); });`);
    expect(result).to.include({ passed: 1, failed: 1 });
    expect(result.problems).to.have.length(1);
    expect(result.problems[0]).to.contain("bad").and.to.contain("the reason");
  });

  it("counts a skipped test as failed", async () => {
    const result = await run("skipped", `it("good", () => {}); it.skip("later", () => {});`);
    expect(result).to.include({ passed: 1, failed: 1 });
    expect(result.problems[0]).to.contain("later");
  });

  it("does not let a focused test hide the others", async () => {
    const result = await run("focused", `it.only("good", () => {}); it("hidden", () => {});`);
    expect(result.failed).to.equal(1);
  });

  it("fails a suite that runs no tests", async () => {
    expect(await run("empty", "export {};")).to.include({ passed: 0, failed: 1 });
  });

  it("fails a suite without files", async () => {
    const none = { name: "none", runner: "mocha", built: false } as const;
    expect(
      await runSuite({ ...none, files: [join(directory, "none/*.ts")], timeoutMs: 1_000 }, {}, () => {}),
    ).to.include({ passed: 0, failed: 1 });
  });

  it("keeps the count of a suite that crashes midway, and names the test", async () => {
    const result = await run(
      "crash",
      `it("good", () => {}); it("deadly", () => process.kill(process.pid, "SIGKILL"));`,
    );
    expect(result).to.include({ passed: 1, failed: 1 });
    expect(result.problems[0]).to.contain("deadly");
  });

  it("kills a suite that hangs, and names the test", async () => {
    const source = `it("good", () => {}); it("endless", function (done) { this.timeout(0); setInterval(() => {}, 50); });`;
    const result = await run("hang", source, 3_000);
    expect(result).to.include({ passed: 1, failed: 1 });
    expect(result.problems[0]).to.contain("endless").and.to.contain("killed");
  });

  it("fails a suite whose process ends badly although every test passed", async () => {
    const result = await run(
      "exit",
      `it("good", () => {}); after(() => process.on("exit", () => process.reallyExit(3)));`,
    );
    expect(result).to.include({ passed: 1, failed: 1 });
  });
});
