import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/**
 * Writes generated files, or with `--check` on the command line only compares and sets exit code 1 when one differs. The files are all
 * there is in their folder: a file that nothing generates any more is stale too.
 */
export function writeOrCheck(files: readonly (readonly [path: string, content: string])[], script: string): void {
  const check = process.argv.includes("--check");
  const stale = files.filter(([path, content]) => present(path) !== content);
  const left = leftOver(files.map(([path]) => path));
  if (!check) {
    for (const [path, content] of stale) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
    }
    for (const path of left) rmSync(path);
    return;
  }
  const names = [...stale.map(([path]) => path), ...left].map((path) => basename(path));
  if (names.length === 0) return;
  console.error(`Stale: ${names.join(", ")}. Run "node ${script}".`);
  process.exitCode = 1;
}

function present(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

function leftOver(paths: readonly string[]): string[] {
  const folders = new Set(paths.map(dirname));
  return [...folders].flatMap((folder) => {
    try {
      return readdirSync(folder)
        .map((name) => join(folder, name))
        .filter((path) => !paths.includes(path));
    } catch {
      return [];
    }
  });
}
