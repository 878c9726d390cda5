import { execFile } from "node:child_process";
import { cpSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliCompressSync } from "node:zlib";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { expect } from "chai";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { bundled, type Published, publish } from "./package/build.ts";

const run = promisify(execFile);
const bin = (name: string) => fileURLToPath(new URL(`../node_modules/.bin/${name}`, import.meta.url));

/** A port where nobody listens. */
async function freePort(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return String(typeof address === "object" && address?.port);
}

describe("the package as it is published", function () {
  this.timeout(120_000);
  let published: Published;
  before(async () => {
    published = await publish();
  });
  after(() => published.remove());

  it("has nothing that publint finds fault with", async () => {
    const { messages, pkg } = await publint({ pkgDir: published.package, strict: true, pack: false });
    expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).to.deep.equal([]);
  });

  it("has types that are found, and are those of what is imported, in every way of resolving that knows exports", async () => {
    const analysis = await checkPackage(createPackageFromTarballData(published.tarball));
    if (!analysis.types) return expect.fail("there are no types");
    // The oldest way knows no exports at all.
    const problems = analysis.problems.filter(
      (each) => !("resolutionKind" in each && each.resolutionKind === "node10"),
    );
    expect(problems).to.deep.equal([]);
    expect(Object.keys(analysis.entrypoints)).to.include.members([".", "./webhooks"]);
  });

  it("needs no other package", () => {
    const manifest = JSON.parse(readFileSync(join(published.package, "package.json"), "utf8"));
    expect(manifest).to.not.have.any.keys("dependencies", "devDependencies", "private");
    expect(manifest).to.include({ sideEffects: false, type: "module" });
  });

  it("is small: less than 12 kB for everything, and less than a third of that for webhooks alone", async () => {
    const weight = async (entry: string) => brotliCompressSync(await bundled(entry)).length;
    expect(await weight("src/index.ts")).to.be.lessThan(12_000);
    expect(await weight("src/webhooks/index.ts")).to.be.lessThan(4_000);
  });

  it("is loaded by require as well, with the same names", async () => {
    const program =
      'const sdk = require("@keystoneos/sdk"); const hooks = require("@keystoneos/sdk/webhooks");' +
      'import("@keystoneos/sdk").then((esm) => console.log(JSON.stringify([Object.keys(sdk).sort(), Object.keys(esm).filter((n) => n !== "default" && n !== "module.exports").sort(), typeof hooks.unwrap, new sdk.KeystoneClient({accessToken: "t"}).generateIdempotencyKey("x").slice(0, 2)])))';
    const { stdout } = await run(process.execPath, ["--input-type=commonjs", "-e", program], {
      cwd: published.project,
    });
    const [required, imported, unwrap, key] = JSON.parse(stdout);
    expect(required).to.deep.equal(imported);
    expect(required).to.include.members(["KeystoneClient", "NotFoundError", "VERSION"]);
    expect([unwrap, key]).to.deep.equal(["function", "x-"]);
  });

  for (const [runtime, command] of Object.entries({
    Node: [process.execPath],
    Deno: [bin("deno"), "run", "--quiet", "--no-lock", "--allow-net=127.0.0.1", "--node-modules-dir=manual"],
    Bun: [bin("bun"), "run"],
  })) {
    it(`runs in ${runtime}: calls, keeps secrets out of what is printed, verifies, and knows a refused connection`, async () => {
      const program = join(published.project, "program.mjs");
      cpSync(fileURLToPath(new URL("./package/program.mjs", import.meta.url)), program);
      const [file = "", ...args] = command;
      const { stdout } = await run(file, [...args, program, await freePort()], { cwd: published.project });
      expect(stdout).to.not.match(/hush|token-1/);
      expect(JSON.parse(stdout.trim().split("\n").at(-1) ?? "")).to.deep.equal({
        asked: ["POST /oauth/token", "POST /v1/platforms/me/webhooks"],
        legIndex: 1,
        signed: true,
        error: ["ApiConnectionError", true, 3, 2],
      });
    });
  }
});
