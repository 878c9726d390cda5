import { type Draft, draft, entriesOf, noteWallets, publicationOf } from "./collect.ts";
import type { ParsedList } from "./entry.ts";
import { readXml } from "./read-xml.ts";

const ENTRIES = ["INDIVIDUAL", "ENTITY"];
/** In the order in which they make up a name. */
const PARTS = ["FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME"];
const ENTRY_DEPTH = 2;

/**
 * The consolidated list of the United Nations Security Council: `CONSOLIDATED_LIST` holds `INDIVIDUAL` and `ENTITY` elements with up to
 * four parts of a name, the name in its original script, and aliases. Throws ListError.
 */
export async function parseUnXml(file: string, bytes: Uint8Array): Promise<ParsedList> {
  const drafts: Draft[] = [];
  let current: Draft | null = null;
  let parts: string[] = [];
  let generated: string | undefined;
  await readXml(file, bytes, "CONSOLIDATED_LIST", {
    open({ name, attributes, path }) {
      if (path.length === 0) generated = attributes.dateGenerated;
      if (path.length !== ENTRY_DEPTH || !ENTRIES.includes(name)) return;
      current = draft();
      parts = [];
      drafts.push(current);
    },
    close({ name, path }, text) {
      if (current === null) return;
      noteWallets(current, text);
      if (path.length === ENTRY_DEPTH) {
        current.names.push(parts.filter(Boolean).join(" "));
        current = null;
      } else if (path.length === ENTRY_DEPTH + 1 && PARTS.includes(name)) parts[PARTS.indexOf(name)] = text;
      else if (path.length === ENTRY_DEPTH + 1 && name === "NAME_ORIGINAL_SCRIPT") current.names.push(text);
      // One element may hold several.
      else if (name === "ALIAS_NAME") current.names.push(...text.split(";"));
    },
  });
  return { entries: entriesOf(file, drafts), publishedAt: publicationOf(file, generated) };
}
