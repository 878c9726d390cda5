import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ListError } from "../../errors.ts";
import type { ListEntry } from "./entry.ts";
import { type FileName, FORMATS, type ListName } from "./formats.ts";
import type { Manifest, ManifestFile } from "./manifest.ts";

export interface LoadedList {
  list: ListName;
  publishedAt: Date;
  entries: ListEntry[];
}

/** Reads the lists that a manifest names, whole and as they were imported, or throws ListError. */
export async function loadLists(directory: string, { lists }: Manifest): Promise<LoadedList[]> {
  const loaded: LoadedList[] = [];
  // One after the other: the larger ones take tens of megabytes while they are read.
  for (const { list, published_at, files } of lists) {
    const contents = new Map<FileName, Uint8Array>();
    for (const file of files) contents.set(file.name, await readChecked(directory, file));
    const { entries } = await FORMATS[list].parse(contents);
    loaded.push({ list, publishedAt: new Date(published_at), entries });
  }
  return loaded;
}

/** Throws ListError for a file that is not there, or is another one than was imported. */
export async function readChecked(directory: string, { path, sha256 }: ManifestFile): Promise<Uint8Array> {
  const bytes = await readFile(join(directory, path)).catch(() => {
    throw new ListError(path, null, "cannot be read, though the manifest names it");
  });
  if (digest(bytes) !== sha256) throw new ListError(path, null, "is not the file that was imported");
  return bytes;
}

export function digest(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
