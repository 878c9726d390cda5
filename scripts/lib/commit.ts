import { execFileSync } from "node:child_process";
import { root } from "./root.ts";

/** The commit that is measured, with a `+` where these paths hold what is not committed. */
export function measuredCommit(...paths: string[]): string {
  const git = (...args: string[]) => execFileSync("git", args, { cwd: root, encoding: "utf8" }).trim();
  const changed = git("status", "--porcelain", "--", ...paths);
  return `${git("rev-parse", "HEAD")}${changed === "" ? "" : "+"}`;
}
