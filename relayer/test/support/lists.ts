import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLogger } from "../../src/log.ts";
import { readingFrom } from "../../src/screening/lists/import/from-directory.ts";
import { type Imported, importLists } from "../../src/screening/lists/import/import-lists.ts";
import { openSanctionsList } from "../../src/screening/sanctions-list.ts";

export const silent = createLogger("silent");

/** The lists of the local world. */
export const shippedLists = () => openSanctionsList(new URL("../../lists", import.meta.url).pathname, silent);

const inXml = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");

/** A row as OFAC publishes it. */
export function sdnRow(entNum: number, name: string, remarks = "-0- "): string {
  return `${entNum},"${name}",-0- ,${Array.from({ length: 8 }, () => "-0- ").join(",")},"${remarks}"\r\n`;
}

/** The EU's list in its XML 1.1; each entry is its names. */
export function euXml(
  entries: readonly (readonly string[])[],
  generationDate = "2026-11-20T09:30:00.123+01:00",
): string {
  const entities = entries.map(
    (
      names,
      index,
    ) => `  <sanctionEntity designationDetails="" unitedNationId="" euReferenceNumber="EU.${index}.1" logicalId="${index}">
    <regulation regulationType="amendment" organisationType="commission" publicationDate="2026-01-01" logicalId="9"/>
    <subjectType code="person" classificationCode="P"/>
${names.map((name) => `    <nameAlias firstName="" middleName="" lastName="" wholeName="${inXml(name)}" nameLanguage="" strong="true"/>`).join("\n")}
    <remark/>
  </sanctionEntity>`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n<export xmlns="http://eu.europa.ec/fpi/fsd/export" generationDate="${generationDate}" globalFileId="1">\n${entities.join("\n")}\n</export>\n`;
}

/** The UN's list; each entry is its parts of a name and its aliases. */
export function unXml(
  entries: readonly { parts: readonly string[]; aliases?: readonly string[]; original?: string; comments?: string }[],
  dateGenerated = "2026-10-08T23:00:06.496Z",
): string {
  const tags = ["FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME"];
  const individuals = entries.map(
    ({ parts, aliases = [], original, comments }, index) => `<INDIVIDUAL><DATAID>${index}</DATAID>
${parts.map((part, at) => `<${tags[at]}>${inXml(part)}</${tags[at]}>`).join("")}<UN_LIST_TYPE>DRC</UN_LIST_TYPE>
${original === undefined ? "" : `<NAME_ORIGINAL_SCRIPT>${inXml(original)}</NAME_ORIGINAL_SCRIPT>`}<COMMENTS1>${inXml(comments ?? "")}</COMMENTS1>
${aliases.map((alias) => `<INDIVIDUAL_ALIAS><QUALITY>Good</QUALITY><ALIAS_NAME>${inXml(alias)}</ALIAS_NAME></INDIVIDUAL_ALIAS>`).join("")}
<INDIVIDUAL_ALIAS><QUALITY/><ALIAS_NAME/></INDIVIDUAL_ALIAS></INDIVIDUAL>`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n<CONSOLIDATED_LIST dateGenerated="${dateGenerated}"><INDIVIDUALS>${individuals.join("\n")}</INDIVIDUALS><ENTITIES/></CONSOLIDATED_LIST>`;
}

export interface ListDirectory {
  path: string;
  /** Imports these files; those of earlier imports are gone. */
  import(files: Record<string, string | Uint8Array>, changes?: { force?: boolean; now?: Date }): Promise<Imported>;
  remove(): Promise<void>;
}

/** A directory that lists are imported into. */
export async function listDirectory(): Promise<ListDirectory> {
  const path = await mkdtemp(join(tmpdir(), "keystone-lists-"));
  return {
    path,
    async import(files, { force = false, now = new Date() } = {}) {
      const from = await mkdtemp(join(tmpdir(), "keystone-files-"));
      try {
        for (const [name, content] of Object.entries(files)) await writeFile(join(from, name), content);
        const fetch = await readingFrom(from);
        return await importLists({ directory: path, fetch, inPlace: false, force, now, tell: () => undefined });
      } finally {
        await rm(from, { recursive: true });
      }
    },
    remove: () => rm(path, { recursive: true, force: true }),
  };
}
