import { ListError } from "../../../errors.ts";
import type { FileName } from "../formats.ts";
import { type Fetch, type Fetched, MAX_FILE_BYTES } from "./fetched.ts";

export interface DownloadLimits {
  /** Of one file. */
  timeoutMs: number;
  maxBytes: number;
}

const LIMITS: DownloadLimits = { timeoutMs: 180_000, maxBytes: MAX_FILE_BYTES };
/** OFAC answers with the address of its storage. */
const MOST_REDIRECTS = 5;

/**
 * Downloads files by https, or by http from this machine itself. A redirect is followed to another such address, and to no other. Every
 * file has to be there.
 */
export function downloading(urls: Readonly<Record<FileName, string>>, limits: DownloadLimits = LIMITS): Fetch {
  return async (name) => {
    const signal = AbortSignal.timeout(limits.timeoutMs);
    try {
      return await download(name, urls[name], limits.maxBytes, signal);
    } catch (error) {
      if (error instanceof ListError) throw error;
      const { code } = ((error as Error).cause ?? {}) as { code?: unknown };
      const reason = signal.aborted ? `took longer than ${limits.timeoutMs / 1000} seconds` : `broke off (${code})`;
      throw new ListError(name, null, `its download ${reason}`);
    }
  };
}

async function download(name: FileName, first: string, maxBytes: number, signal: AbortSignal): Promise<Fetched> {
  let url = new URL(first);
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    checkUrl(name, url);
    const response = await fetch(url, { redirect: "manual", signal });
    const location = response.headers.get("location");
    if (response.status >= 300 && response.status < 400 && location !== null) {
      await response.body?.cancel();
      url = new URL(location, url);
      continue;
    }
    // A 206 or a 204 is no whole file.
    if (response.status !== 200) throw new ListError(name, null, `${url.host} answered ${response.status}`);
    const changed = new Date(response.headers.get("last-modified") ?? Number.NaN);
    // Without the query: storage addresses are signed.
    const source = `${url.origin}${url.pathname}`;
    const changedAt = Number.isNaN(changed.getTime()) ? null : changed;
    return { bytes: await readBounded(name, response, maxBytes), source, changedAt };
  }
  throw new ListError(name, null, `is redirected more than ${MOST_REDIRECTS} times`);
}

function checkUrl(name: FileName, { protocol, hostname }: URL): void {
  const local = ["127.0.0.1", "[::1]", "localhost"].includes(hostname);
  if (protocol === "https:" || (protocol === "http:" && local)) return;
  throw new ListError(name, null, `${protocol}//${hostname} is not asked: only https, or http on this machine`);
}

async function readBounded(name: FileName, response: Response, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) throw new ListError(name, null, `has more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
