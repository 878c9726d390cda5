import { randomUUID } from "node:crypto";
import { shortMessage } from "../chains/revert.ts";
import type { Logger } from "../log.ts";
import type { ListName } from "./lists/formats.ts";
import { indexLists, type ListIndex } from "./lists/index-lists.ts";
import { loadLists } from "./lists/load.ts";
import { contentsOf, type Manifest, parseManifest, readManifestText } from "./lists/manifest.ts";
import { readName } from "./names.ts";
import type { EntitySubject, Finding, ScreeningProvider, WalletSubject } from "./provider.ts";

const NAME = "sanctions_list";

/** How old a list is that is screened against. */
export interface ListStatus {
  list: ListName;
  publishedAt: Date;
  importedAt: Date;
}

export type SanctionsList = Required<ScreeningProvider> & { status(): ListStatus[] };

/**
 * The list provider: names and wallets against the lists of a directory. An exact wallet or an exact normalised name or alias is a fail, a
 * near name, or one without letters and digits, is flagged. Lists that are imported later are noticed by the next screening; until they
 * are read whole, and when they cannot be, it goes on with those it has. Throws ListError when there are none to begin with.
 */
export async function openSanctionsList(directory: string, log: Logger): Promise<SanctionsList> {
  let seen = await readManifestText(directory);
  let held = await read(directory, parseManifest(seen));
  let reading: Promise<void> | null = null;

  const follow = async (text: string): Promise<void> => {
    // A manifest that cannot be followed is not tried again: the next import writes another one.
    seen = text;
    const manifest = parseManifest(text);
    const same = contentsOf(manifest.lists) === contentsOf(held.manifest.lists);
    held = same ? { ...held, manifest } : await read(directory, manifest);
    log.info({ version: held.index.version, same }, "follows a new import of the lists");
  };
  const current = async (): Promise<ListIndex> => {
    try {
      const text = await readManifestText(directory);
      if (text !== seen) reading ??= follow(text).finally(() => (reading = null));
      await reading;
    } catch (error) {
      log.error({ error: shortMessage(error) }, "goes on with the lists it has");
    }
    return held.index;
  };

  const finding = (status: Finding["status"], riskScore: number | null, lists: ListName[], { version }: ListIndex) => ({
    status,
    referenceId: `${NAME}:${version}:${randomUUID()}`,
    riskScore,
    matchedLists: lists,
  });
  return {
    name: NAME,
    async screenEntity({ name }: EntitySubject): Promise<Finding> {
      const index = await current();
      const words = readName(name);
      if (words.own.length === 0) return finding("flagged", null, [], index);
      const { exact, nearest, lists } = index.findName(words);
      if (exact) return finding("fail", 100, lists, index);
      return finding(lists.length > 0 ? "flagged" : "pass", Math.min(99, Math.round(nearest * 100)), lists, index);
    },
    async screenWallet({ address }: WalletSubject): Promise<Finding> {
      const index = await current();
      const lists = index.findWallet(address);
      return lists.length > 0 ? finding("fail", 100, lists, index) : finding("pass", 0, [], index);
    },
    status: () =>
      held.manifest.lists.map(({ list, published_at }) => ({
        list,
        publishedAt: new Date(published_at),
        importedAt: new Date(held.manifest.imported_at),
      })),
  };
}

async function read(directory: string, manifest: Manifest): Promise<{ index: ListIndex; manifest: Manifest }> {
  return { index: await indexLists(await loadLists(directory, manifest)), manifest };
}
