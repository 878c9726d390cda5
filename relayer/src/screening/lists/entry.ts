import type { Address } from "viem";

/** One listed person, entity, vessel or aircraft. */
export interface ListEntry {
  /** Its names and aliases in every spelling and script that the list has; at least one. */
  names: string[];
  /** EVM addresses, lower case. An address is one key on every EVM chain, whatever currency the list names. */
  wallets: Address[];
}

/** A whole list, read to its end. */
export interface ParsedList {
  entries: ListEntry[];
  /** When it was published; null where the format does not say. */
  publishedAt: Date | null;
}
