import { execFileSync } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../../", import.meta.url));

const SKIPPED = new Set(["node_modules", "artifacts", "cache", ".keystone", ".ponder", ".git"]);

/** Paths of the files that match, relative to the root. Installed packages and build results are left out. */
export function files(patterns: string | string[]): string[] {
  return globSync(patterns, { cwd: root, exclude: (name) => SKIPPED.has(name.split("/").at(-1) ?? "") })
    .filter((file) => !file.split("/").some((part) => SKIPPED.has(part)))
    .sort();
}

/** The same with their text. */
export function read(patterns: string | string[]): Map<string, string> {
  return new Map(files(patterns).map((file) => [file, readFileSync(join(root, file), "utf8")]));
}

/** Every file that git knows and that still exists; in a copy without git, every file that it would know. */
export function trackedFiles(): string[] {
  try {
    const list = execFileSync("git", ["-c", "safe.directory=*", "ls-files", "-z"], {
      cwd: root,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    return list.split("\0").filter((file) => file !== "" && existsSync(join(root, file)));
  } catch {
    return files(["**/*.*", ".*", ".ci/*"]);
  }
}
