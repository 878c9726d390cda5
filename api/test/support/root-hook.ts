// Imported before everything else that a test starts: mocha runs root hooks in the order of their registration, and what uses
// the database must be gone before the database is.
const closers: (() => Promise<void>)[] = [];

/** Has `close` called when the last test is over, the newest first. */
export function atTheEnd(close: () => Promise<void>): void {
  closers.push(close);
}

after(async function () {
  // Processes end in order, on a machine that may be busy.
  this.timeout(30_000);
  for (const close of closers.reverse()) await close();
});

// The machine may be busy with other suites: a slow test is not a failed one.
beforeEach(function () {
  const test = this.currentTest;
  if (test !== undefined && test.timeout() < 20_000) test.timeout(20_000);
});
