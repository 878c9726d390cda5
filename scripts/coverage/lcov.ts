export interface FileCoverage {
  file: string;
  lines: number;
  /** Numbers of the lines that hold a statement no test has reached. */
  unreached: number[];
}

/** A line that no test reaches, and why. Found again by what it says, not by its number. */
export interface Unreached {
  file: string;
  code: string;
  reason: string;
}

/** Reads Hardhat's report: one record a file, one `DA:<line>,<count>` for each line with code. */
export function parseLcov(text: string): FileCoverage[] {
  return text
    .split("end_of_record")
    .map((record) => record.trim())
    .filter((record) => record !== "")
    .map((record) => {
      const lines = [...record.matchAll(/^DA:(\d+),(\d+)/gm)].map(
        ([, line, count]) => [Number(line), Number(count)] as const,
      );
      return {
        file: /^SF:(.*)$/m.exec(record)?.[1] ?? "",
        lines: lines.length,
        unreached: lines.filter(([, count]) => count === 0).map(([line]) => line),
      };
    });
}

/** What differs between the lines that were not reached and the list of those that need not be; empty when nothing does. */
export function differences(
  files: readonly FileCoverage[],
  listed: readonly Unreached[],
  lineOf: (file: string, line: number) => string,
): string[] {
  const open = [...listed];
  const faults: string[] = [];
  for (const { file, unreached } of files) {
    for (const line of unreached) {
      const code = lineOf(file, line).trim();
      const at = open.findIndex((one) => one.file === file && one.code === code);
      if (at < 0) faults.push(`${file}:${line} is reached by no test: ${code}`);
      else open.splice(at, 1);
    }
  }
  return [
    ...faults,
    ...open.map(({ file, code }) => `Listed, but reached or gone: ${file}: ${code}`),
    ...listed
      .filter(({ reason }) => reason.trim() === "")
      .map(({ file, code }) => `Listed without a reason: ${file}: ${code}`),
  ];
}

/** The titles of the tests that failed, as mocha prints them while it runs. */
export function failuresIn(output: string): string[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colors are written with them
  const text = output.replace(/\u001b\[[0-9;]*m/g, "");
  return [...(text.split(/^\s*\d+ passing/m)[0] ?? "").matchAll(/^\s+\d+\) (.+)$/gm)].map(([, title]) =>
    (title ?? "").trim(),
  );
}

/** Percent of the statements of each file that were reached, from the table that Hardhat prints. */
export function statementsIn(output: string): Map<string, number> {
  const rows = output.matchAll(/^\W*(\S+\.sol)\s*│\s*[\d.]+\s*│\s*([\d.]+)\s*│/gm);
  return new Map([...rows].map(([, file = "", percent]) => [file, Number(percent)]));
}

/** One line a file, the sum last. */
export function tableOf(files: readonly FileCoverage[], statements: ReadonlyMap<string, number>): string {
  const row = (name: string, lines: number, reached: number, percent: string, missing: string) =>
    `${name.padEnd(46)} ${`${reached}/${lines}`.padStart(10)} ${percent.padStart(8)}  ${missing}`.trimEnd();
  const sum = (count: (file: FileCoverage) => number) => files.reduce((total, file) => total + count(file), 0);
  return [
    `${"".padEnd(46)} ${"lines".padStart(10)} ${"stmts".padStart(8)}  not reached`,
    ...files
      .toSorted((a, b) => a.file.localeCompare(b.file))
      .map(({ file, lines, unreached }) =>
        row(file, lines, lines - unreached.length, `${statements.get(file)?.toFixed(2) ?? "?"}%`, unreached.join(", ")),
      ),
    row(
      `${files.length} files`,
      sum(({ lines }) => lines),
      sum(({ lines, unreached }) => lines - unreached.length),
      "",
      "",
    ),
  ].join("\n");
}
