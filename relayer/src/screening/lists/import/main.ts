import { realpath } from "node:fs/promises";
import { parseArgs } from "node:util";
import { RelayerError } from "../../../errors.ts";
import { FILE_NAMES, type FileName } from "../formats.ts";
import { downloading } from "./download.ts";
import type { Fetch } from "./fetched.ts";
import { readingFrom } from "./from-directory.ts";
import { importLists, ListsRefused } from "./import-lists.ts";
import { SOURCES } from "./sources.ts";

const USAGE = `Usage: npm run lists -- --dir DIR [--from DIR | --mirror URL] [--force] [--json]

  --dir     the directory that SANCTIONS_LIST_DIR names; made when there is none
  --from    takes the lists that lie in this directory instead of downloading all that are published
  --mirror  downloads them from below this URL: ${FILE_NAMES.join(", ")}
  --force   takes older, smaller and fewer lists than those that are there
  --json    the manifest as JSON

Exit code 0: the lists are in their place; 1: older, smaller or fewer than those that are there; 2: they could not be had, or the
arguments are wrong. Only 0 changes anything.`;

/** Exit codes. */
const REFUSED = 1;
const NOT_HAD = 2;

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  if (!(error instanceof RelayerError)) process.stderr.write(`\n${USAGE}\n`);
  process.exitCode = error instanceof ListsRefused ? REFUSED : NOT_HAD;
}

async function main(): Promise<void> {
  const { dir: directory, from, mirror, force, json } = readArguments();
  const tell = (line: string) => process.stderr.write(`${line}\n`);
  const fetch =
    from === undefined ? downloading(mirror === undefined ? SOURCES : below(mirror)) : await readingFrom(from);
  const told: Fetch = async (name) => {
    const file = await fetch(name);
    if (file !== null) tell(`${name} from ${file.source}: ${file.bytes.length} bytes`);
    return file;
  };
  const inPlace = from !== undefined && (await isSame(from, directory));
  const { changed, manifest } = await importLists({ directory, fetch: told, inPlace, force, now: new Date(), tell });
  if (json) process.stdout.write(`${JSON.stringify({ changed, ...manifest }, null, 2)}\n`);
  else process.stdout.write(changed ? `The lists are in ${directory}.\n` : `${directory} has these lists already.\n`);
}

function readArguments() {
  const options = {
    dir: { type: "string" },
    from: { type: "string" },
    mirror: { type: "string" },
    force: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  } as const;
  const { dir, ...values } = parseArgs({ options, allowPositionals: false }).values;
  if (dir === undefined) throw new Error("--dir is missing");
  if (values.from !== undefined && values.mirror !== undefined)
    throw new Error("--from and --mirror exclude each other");
  return { dir, ...values };
}

function below(mirror: string): Record<FileName, string> {
  if (!URL.canParse(mirror)) throw new Error("--mirror must be a URL");
  const base = mirror.replace(/\/*$/, "/");
  return Object.fromEntries(FILE_NAMES.map((name) => [name, new URL(name, base).href])) as Record<FileName, string>;
}

async function isSame(a: string, b: string): Promise<boolean> {
  const [one, other] = await Promise.all([a, b].map((path) => realpath(path).catch(() => null)));
  return one !== null && one === other;
}
