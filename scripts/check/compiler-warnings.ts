import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

interface BuildOutput {
  output: { errors?: Diagnostic[] };
}

interface Diagnostic {
  errorCode?: string;
  formattedMessage?: string;
  message: string;
  sourceLocation?: { file: string };
}

/** Code and init code beyond what a chain takes. */
const SIZE = ["5574", "3860"];

/** What solc had to say about the project's own sources in the builds that are kept in `artifacts`; libraries are not ours to mend. */
export function compilerWarnings(artifacts: string): string[] {
  return (
    globSync("build-info/*.output.json", { cwd: artifacts })
      .map((file) => JSON.parse(readFileSync(join(artifacts, file), "utf8")) as BuildOutput)
      .flatMap(({ output }) => output.errors ?? [])
      .filter(({ sourceLocation }) => sourceLocation === undefined || sourceLocation.file.startsWith("project/"))
      // What only tests deploy may be as large as it likes.
      .filter(({ errorCode, sourceLocation }) => !SIZE.includes(errorCode ?? "") || !isTest(sourceLocation?.file))
      .map((error) => (error.formattedMessage ?? error.message).trim())
  );
}

function isTest(file = ""): boolean {
  return file.startsWith("project/test/");
}
