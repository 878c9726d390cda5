import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { Compiled } from "./compiler.ts";
import type { Target } from "./program.ts";

/** Not copied: what is large and not needed, or linked. */
const LEFT_OUT = new Set([".git", ".keystone", ".ponder", "cache", "coverage", "docs", "node_modules"]);

/** A copy of the repository in which contracts may be spoiled. The tree itself is only read. */
export class Sandbox {
  readonly path: string;

  constructor(root: string, path: string) {
    this.path = path;
    rmSync(path, { recursive: true, force: true });
    mkdirSync(path, { recursive: true });
    for (const entry of readdirSync(root).filter((name) => !LEFT_OUT.has(name))) {
      cpSync(join(root, entry), join(path, entry), {
        recursive: true,
        // Without the builds' records nothing can look up what a contract's code should have been.
        filter: (from) => !/(^|[\\/])(node_modules|build-info)$/.test(from),
      });
    }
    for (const modules of [
      "node_modules",
      ...globSync("{packages/*,indexer,relayer,api,devnet}/node_modules", { cwd: root }),
    ]) {
      if (existsSync(join(root, modules))) symlinkSync(join(root, modules), join(path, modules), "dir");
    }
  }

  /** Puts code in the place of a contract's; the returned function puts the old one back. */
  install({ artifact }: Target, code: Compiled): () => void {
    const file = join(this.path, artifact);
    const before = readFileSync(file, "utf8");
    writeFileSync(file, JSON.stringify({ ...JSON.parse(before), ...code }));
    return () => writeFileSync(file, before);
  }
}
