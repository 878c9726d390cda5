import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execute } from "../lib/execute.ts";
import { root } from "../lib/root.ts";
import { judgeMocha, judgeSolidity, parseEvents, type SuiteResult, type TestEvent } from "./result.ts";
import { filesOf, type Suite } from "./suites.ts";

const GRACE_MS = 15_000;

/** Counts of a suite while it runs. */
export interface Progress {
  done: number;
  total: number | undefined;
  /** Title of the test that is running. */
  current: string | undefined;
}

/** Runs one suite to its end, or to its time limit. Never throws. */
export async function runSuite(
  suite: Suite,
  env: Record<string, string | undefined>,
  onProgress: (progress: Progress) => void,
): Promise<SuiteResult> {
  const files = filesOf(suite);
  if (files.length === 0) {
    const problems = [`No file matches ${suite.files.join(", ")}.`];
    return { name: suite.name, passed: 0, failed: 1, problems, durationMs: 0 };
  }
  return suite.runner === "solidity" ? runSolidity(suite, env) : runMocha(suite, files, env, onProgress);
}

async function runSolidity(suite: Suite, env: Record<string, string | undefined>): Promise<SuiteResult> {
  const run = await execute("hardhat", ["test", "solidity"], {
    cwd: root,
    env: { ...env, NO_COLOR: "1" },
    timeoutMs: suite.timeoutMs,
  });
  return judgeSolidity(suite.name, run);
}

async function runMocha(
  suite: Suite,
  files: string[],
  env: Record<string, string | undefined>,
  onProgress: (progress: Progress) => void,
): Promise<SuiteResult> {
  const directory = mkdtempSync(join(tmpdir(), "keystone-test-events-"));
  const eventsFile = join(directory, "events.jsonl");
  const events = (): TestEvent[] => {
    try {
      return parseEvents(readFileSync(eventsFile, "utf8"));
    } catch {
      return [];
    }
  };
  // A process that lives on after its last test has left something open: a fault too, but not one to wait minutes for.
  const idle = new AbortController();
  let endedAt: number | undefined;
  const timer = setInterval(() => {
    const seen = events();
    onProgress(progressOf(seen));
    if (seen.at(-1)?.event !== "end") return;
    endedAt ??= performance.now();
    if (performance.now() - endedAt > GRACE_MS) idle.abort();
  }, 1_000);
  try {
    const args = ["--forbid-only", "--reporter", join(root, "scripts/test-runner/reporter.mjs"), ...files];
    const run = await execute("mocha", args, {
      cwd: root,
      env: { ...env, KEYSTONE_TEST_EVENTS: eventsFile, NODE_ENV: "test" },
      timeoutMs: suite.timeoutMs,
      signal: idle.signal,
    });
    return judgeMocha(suite.name, events(), run);
  } finally {
    clearInterval(timer);
    rmSync(directory, { recursive: true, force: true });
  }
}

function progressOf(events: readonly TestEvent[]): Progress {
  const start = events.find((event) => event.event === "start");
  const last = events.at(-1);
  return {
    done: events.filter((event) => event.event === "pass" || event.event === "fail").length,
    total: start?.event === "start" ? start.total : undefined,
    current: last?.event === "test" ? last.title : undefined,
  };
}
