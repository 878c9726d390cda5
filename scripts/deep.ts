import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { countFacts } from "./deep/facts.ts";
import { buildContracts } from "./lib/build.ts";
import { measuredCommit } from "./lib/commit.ts";
import { duration } from "./lib/duration.ts";
import { endWithSignals, execute } from "./lib/execute.ts";
import { pool } from "./lib/pool.ts";
import { root } from "./lib/root.ts";

interface Piece {
  status: string;
  runs: number;
  calls: number;
  reverts: number;
}

// Two at a time: each is one thread. Small enough that progress is seen, large enough that starting costs little.
const WIDTH = 2;
const PIECE = 250;
const TIMEOUT_MS = 3_600_000;
const RESULT = join(root, "test/invariants/results/deep.json");
const FOLDER = "cache/deep";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "10000" },
    depth: { type: "string", default: "32" },
    seed: { type: "string", default: `0x${randomBytes(32).toString("hex")}` },
    out: { type: "string", default: RESULT },
  },
});
const [runs, depth] = [Number(values.runs), Number(values.depth)];
if (!Number.isInteger(runs) || runs < 1 || !Number.isInteger(depth) || depth < 1) {
  process.stderr.write("--runs and --depth are whole numbers above zero.\n");
  process.exit(1);
}

endWithSignals();
say(`${runs} runs of ${depth} calls from seed ${values.seed}`);
const build = await buildContracts(() => say("Compiling the contracts ..."));
if (build.code !== 0) {
  process.stderr.write(build.output);
  process.exit(1);
}

const started = performance.now();
rmSync(join(root, FOLDER), { recursive: true, force: true });
mkdirSync(join(root, FOLDER), { recursive: true });
const pieces: Piece[] = [];
const failures: string[] = [];
const count = Math.ceil(runs / PIECE);
await pool(
  WIDTH,
  Array.from({ length: count }, (_, index) => () => runPiece(index)),
);

const reached = countFacts(pieces.map((_, index) => read(`facts-${index}.txt`)).join("\n"));
const outcome = {
  result: failures.length === 0 ? "passed" : "failed",
  seed: values.seed,
  runs: total((piece) => piece.runs),
  depth,
  calls: total((piece) => piece.calls),
  reverts: total((piece) => piece.reverts),
  seconds: Math.round((performance.now() - started) / 1_000),
  commit: measuredCommit("contracts", "test/invariants"),
  reached,
};
mkdirSync(dirname(values.out), { recursive: true });
writeFileSync(values.out, `${JSON.stringify(outcome, undefined, 2)}\n`);
for (const failure of failures) say(`\n${failure}`);
say(`${outcome.result}: ${outcome.runs} runs, ${outcome.calls} calls in ${duration(performance.now() - started)}`);
process.exit(failures.length === 0 ? 0 : 1);

async function runPiece(index: number): Promise<void> {
  // After a failure the rest would only say it again.
  if (failures.length > 0) return;
  const seed = `0x${createHash("sha256").update(`${values.seed} ${index}`).digest("hex")}`;
  const size = Math.min(PIECE, runs - index * PIECE);
  const result = join(root, FOLDER, `result-${index}.json`);
  const args = ["scripts/deep/piece.ts", seed, String(size), String(depth), FOLDER, result];
  const facts = `${FOLDER}/facts-${index}.txt`;
  const run = await execute(process.execPath, args, {
    cwd: root,
    env: { KEYSTONE_TEST_FACTS: facts, NO_COLOR: "1" },
    timeoutMs: TIMEOUT_MS,
  });
  const text = read(`result-${index}.json`);
  if (text !== "") pieces.push(JSON.parse(text) as Piece);
  if (run.code !== 0) failures.push(`Piece ${index}, seed ${seed}, ended with code ${run.code}:\n${run.output.trim()}`);
  const done = pieces.length;
  const elapsed = performance.now() - started;
  const left = duration((elapsed / done) * (count - done));
  say(
    `${total((piece) => piece.runs)}/${runs} runs in ${duration(elapsed)}${done < count ? `, about ${left} left` : ""}`,
  );
}

function total(of: (piece: Piece) => number): number {
  return pieces.reduce((sum, piece) => sum + of(piece), 0);
}

function read(name: string): string {
  try {
    return readFileSync(join(root, FOLDER, name), "utf8");
  } catch {
    return "";
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
