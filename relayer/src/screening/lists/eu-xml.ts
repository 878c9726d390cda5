import { type Draft, draft, entriesOf, noteWallets, publicationOf } from "./collect.ts";
import type { ParsedList } from "./entry.ts";
import { readXml } from "./read-xml.ts";

/**
 * The consolidated list of the European Union, "full sanctions list" in XML 1.1: `export` holds a `sanctionEntity` each, whose
 * `nameAlias` elements carry every spelling as `wholeName`. Throws ListError.
 */
export async function parseEuXml(file: string, bytes: Uint8Array): Promise<ParsedList> {
  const drafts: Draft[] = [];
  let current: Draft | null = null;
  let generated: string | undefined;
  await readXml(file, bytes, "export", {
    open({ name, attributes, path }) {
      if (path.length === 0) generated = attributes.generationDate;
      if (name === "sanctionEntity" && path.length === 1) {
        current = draft();
        drafts.push(current);
      }
      if (current === null) return;
      if (name === "nameAlias") current.names.push(wholeName(attributes));
      for (const value of Object.values(attributes)) noteWallets(current, value);
    },
    close({ name, path }, text) {
      if (current !== null) noteWallets(current, text);
      if (name === "sanctionEntity" && path.length === 1) current = null;
    },
  });
  return { entries: entriesOf(file, drafts), publishedAt: publicationOf(file, generated) };
}

function wholeName({ wholeName, firstName, middleName, lastName }: Readonly<Record<string, string>>): string {
  if (wholeName !== undefined && wholeName.trim() !== "") return wholeName;
  return [firstName, middleName, lastName].filter((part) => part !== undefined).join(" ");
}
