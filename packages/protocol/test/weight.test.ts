import { readFileSync } from "node:fs";
import { expect } from "chai";
import { importsOf } from "../../../test/architecture/support/imports.ts";

const SRC = new URL("../src/", import.meta.url);

/** Packages that a module needs when it runs, followed through the package's own files. */
function packagesOf(entry: string): string[] {
  const found = new Set<string>();
  const seen = new Set<string>();
  const visit = (url: URL): void => {
    if (seen.has(url.href)) return;
    seen.add(url.href);
    for (const { specifier, typeOnly } of importsOf(readFileSync(url, "utf8"))) {
      if (specifier === null || typeOnly) continue;
      if (specifier.startsWith(".")) visit(new URL(specifier, url));
      else found.add(specifier);
    }
  };
  visit(new URL(entry, SRC));
  return [...found].sort();
}

describe("what an entry point costs", () => {
  it("is for /terms nothing but viem's utilities", () => {
    expect(packagesOf("terms/index.ts")).to.deep.equal(["viem/utils"]);
  });

  it("is for /schema zod on top", () => {
    expect(packagesOf("schema/index.ts")).to.deep.equal(["viem/utils", "zod"]);
  });

  it("is for the whole package no more than its manifest declares", () => {
    expect(packagesOf("index.ts")).to.deep.equal(["canonicalize", "viem/utils", "zod"]);
    expect(packagesOf("abi/index.ts")).to.deep.equal(["viem"]);
    expect(packagesOf("deployment/index.ts")).to.deep.equal(["viem/utils"]);
  });
});
