import type { Mutant } from "./mutants.ts";
import type { Result, Status } from "./state.ts";

/** A mutant that no test can notice, and why. */
export interface Survivor extends Pick<Mutant, "id" | "file" | "in" | "operator" | "code" | "change"> {
  reason: string;
}

type Counts = Record<Status, number>;

export interface Report {
  /** All mutants there are, and how many were tried: all, or a sample by this seed. */
  mutants: number;
  tried: number;
  seed: number;
  counts: Counts;
  /** Killed, of those that have code of their own; in percent. */
  score: number;
  files: Record<string, Counts>;
  survivors: string[];
}

/** Lower than this, and the tests are not good enough. */
const LEAST = 95;

export function reportOf(
  all: readonly Mutant[],
  tried: readonly Mutant[],
  results: ReadonlyMap<string, Result>,
  seed: number,
): Report {
  const none = (): Counts => ({ killed: 0, survived: 0, same: 0, invalid: 0 });
  const counts = none();
  const files: Record<string, Counts> = {};
  const survivors: string[] = [];
  for (const { id, file } of tried) {
    const status = results.get(id)?.status;
    if (status === undefined) continue;
    counts[status] += 1;
    files[file] ??= none();
    files[file][status] += 1;
    if (status === "survived") survivors.push(id);
  }
  const judged = counts.killed + counts.survived;
  const score = judged === 0 ? 100 : Math.floor((10_000 * counts.killed) / judged) / 100;
  return { mutants: all.length, tried: tried.length, seed, counts, score, files, survivors };
}

/** What keeps a run from being good; empty when it is. */
export function faultsOf(
  report: Report,
  all: readonly Mutant[],
  results: ReadonlyMap<string, Result>,
  listed: readonly Survivor[],
): string[] {
  const byId = new Map(all.map((mutant) => [mutant.id, mutant]));
  const known = new Set(listed.map(({ id }) => id));
  const faults: string[] = [];
  if (report.score < LEAST) faults.push(`Only ${report.score} % are noticed; it should be ${LEAST} %.`);
  for (const id of report.survivors.filter((one) => !known.has(one))) {
    const { file, line, in: where, operator, code, change } = byId.get(id) as Mutant;
    faults.push(
      `Survives, and is not listed (line ${line}):\n${JSON.stringify({ id, file, in: where, operator, code, change, reason: "" }, undefined, 1)}`,
    );
  }
  for (const { id, code, reason } of listed) {
    const result = results.get(id);
    if (!byId.has(id)) faults.push(`Listed, but no such mutant exists any more: ${id} ${code}`);
    else if (reason.trim() === "") faults.push(`Listed without a reason: ${id} ${code}`);
    else if (result?.status === "killed" && result.file !== "")
      faults.push(`Listed, but ${result.file} notices it: ${id} ${code}`);
  }
  return faults;
}

/** A table for people. */
export function tableOf({ files, counts, score }: Report): string {
  const row = (name: string, { killed, survived, same, invalid }: Counts) =>
    `${name.padEnd(44)} ${[killed, survived, same, invalid].map((count) => String(count).padStart(9)).join("")}`;
  const head = `${"".padEnd(44)} ${["killed", "survived", "same code", "no code"].map((word) => word.padStart(9)).join("")}`;
  const lines = Object.entries(files).map(([file, of]) => row(file, of));
  return [head, ...lines, row("all", counts), `${score} % noticed`].join("\n");
}
