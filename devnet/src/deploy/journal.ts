import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

interface Message {
  type: string;
  futureId?: string;
}

/** Steps that go on to ask the chain for something. */
const BEGUN = /^(DEPLOYMENT|CALL|SEND_DATA|STATIC_CALL)_EXECUTION_STATE_INITIALIZE$/;

/**
 * Makes the journal of a killed run readable again: Ignition refuses one that ends between beginning a step and noting what the step will
 * send. Nothing of such a step has reached the chain, so that its beginning, and a line that was cut off, can be forgotten.
 */
export function mendJournal(deploymentDir: string): void {
  const file = join(deploymentDir, "journal.jsonl");
  if (!existsSync(file)) return;
  const text = readFileSync(file, "utf8");
  const lines = text.split("\n").filter((line) => line !== "");
  const messages = lines.map(parse);
  const noted = new Set(messages.flatMap((m) => (m?.futureId === undefined || BEGUN.test(m.type) ? [] : [m.futureId])));
  const kept = lines.filter((_, index) => {
    const message = messages[index];
    if (message === undefined) return index !== lines.length - 1;
    return !BEGUN.test(message.type) || noted.has(message.futureId ?? "");
  });
  if (kept.length === lines.length) return;
  writeFileSync(`${file}.new`, `\n${kept.join("\n")}`);
  renameSync(`${file}.new`, file);
}

function parse(line: string): Message | undefined {
  try {
    return JSON.parse(line) as Message;
  } catch {
    return undefined;
  }
}
