// Loads every test file at once, then waits to be told in which order to run them, and stops at the first test that fails. A process of
// its own, started ahead of time: most of what a short run takes is loading.
import { globSync } from "node:fs";
import { join } from "node:path";
import Mocha from "mocha";

export type TrialMessage =
  | { event: "ready" }
  | { event: "failed"; file: string; test: string }
  | { event: "passed"; durations: Record<string, number> };

const tell = (message: TrialMessage) => process.send?.(message);
// Whoever started it is gone: nobody wants to know.
process.on("disconnect", () => process.exit(1));

class Silent {}

const folder = process.cwd();
const mocha = new Mocha({ reporter: Silent as never, forbidOnly: true, bail: true });
for (const file of globSync(process.argv.slice(2), { cwd: folder })) mocha.addFile(join(folder, file));
await mocha.loadFilesAsync();
// They are loaded; the types do not know that it must be told so.
(mocha as unknown as { lazyLoadFiles(lazy: boolean): void }).lazyLoadFiles(true);

process.once("message", (order: string[]) => {
  const rank = (file: string | undefined) => order.indexOf(nameOf(file));
  mocha.suite.suites.sort((a, b) => rank(a.file) - rank(b.file));
  const durations: Record<string, number> = {};
  let begun = performance.now();
  const runner = mocha.run();
  runner.on("suite", (suite) => {
    if (suite.parent?.root === true) begun = performance.now();
  });
  runner.on("suite end", (suite) => {
    if (suite.parent?.root !== true) return;
    const name = nameOf(suite.file);
    durations[name] = (durations[name] ?? 0) + performance.now() - begun;
  });
  runner.on("fail", (test) => {
    tell({ event: "failed", file: nameOf(test.file ?? test.parent?.file), test: test.fullTitle() });
  });
  runner.on("end", () => tell({ event: "passed", durations }));
});
tell({ event: "ready" });

function nameOf(file: string | undefined): string {
  return (file ?? "").slice(folder.length + 1).replaceAll("\\", "/");
}
