import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { ListError } from "../../../errors.ts";
import { type Fetch, MAX_FILE_BYTES } from "./fetched.ts";

/** Takes files from a directory, their names in any case. */
export async function readingFrom(directory: string): Promise<Fetch> {
  const present = await readdir(directory).catch(() => {
    throw new ListError(directory, null, "cannot be read");
  });
  return async (name) => {
    const found = present.find((candidate) => candidate.toUpperCase() === name);
    if (found === undefined) return null;
    const source = join(directory, found);
    const { size, mtime } = await stat(source);
    if (size > MAX_FILE_BYTES) throw new ListError(name, null, `has more than ${MAX_FILE_BYTES} bytes`);
    return { bytes: await readFile(source), source, changedAt: mtime };
  };
}
