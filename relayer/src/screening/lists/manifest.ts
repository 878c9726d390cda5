import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { ListError } from "../../errors.ts";
import { FILE_NAMES, LIST_NAMES } from "./formats.ts";

export const MANIFEST = "manifest.json";

const fileSchema = z.strictObject({
  name: z.enum(FILE_NAMES),
  /** Below the directory: a file of its own, or of one import. */
  path: z.string().regex(/^(?:[0-9a-f]{16}\/)?[A-Za-z_]{1,20}\.[A-Za-z]{3}$/),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z.int().positive(),
  /** Where it came from. */
  source: z.string().min(1),
});

const listSchema = z.strictObject({
  list: z.enum(LIST_NAMES),
  published_at: z.iso.datetime(),
  entries: z.int().positive(),
  names: z.int().nonnegative(),
  wallets: z.int().nonnegative(),
  files: z.array(fileSchema).min(1),
});

const manifestSchema = z.strictObject({
  imported_at: z.iso.datetime(),
  lists: z.array(listSchema).min(1),
});

/** What a directory of lists holds: written last, and replaced in one step, so it names whole lists only. */
export type Manifest = z.infer<typeof manifestSchema>;
export type ManifestList = Manifest["lists"][number];
export type ManifestFile = ManifestList["files"][number];

/** Equal for equal lists, whenever they were imported. */
export function contentsOf(lists: readonly ManifestList[]): string {
  return JSON.stringify(lists.map(({ list, files }) => [list, files.map(({ name, sha256 }) => [name, sha256])]));
}

/** The text of the manifest; it changes whenever the lists do. Throws ListError where there is none. */
export async function readManifestText(directory: string): Promise<string> {
  try {
    return await readFile(join(directory, MANIFEST), "utf8");
  } catch {
    throw new ListError(directory, null, `has no ${MANIFEST}; "npm run lists" imports lists into a directory`);
  }
}

/** Throws ListError. */
export function parseManifest(text: string): Manifest {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw new ListError(MANIFEST, null, "is no JSON");
  }
  const parsed = manifestSchema.safeParse(content);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new ListError(MANIFEST, null, `${issue?.path.join(".")}: ${issue?.message}`);
}
