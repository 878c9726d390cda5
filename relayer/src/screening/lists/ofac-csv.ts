import { CsvError, parse } from "csv-parse/sync";
import type { Address } from "viem";
import { ListError } from "../../errors.ts";
import type { ListEntry } from "./entry.ts";

/** Texts of the files as OFAC publishes them; the aliases, addresses and overflowing remarks may be left out. */
export interface OfacFiles {
  sdn: string;
  alt?: string | undefined;
  add?: string | undefined;
  comments?: string | undefined;
}

/** Columns by the published data specification; no file has a header. */
const COLUMNS = { "SDN.CSV": 12, "ALT.CSV": 5, "ADD.CSV": 6, "SDN_COMMENTS.CSV": 2 } as const;
/** The published files end with it. */
const DOS_END_OF_FILE = "\u001A";
type FileName = keyof typeof COLUMNS;

interface Listed {
  names: string[];
  remarks: string;
  line: number;
}

/** Reads the files into entries. Throws ListError naming file and line: a list that is only half understood would let somebody pass. */
export function parseOfacCsv(files: OfacFiles): ListEntry[] {
  const entries = new Map<number, Listed>();
  for (const { fields, line } of rowsOf("SDN.CSV", files.sdn)) {
    const entNum = numberOf(fields[0], "SDN.CSV", line);
    const name = textOf(fields[1]);
    if (name === null) throw new ListError("SDN.CSV", line, "the name is missing");
    if (entries.has(entNum)) throw new ListError("SDN.CSV", line, `ent_num ${entNum} is repeated`);
    entries.set(entNum, { names: [name], remarks: fields[11] ?? "", line });
  }
  if (entries.size === 0) throw new ListError("SDN.CSV", null, "has no entries");
  for (const { fields, line } of rowsOf("ALT.CSV", files.alt)) {
    const alias = textOf(fields[3]);
    if (alias === null) throw new ListError("ALT.CSV", line, "the name is missing");
    entryOf(entries, fields[0], "ALT.CSV", line).names.push(alias);
  }
  // Postal addresses are not screened, but a broken file means a broken copy of the list.
  for (const { fields, line } of rowsOf("ADD.CSV", files.add)) entryOf(entries, fields[0], "ADD.CSV", line);
  // Remarks overflow wherever they reach their limit, in the middle of an address too.
  for (const { fields, line } of rowsOf("SDN_COMMENTS.CSV", files.comments)) {
    entryOf(entries, fields[0], "SDN_COMMENTS.CSV", line).remarks += fields[1] ?? "";
  }
  return [...entries.values()].map(({ names, remarks, line }) => ({ names, wallets: walletsIn(remarks, line) }));
}

function rowsOf(file: FileName, text: string | undefined): { fields: string[]; line: number }[] {
  if (text === undefined) return [];
  const body = text
    .replace(/^\uFEFF/, "")
    .replaceAll(DOS_END_OF_FILE, "")
    .trim();
  if (body === "") return [];
  try {
    const rows = parse(body, {
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
    }) as unknown as {
      record: string[];
      info: { lines: number };
    }[];
    return rows.map(({ record, info }) => {
      if (record.length !== COLUMNS[file]) {
        throw new ListError(file, info.lines, `has ${record.length} columns instead of ${COLUMNS[file]}`);
      }
      return { fields: record, line: info.lines };
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new ListError(file, (error as { lines?: number }).lines ?? null, error.message);
  }
}

/** Null values are published as -0-. */
function textOf(field: string | undefined): string | null {
  const value = field?.trim() ?? "";
  return value === "" || value === "-0-" ? null : value;
}

function numberOf(field: string | undefined, file: FileName, line: number): number {
  const value = textOf(field);
  if (value === null || !/^\d{1,10}$/.test(value))
    throw new ListError(file, line, `ent_num ${value ?? "-0-"} is no number`);
  return Number(value);
}

function entryOf(entries: Map<number, Listed>, field: string | undefined, file: FileName, line: number): Listed {
  const entNum = numberOf(field, file, line);
  const entry = entries.get(entNum);
  if (entry === undefined) throw new ListError(file, line, `ent_num ${entNum} is not in SDN.CSV`);
  return entry;
}

/** Remarks hold "Digital Currency Address - ETH 0x…" clauses, further ones as "alt. Digital Currency Address - …". */
function walletsIn(remarks: string, line: number): Address[] {
  return [...remarks.matchAll(/Digital Currency Address\s*-\s*([A-Z0-9]{2,10})\s+([^\s;,)]+)/gi)].flatMap((match) => {
    const address = (match[2] ?? "").replace(/\.$/, "").toLowerCase();
    if (!address.startsWith("0x")) return [];
    if (!/^0x[0-9a-f]{40}$/.test(address)) throw new ListError("SDN.CSV", line, `${match[2]} is no address`);
    return [address as Address];
  });
}
