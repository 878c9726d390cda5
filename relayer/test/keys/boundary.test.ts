import { globSync, readFileSync } from "node:fs";
import { expect } from "chai";

const SRC = new URL("../../src/", import.meta.url);

/** What of a source could sign by itself, or reach behind a signer. */
function breaches(source: string): string[] {
  const names =
    source.match(/viem\/accounts|\bsignMessage\b|\bsignAuthorization\b|privateKeyTo\w+|LocalAccount/g) ?? [];
  const inner = source.matchAll(/from "(?:\.\.?\/)+keys\/((?!(?:open|slot|source|types)\.ts")[^"]+)"/g);
  return [...names, ...[...inner].map(([, file]) => `keys/${file}`)];
}

describe("outside of keys/", () => {
  const files = globSync("**/*.ts", { cwd: SRC }).filter((file) => !file.startsWith("keys/"));

  it("nothing signs but through a signer of one kind", () => {
    expect(files).to.include.members(["relayer.ts", "act/sign.ts", "pipeline/attempts.ts"]);
    const found = files.flatMap((file) =>
      breaches(readFileSync(new URL(file, SRC), "utf8")).map((what) => [file, what]),
    );
    expect(found).to.deep.equal([]);
  });

  it("it would be noticed", () => {
    expect(breaches('import { sign } from "viem/accounts"; await account.signMessage({})')).to.have.length(2);
    expect(breaches('import type { Key } from "../keys/key.ts";')).to.deep.equal(["keys/key.ts"]);
    expect(breaches('import type { TransactionSigner } from "../keys/types.ts";')).to.deep.equal([]);
  });
});
