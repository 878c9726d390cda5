import { setImmediate as breathe } from "node:timers/promises";
import { likeness, type Name, readName } from "../names.ts";
import type { ListName } from "./formats.ts";
import type { LoadedList } from "./load.ts";

/** Names at least this alike are flagged for a person to look at. Documented in docs/operations.md. */
const NEAR_NAME = 0.85;
/** Names read before others have their turn. */
const BATCH = 1_000;

interface NameMatch {
  /** Word for word, in the name's own script. */
  exact: boolean;
  /** How alike the nearest listed name is, 0 to 1. */
  nearest: number;
  /** Lists with that name or a near one. */
  lists: ListName[];
}

/** Lists, ready to be searched. */
export interface ListIndex {
  /** Each list and the day of its publication. */
  version: string;
  findName(name: Name): NameMatch;
  /** Lists that hold the address. */
  findWallet(address: string): ListName[];
}

export async function indexLists(loaded: readonly LoadedList[]): Promise<ListIndex> {
  const exact = new Map<string, Set<ListName>>();
  const wallets = new Map<string, Set<ListName>>();
  const names = new Map<ListName, Name[]>();
  let read = 0;
  for (const { list, entries } of loaded) {
    const ofList: Name[] = [];
    names.set(list, ofList);
    for (const entry of entries) {
      for (const text of entry.names) {
        const name = readName(text);
        if (name.own.length === 0) continue;
        ofList.push(name);
        note(exact, name.own.join(" "), list);
        if (++read % BATCH === 0) await breathe();
      }
      for (const wallet of entry.wallets) note(wallets, wallet, list);
    }
  }
  return {
    version: loaded.map(({ list, publishedAt }) => `${list}=${publishedAt.toISOString().slice(0, 10)}`).join(","),
    findName(name) {
      const listed = exact.get(name.own.join(" "));
      const lists = new Set(listed);
      let nearest = 0;
      for (const [list, ofList] of names) {
        const here = ofList.reduce((best, other) => Math.max(best, likeness(name, other, best)), 0);
        if (here >= NEAR_NAME) lists.add(list);
        nearest = Math.max(nearest, here);
      }
      return { exact: listed !== undefined, nearest, lists: [...lists].sort() };
    },
    findWallet: (address) => [...(wallets.get(address.toLowerCase()) ?? [])].sort(),
  };
}

function note(index: Map<string, Set<ListName>>, key: string, list: ListName): void {
  const lists = index.get(key);
  if (lists === undefined) index.set(key, new Set([list]));
  else lists.add(list);
}
