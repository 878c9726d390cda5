// A mocha reporter that writes one JSON line per event as it happens, so that a suite which crashes or hangs still tells what it
// did. JavaScript, because mocha loads reporters by require.
import { appendFileSync } from "node:fs";

const file = process.env.KEYSTONE_TEST_EVENTS;

export default class Events {
  constructor(runner) {
    const write = (event) => appendFileSync(file, `${JSON.stringify(event)}\n`);
    const title = (test) => test.fullTitle();
    runner.on("start", () => write({ event: "start", total: runner.total }));
    runner.on("test", (test) => write({ event: "test", title: title(test), file: test.file }));
    runner.on("pass", (test) => write({ event: "pass", title: title(test), ms: test.duration ?? 0 }));
    runner.on("pending", (test) => write({ event: "pending", title: title(test), file: test.file }));
    runner.on("fail", (test, error) =>
      write({ event: "fail", title: title(test), file: test.file, error: explain(error) }),
    );
    runner.on("end", () => write({ event: "end" }));
  }
}

function explain(error) {
  const lines = [error?.stack ?? String(error)];
  for (const side of ["actual", "expected"]) {
    if (error?.[side] !== undefined) lines.push(`${side}: ${shown(error[side])}`);
  }
  if (error?.cause !== undefined) lines.push(`cause: ${error.cause?.stack ?? error.cause}`);
  return lines.join("\n").slice(0, 6_000);
}

function shown(value) {
  try {
    return JSON.stringify(value, (_key, inner) => (typeof inner === "bigint" ? `${inner}n` : inner), 1)?.slice(
      0,
      1_500,
    );
  } catch {
    return String(value);
  }
}
