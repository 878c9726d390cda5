import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

/** Formats generated TypeScript the way the house formats its own, so that a freshness check can compare bytes. */
export function format(source: string): string {
  // A name of its own: the house's settings exclude the generated folder, and an excluded file would come back as it was.
  const args = ["format", "--stdin-file-path=generated.ts", "--indent-style=space", "--indent-width=2"];
  return execFileSync(
    process.execPath,
    [require.resolve("@biomejs/biome/bin/biome"), ...args, "--line-width=120", "--line-ending=lf"],
    { input: source, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 },
  );
}
