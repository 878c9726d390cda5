import type { Execution } from "../lib/execute.ts";

export interface SuiteResult {
  name: string;
  passed: number;
  /** Failed and pending tests, and one for a suite that crashed, hung or ran nothing. */
  failed: number;
  /** What went wrong, ready to print. */
  problems: string[];
  durationMs: number;
}

export type TestEvent =
  | { event: "start"; total: number }
  | { event: "test"; title: string; file?: string }
  | { event: "pass"; title: string; ms: number }
  | { event: "pending"; title: string; file?: string }
  | { event: "fail"; title: string; file?: string; error: string }
  | { event: "end" };

/** Reads the lines of the reporter; a last line that was cut off by a kill is left out. */
export function parseEvents(text: string): TestEvent[] {
  return text
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as TestEvent);
}

/** Judges a mocha run by its events, and by how its process ended. */
export function judgeMocha(name: string, events: readonly TestEvent[], run: Execution): SuiteResult {
  const problems: string[] = [];
  let passed = 0;
  let failed = 0;
  for (const event of events) {
    if (event.event === "pass") passed += 1;
    if (event.event === "pending") problems.push(`${event.title}\n  is skipped: there are no skipped tests here`);
    if (event.event === "fail") problems.push(`${event.title}\n${event.error}`);
    if (event.event === "pending" || event.event === "fail") failed += 1;
  }
  const last = events.findLast((event) => event.event === "test");
  const ended = events.some((event) => event.event === "end");
  const crash = crashOf(run, ended, passed + failed, failed);
  if (crash !== undefined) {
    failed += 1;
    const during = ended || last?.event !== "test" ? "" : `\nLast test started: ${last.title}`;
    problems.push(`${crash}${during}\n${tail(run.output)}`);
  }
  return { name, passed, failed, problems, durationMs: run.durationMs };
}

/** Judges a run of Hardhat's Solidity tests by the summary that it prints. */
export function judgeSolidity(name: string, run: Execution): SuiteResult {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colors are written with them
  const text = run.output.replace(/\u001b\[[0-9;]*m/g, "");
  const count = (word: string) => Number(new RegExp(`^\\s*(\\d+) ${word}\\b`, "m").exec(text)?.[1] ?? Number.NaN);
  const passed = count("passing");
  const failing = count("failing") || 0;
  const skipped = count("skipped") || 0;
  const ended = !Number.isNaN(passed);
  const problems: string[] = [];
  let failed = failing + skipped;
  if (failed > 0) problems.push(tail(text, 12_000));
  const crash = crashOf(run, ended, (passed || 0) + failed, failed);
  if (crash !== undefined) {
    failed += 1;
    problems.push(`${crash}\n${tail(text)}`);
  }
  return { name, passed: passed || 0, failed, problems, durationMs: run.durationMs };
}

function crashOf(run: Execution, ended: boolean, ran: number, failed: number): string | undefined {
  if (run.timedOut && ended)
    return "The tests ended, but something they left open kept the process alive: it was killed.";
  if (run.timedOut) return "The suite did not end in time and was killed.";
  if (!ended) return `The suite ended with code ${run.code} before its tests did.`;
  if (ran === 0) return "The suite ran no tests.";
  if (run.code !== 0 && failed === 0) return `All tests passed, and yet the suite ended with code ${run.code}.`;
  return undefined;
}

function tail(text: string, length = 4_000): string {
  return text.length <= length ? text.trim() : `...${text.slice(-length)}`.trim();
}
