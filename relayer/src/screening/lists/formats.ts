import type { ParsedList } from "./entry.ts";
import { parseEuXml } from "./eu-xml.ts";
import { parseOfacCsv } from "./ofac-csv.ts";
import { parseUnXml } from "./un-xml.ts";

export const LIST_NAMES = ["SDN", "EU", "UN"] as const;
export type ListName = (typeof LIST_NAMES)[number];

export const FILE_NAMES = ["SDN.CSV", "ALT.CSV", "ADD.CSV", "SDN_COMMENTS.CSV", "EU.XML", "UN.XML"] as const;
export type FileName = (typeof FILE_NAMES)[number];

interface Format {
  /** The first has to be there. */
  files: readonly [FileName, ...FileName[]];
  /** Throws ListError naming the file, and the line where there is one. */
  parse(files: ReadonlyMap<FileName, Uint8Array>): Promise<ParsedList>;
}

const NOTHING = new Uint8Array();

/** Of each list the files that it is published in, and how they are read. */
export const FORMATS: Readonly<Record<ListName, Format>> = {
  SDN: {
    files: ["SDN.CSV", "ALT.CSV", "ADD.CSV", "SDN_COMMENTS.CSV"],
    async parse(files) {
      const text = (name: FileName) => {
        const bytes = files.get(name);
        return bytes === undefined ? undefined : decode(bytes);
      };
      const [alt, add, comments] = [text("ALT.CSV"), text("ADD.CSV"), text("SDN_COMMENTS.CSV")];
      return { entries: parseOfacCsv({ sdn: text("SDN.CSV") ?? "", alt, add, comments }), publishedAt: null };
    },
  },
  EU: { files: ["EU.XML"], parse: (files) => parseEuXml("EU.XML", files.get("EU.XML") ?? NOTHING) },
  UN: { files: ["UN.XML"], parse: (files) => parseUnXml("UN.XML", files.get("UN.XML") ?? NOTHING) },
};

/** OFAC's newer publications are UTF-8, older ones Latin-1. */
function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return Buffer.from(bytes).toString("latin1");
  }
}
