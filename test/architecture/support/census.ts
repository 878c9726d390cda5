/**
 * Which custom errors the contracts' tests provoke by a call that is valid but for one thing. Read from the sources as they are formatted:
 * a block is a line and all that follows it with a deeper indentation.
 */
const TITLE = "valid call, one thing broken";
const ERROR = /\b[A-Z][A-Za-z]*_[A-Z][A-Za-z]*\b/g;

/** The errors that a text names. */
export function errorsIn(text: string): Set<string> {
  return new Set(text.match(ERROR));
}

/**
 * The errors that a file names inside a `describe` or `it` whose title begins so, or in a table or function of the same file which such a
 * block uses.
 */
export function provokedIn(text: string): Set<string> {
  const lines = text.split("\n");
  const declared = declarations(lines);
  const provoked = lines.flatMap((line, at) => {
    if (!/^\s*(describe|it)\(/.test(line) || !titleAt(lines, at).startsWith(TITLE)) return [];
    // A loop around the block says which table its cases come from.
    const loop = /^\s*for \(const .* of /.test(lines[at - 1] ?? "") ? (lines[at - 1] ?? "") : "";
    const block = `${loop}\n${blockAt(lines, at)}`;
    const used = new Set(block.match(/\b[A-Za-z]\w*\b/g));
    return [block, ...[...declared].filter(([name]) => used.has(name)).map(([, body]) => body)];
  });
  return errorsIn(provoked.join("\n"));
}

function titleAt(lines: readonly string[], at: number): string {
  const open = (lines[at] ?? "").trimEnd();
  const text = open.endsWith("(") ? (lines[at + 1] ?? "") : open.slice(open.indexOf("(") + 1);
  return text.trimStart().slice(1);
}

function blockAt(lines: readonly string[], at: number): string {
  const depth = indentation(lines[at] ?? "");
  const rest = lines.slice(at + 1);
  const end = rest.findIndex((line) => line.trim() !== "" && indentation(line) <= depth);
  return [lines[at], ...(end < 0 ? rest : rest.slice(0, end))].join("\n");
}

/** What the file declares that can hold an error's name: tables and functions. Those of `describe` blocks are no declarations. */
function declarations(lines: readonly string[]): Map<string, string> {
  return new Map(
    lines.flatMap((line, at) => {
      const name = /^\s*(?:const|(?:async )?function) (\w+)/.exec(line)?.[1];
      return name === undefined ? [] : [[name, blockAt(lines, at)] as const];
    }),
  );
}

function indentation(line: string): number {
  return line.length - line.trimStart().length;
}
