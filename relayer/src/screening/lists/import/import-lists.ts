import { mkdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { ListError, RelayerError } from "../../../errors.ts";
import { type FileName, FORMATS, LIST_NAMES, type ListName } from "../formats.ts";
import { digest, readChecked } from "../load.ts";
import {
  contentsOf,
  MANIFEST,
  type Manifest,
  type ManifestList,
  parseManifest,
  readManifestText,
} from "../manifest.ts";
import type { Fetch, Fetched } from "./fetched.ts";
import { objections } from "./guard.ts";
import { replaceManifest, sweep, writeFolder } from "./write.ts";

export interface ImportOptions {
  directory: string;
  fetch: Fetch;
  /** The files lie in the directory already, and stay where they are. */
  inPlace: boolean;
  /** Takes older, smaller and fewer lists too. */
  force: boolean;
  now: Date;
  tell(line: string): void;
}

export interface Imported {
  /** False when the lists are those that were there. */
  changed: boolean;
  manifest: Manifest;
}

/** The lists that came are whole, and yet should not take the place of those that are there. */
export class ListsRefused extends RelayerError {
  constructor(objections: readonly string[]) {
    super("lists_refused", `nothing was changed; look at it, and then use --force:\n  ${objections.join("\n  ")}`);
  }
}

/**
 * Fetches lists, reads each to its end, and only then puts them in the place of those in the directory. Throws ListError when one cannot
 * be had whole, and ListsRefused; either way nothing has changed.
 */
export async function importLists(options: ImportOptions): Promise<Imported> {
  const { directory, force, now, inPlace } = options;
  await mkdir(directory, { recursive: true });
  const present = await presentManifest(directory, force);
  const fetched = new Map<FileName, Fetched>();
  const lists: ManifestList[] = [];
  for (const list of LIST_NAMES) {
    const described = await fetchList(list, options, fetched);
    if (described !== null) lists.push(described);
  }
  if (lists.length === 0) throw new ListError(directory, null, "none of the lists was found");
  const against = objections(present, lists);
  if (against.length > 0 && !force) throw new ListsRefused(against);

  const changed =
    present === null || contentsOf(present.lists) !== contentsOf(lists) || !(await isWhole(directory, present));
  if (!inPlace) await place(directory, lists, fetched, changed ? null : present);
  const manifest = { imported_at: now.toISOString(), lists };
  await replaceManifest(directory, manifest);
  await sweep(directory, manifest, now);
  return { changed, manifest };
}

/** Null when the list is not there. */
async function fetchList(
  list: ListName,
  { fetch, now, tell }: ImportOptions,
  all: Map<FileName, Fetched>,
): Promise<ManifestList | null> {
  const [first, ...others] = FORMATS[list].files;
  const main = await fetch(first);
  if (main === null) return null;
  const files = new Map<FileName, Fetched>([[first, main]]);
  for (const name of others) {
    const file = await fetch(name);
    if (file !== null) files.set(name, file);
  }
  const { entries, publishedAt } = await FORMATS[list].parse(
    new Map([...files].map(([name, { bytes }]) => [name, bytes])),
  );
  for (const [name, file] of files) all.set(name, file);
  const published = publishedAt ?? main.changedAt ?? now;
  const names = entries.reduce((sum, entry) => sum + entry.names.length, 0);
  const wallets = entries.reduce((sum, entry) => sum + entry.wallets.length, 0);
  tell(`${list} of ${published.toISOString()}: ${entries.length} entries, ${names} names, ${wallets} wallets`);
  return {
    list,
    published_at: published.toISOString(),
    entries: entries.length,
    names,
    wallets,
    files: [...files].map(([name, { bytes, source }]) => ({
      name,
      path: basename(source),
      sha256: digest(bytes),
      bytes: bytes.length,
      source,
    })),
  };
}

/** Gives every file its place below the directory: that of the present manifest where nothing has changed, else in a new folder. */
async function place(
  directory: string,
  lists: readonly ManifestList[],
  fetched: ReadonlyMap<FileName, Fetched>,
  present: Manifest | null,
): Promise<void> {
  const old = new Map(present?.lists.flatMap(({ files }) => files.map(({ name, path }) => [name, path])));
  const folder =
    present === null
      ? await writeFolder(directory, new Map([...fetched].map(([name, { bytes }]) => [name, bytes])))
      : null;
  for (const file of lists.flatMap(({ files }) => files)) {
    file.path = folder === null ? (old.get(file.name) ?? file.path) : `${folder}/${file.name}`;
  }
}

async function isWhole(directory: string, { lists }: Manifest): Promise<boolean> {
  try {
    for (const file of lists.flatMap(({ files }) => files)) await readChecked(directory, file);
    return true;
  } catch {
    return false;
  }
}

async function presentManifest(directory: string, force: boolean): Promise<Manifest | null> {
  const text = await readManifestText(directory).catch(() => null);
  if (text === null) return null;
  try {
    return parseManifest(text);
  } catch (error) {
    if (force) return null;
    throw new ListsRefused([`${join(directory, MANIFEST)} cannot be read: ${(error as Error).message}`]);
  }
}
