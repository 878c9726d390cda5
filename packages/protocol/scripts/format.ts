import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

/** Formats generated source the way the house formats its own, so that a freshness check can compare bytes. */
export function format(source: string, path: string): string {
  const args = ["format", `--stdin-file-path=${path}`, "--indent-style=space", "--indent-width=2", "--line-width=120"];
  return execFileSync(process.execPath, [require.resolve("@biomejs/biome/bin/biome"), ...args], {
    input: source,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
}
