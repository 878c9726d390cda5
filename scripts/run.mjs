// The door of every command: runs on whatever Node is there, fetches what is missing, and hands over to Node 24 in pnpm's scripts.
// Plain JavaScript without dependencies, because nothing is installed yet when it starts.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const PNPM = ["--yes", "pnpm@12.21.0"];
const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 };
const posix = process.platform !== "win32";
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [script, ...args] = process.argv.slice(2);

if (script === undefined) fail("Usage: node scripts/run.mjs <script> [arguments], as package.json does.");
if (Number(process.versions.node.split(".")[0]) < 20) {
  fail(
    `KeyStone needs Node 20 or later, and this is Node ${process.versions.node}: install a newer one from https://nodejs.org.`,
  );
}

const installed = await npx(["install", "--frozen-lockfile", "--config.confirmModulesPurge=false"], { quiet: true });
if (installed.code !== 0) {
  process.stderr.write(installed.output);
  fail("The packages could not be installed; the reason is above.", installed.code);
}
const ran = await npx(["--silent", "run", script, ...args], { quiet: false });
process.exit(ran.code);

/** Runs pnpm through npx to its end. Quiet keeps the output back; signals given to this process reach everything started. */
function npx(pnpmArgs, { quiet }) {
  return new Promise((resolve) => {
    const child = spawn("npx", [...PNPM, ...pnpmArgs], {
      cwd: root,
      stdio: quiet ? ["ignore", "pipe", "pipe"] : "inherit",
      // A group of its own, because not every shell in between passes a signal on.
      detached: posix,
      shell: !posix,
    });
    let output = "";
    child.stdout?.on("data", (chunk) => (output += chunk));
    child.stderr?.on("data", (chunk) => (output += chunk));

    let signalled;
    const forward = (signal) => {
      signalled = signal;
      signalGroup(child, signal);
    };
    for (const signal of Object.keys(SIGNALS)) process.on(signal, forward);
    const orphaned = watchParent(() => forward("SIGTERM"));
    const hint = quiet ? setTimeout(announce, existsSync(join(root, "node_modules")) ? 5_000 : 0) : undefined;

    child.on("error", (error) => {
      fail(
        error.code === "ENOENT"
          ? "KeyStone needs npm 9 or later, and npx, which comes with it, is not on the PATH: install Node with npm from https://nodejs.org."
          : `npx could not be started: ${error.message}`,
      );
    });
    child.on("exit", async (code, signal) => {
      clearTimeout(hint);
      clearInterval(orphaned);
      // What a signal has ended may still be closing its databases: the command ends when the last of them has.
      if (signalled !== undefined) await groupGone(child);
      for (const name of Object.keys(SIGNALS)) process.off(name, forward);
      const by = signalled ?? signal;
      resolve({ code: code ?? 128 + (SIGNALS[by] ?? 9), output });
      if (quiet && signalled !== undefined) process.exit(128 + SIGNALS[signalled]);
    });
  });
}

/** npm passes SIGTERM to its shell, which may die of it without a word: then this process finds itself with another parent. */
function watchParent(whenGone) {
  const parent = process.ppid;
  if (!posix || process.env.npm_lifecycle_event === undefined) return undefined;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    whenGone();
  }, 500);
  return timer;
}

function signalGroup(child, signal) {
  try {
    if (posix) process.kill(-child.pid, signal);
    else child.kill(signal);
  } catch {
    // Already gone.
  }
}

async function groupGone(child) {
  while (posix && alive(-child.pid)) await new Promise((resolve) => setTimeout(resolve, 50));
}

function alive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function announce() {
  process.stderr.write("Installing packages (the first time takes a minute or two) ...\n");
}

function fail(sentence, code = 1) {
  process.stderr.write(`${sentence}\n`);
  process.exit(code);
}
