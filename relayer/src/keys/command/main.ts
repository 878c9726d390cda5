import { RelayerError } from "../../errors.ts";
import { runKeys } from "./run.ts";

const write = (line: string) => process.stdout.write(`${line}\n`);
try {
  await runKeys(process.argv.slice(2), { env: process.env, input: process.stdin, prompts: process.stderr, write });
} catch (error) {
  process.stderr.write(`${error instanceof RelayerError ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
// A client of AWS KMS keeps connections open.
process.exit();
