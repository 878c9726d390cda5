import { createHash, randomUUID } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { ListError } from "../errors.ts";
import { normalizeName, similarity } from "./names.ts";
import { type ListEntry, parseOfacCsv } from "./ofac-csv.ts";
import type { Finding, ScreeningProvider } from "./provider.ts";

/** Names at least this alike are flagged for a person to look at. Documented in docs/operations.md. */
const NEAR_NAME = 0.85;

const NAME = "sanctions_list";
const LIST = "SDN";

/**
 * The list provider: names and wallets against a copy of OFAC's list. An exact wallet or an exact normalised name or alias is a fail, a
 * near name, or one without letters and digits, is flagged.
 */
function sanctionsList(entries: readonly ListEntry[], version: string): ScreeningProvider {
  const names = entries.flatMap((entry) => [entry.name, ...entry.aliases].map(normalizeName));
  const exact = new Set(names.map((words) => words.join(" ")));
  const wallets = new Set<string>(entries.flatMap((entry) => entry.wallets));
  const finding = (status: Finding["status"], riskScore: number | null): Finding => ({
    status,
    referenceId: `${NAME}:${version}:${randomUUID()}`,
    riskScore,
    matchedLists: status === "pass" || riskScore === null ? [] : [LIST],
  });
  return {
    name: NAME,
    async screenEntity({ name }) {
      const words = normalizeName(name);
      if (words.length === 0) return finding("flagged", null);
      if (exact.has(words.join(" "))) return finding("fail", 100);
      const nearest = names.reduce((best, listed) => Math.max(best, similarity(words, listed)), 0);
      const score = Math.min(99, Math.round(nearest * 100));
      return nearest >= NEAR_NAME ? finding("flagged", score) : finding("pass", score);
    },
    async screenWallet({ address }) {
      return wallets.has(address.toLowerCase()) ? finding("fail", 100) : finding("pass", 0);
    },
  };
}

/** Reads SDN.CSV and, where present, ALT.CSV, ADD.CSV and SDN_COMMENTS.CSV of a directory; file names in any case. Throws ListError. */
export async function loadSanctionsList(directory: string): Promise<ScreeningProvider> {
  const present = await readdir(directory).catch(() => {
    throw new ListError(directory, null, "the directory of the sanctions list cannot be read");
  });
  const read = async (file: string): Promise<string | undefined> => {
    const name = present.find((candidate) => candidate.toUpperCase() === file);
    return name === undefined ? undefined : decode(await readFile(join(directory, name)));
  };
  const [sdn, alt, add, comments] = await Promise.all(["SDN.CSV", "ALT.CSV", "ADD.CSV", "SDN_COMMENTS.CSV"].map(read));
  if (sdn === undefined) throw new ListError(directory, null, "has no SDN.CSV");
  const version = createHash("sha256").update([sdn, alt, add, comments].join("\u0000")).digest("hex").slice(0, 16);
  return sanctionsList(parseOfacCsv({ sdn, alt, add, comments }), version);
}

/** Newer publications are UTF-8, older ones Latin-1. */
function decode(bytes: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return bytes.toString("latin1");
  }
}
