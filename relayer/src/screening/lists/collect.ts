import type { Address } from "viem";
import { ListError } from "../../errors.ts";
import type { ListEntry } from "./entry.ts";

/** An entry as it is being read, with whatever names and texts the list has of it. */
export interface Draft {
  names: string[];
  wallets: Set<Address>;
}

export function draft(): Draft {
  return { names: [], wallets: new Set() };
}

/** These lists have no field for wallets: an address stands in a remark, or among the numbers of documents. */
export function noteWallets({ wallets }: Draft, text: string): void {
  for (const [address] of text.matchAll(/(?<![0-9a-zA-Z])0x[0-9a-fA-F]{40}(?![0-9a-zA-Z])/g)) {
    wallets.add(address.toLowerCase() as Address);
  }
}

/**
 * The entries that can be screened against. A few without a name happen; when there are more than one in a hundred the format is another
 * one than is read here, and somebody would pass who is listed.
 */
export function entriesOf(file: string, drafts: readonly Draft[]): ListEntry[] {
  const entries = drafts.map(({ names, wallets }) => ({
    names: [...new Set(names.map((name) => name.trim().replace(/\s+/g, " ")))].filter((name) => name !== ""),
    wallets: [...wallets],
  }));
  const nameless = entries.filter(({ names }) => names.length === 0).length;
  if (nameless * 100 > entries.length) throw new ListError(file, null, `has ${nameless} entries without a name`);
  const known = entries.filter(({ names, wallets }) => names.length > 0 || wallets.length > 0);
  if (known.length === 0) throw new ListError(file, null, "has no entries");
  return known;
}

/** ISO 8601, as both lists write it; without an offset it is UTC. */
export function publicationOf(file: string, text = ""): Date {
  const [, moment = "", offset = "Z"] = /^(\d{4}-\d{2}-\d{2}(?:T[\d:.]+)?)(Z|[+-]\d{2}:\d{2})?$/.exec(text) ?? [];
  const at = new Date(moment.includes("T") ? `${moment}${offset}` : moment);
  if (Number.isNaN(at.getTime())) throw new ListError(file, null, "does not say when it was published");
  return at;
}
