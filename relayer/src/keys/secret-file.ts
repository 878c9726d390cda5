import { open } from "node:fs/promises";
import { KeyError } from "../errors.ts";

const MAX_BYTES = 64 * 1024;

/** The text of a file that only its owner can use. Throws KeyError that calls it `what`, and says neither where it is nor what it holds. */
export function readSecretFile(what: string, file: string): Promise<string> {
  return read(what, file, 0o077);
}

/** The text of a file that anybody may read, as a certificate. */
export function readPublicFile(what: string, file: string): Promise<string> {
  return read(what, file, 0);
}

/** A password or a token as files hold it: one line, whose end is no part of it. */
export async function readSecretLine(what: string, file: string): Promise<string> {
  const line = (await readSecretFile(what, file)).replace(/\r?\n$/, "");
  if (line === "" || /[\r\n]/.test(line)) throw new KeyError(`${what}: must be one line`);
  return line;
}

async function read(what: string, file: string, forbidden: number): Promise<string> {
  const handle = await open(file, "r").catch((error: NodeJS.ErrnoException) => {
    throw new KeyError(`${what}: ${error.code === "ENOENT" ? "does not exist" : "cannot be read"}`);
  });
  try {
    // Asked of what was opened: a name can come to mean another file in between.
    const stat = await handle.stat();
    if (!stat.isFile()) throw new KeyError(`${what}: is no file`);
    if ((stat.mode & forbidden) !== 0)
      throw new KeyError(`${what}: others can use it, take their rights away (chmod 600)`);
    if (stat.size === 0 || stat.size > MAX_BYTES) throw new KeyError(`${what}: must hold 1 to ${MAX_BYTES} bytes`);
    return await handle.readFile("utf8");
  } finally {
    await handle.close();
  }
}
