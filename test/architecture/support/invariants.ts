/** How the pages about the invariants are read: as text, by the names that stand between backticks. */
export interface Row {
  id: string;
  /** What holds it: functions and files. */
  names: string[];
  statuses: string[];
}

const FILE = /\.(ts|sol)$/;
const FUNCTION = /^((invariant|check|refute|test|testFuzz)_\w+|afterInvariant)$/;

/** Every name between backticks that claims to be a function or file of the tests. */
export function claimsOf(text: string): string[] {
  return quotedIn(text).filter((name) => FILE.test(name) || FUNCTION.test(name));
}

/** The rows of all tables whose first cell is an id. */
export function rowsOf(page: string): Row[] {
  return page.split("\n").flatMap((line) => {
    const [, id = "", , held = "", statuses = ""] = line.split("|").map((cell) => cell.trim());
    return /^[A-Z]\d+$/.test(id) ? [{ id, names: claimsOf(held), statuses: statuses.split(", ") }] : [];
  });
}

/** What a row may say of itself, by what it names; `files` has the path of every file that is named. */
export function statusesOf({ names }: Row, files: ReadonlyMap<string, string>): string[] {
  const some = (pattern: RegExp) => names.some((name) => pattern.test(files.get(name) ?? name));
  const found = [
    some(/^(invariant_|testFuzz_|afterInvariant$)/) ? "fuzzed" : "",
    // A variant is refuted: it shows what a promise rests on, and proves nothing of what is deployed.
    some(/^test\/model\/[^/]+$/) ? "proved (model)" : "",
    some(/^check_/) ? "proved (code)" : "",
    some(/\.test\.ts$/) ? "tested" : "",
  ].filter((status) => status !== "");
  return found.length === 0 ? ["assumed"] : found;
}

/** The functions of a Solidity source. */
export function functionsIn(source: string): string[] {
  return [...source.matchAll(/\bfunction (\w+)/g)].map(([, name = ""]) => name);
}

/** What the invariants' own page lists, by the file that its heading names. */
export function listedIn(readme: string): Map<string, string[]> {
  const sections = readme.split(/^\*\*/m).slice(1);
  return new Map(
    sections.flatMap((section) => {
      const file = /^[^\n]*\(`(promises\/\w+\.sol)`\)/.exec(section)?.[1];
      const names = [...section.matchAll(/^- (`[^:]*):/gm)].flatMap(([, list = ""]) => quotedIn(list));
      return file === undefined ? [] : [[file, names] as const];
    }),
  );
}

function quotedIn(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name);
}
