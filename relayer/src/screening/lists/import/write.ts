import { randomBytes } from "node:crypto";
import { mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { MANIFEST, type Manifest } from "../manifest.ts";

const FOLDER = /^[0-9a-f]{16}$/;
/** Long enough for whoever is reading what the manifest named before, or is importing at the same time. */
const KEPT_MS = 24 * 3600 * 1000;

/** Writes files into a folder of their own; resolves to its name once they are on disk. */
export async function writeFolder(directory: string, files: ReadonlyMap<string, Uint8Array>): Promise<string> {
  const folder = randomBytes(8).toString("hex");
  await mkdir(join(directory, folder));
  for (const [name, bytes] of files) await writeDurably(join(directory, folder, name), bytes);
  await syncDirectory(join(directory, folder));
  return folder;
}

/** From one moment to the next the directory holds these lists: whoever reads the manifest sees the one before or this one. */
export async function replaceManifest(directory: string, manifest: Manifest): Promise<void> {
  const draft = join(directory, `.${MANIFEST}.${randomBytes(8).toString("hex")}`);
  try {
    await writeDurably(draft, Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`));
    await rename(draft, join(directory, MANIFEST));
  } finally {
    await rm(draft, { force: true });
  }
  await syncDirectory(directory);
}

/** Removes folders of earlier imports, and of those that were broken off, once nobody reads them any more. */
export async function sweep(directory: string, { lists }: Manifest, now: Date): Promise<void> {
  const named = new Set(lists.flatMap(({ files }) => files.map(({ path }) => path.split("/")[0])));
  for (const name of await readdir(directory)) {
    if (!FOLDER.test(name) || named.has(name)) continue;
    const path = join(directory, name);
    const { mtimeMs } = await stat(path);
    if (mtimeMs + KEPT_MS < now.getTime()) await rm(path, { recursive: true, force: true });
  }
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, "wx", 0o644);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
