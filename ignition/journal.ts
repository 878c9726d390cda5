import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

interface Message {
  type: string;
  futureId?: string;
  result?: { type?: string };
}

/**
 * Leaves in the journal of an earlier run the steps that succeeded. Ignition refuses to go on after a run that was killed in the middle
 * of a step, or did not note whether its transaction was sent, or saw a step fail. Such a step is forgotten, and so is a line that was
 * cut off. Call it once every transaction of the deployer is confirmed: what the step did, if anything, the chain says.
 */
export function mendJournal(deploymentDir: string): void {
  const file = join(deploymentDir, "journal.jsonl");
  if (!existsSync(file)) return;
  const text = readFileSync(file, "utf8");
  const lines = text.split("\n").filter((line) => line !== "");
  const messages = lines.map(parse);
  const finished = new Set(messages.flatMap((message) => (message && isFinished(message) ? [message.futureId] : [])));
  const kept = lines.filter((_, index) => {
    const message = messages[index];
    if (message === undefined) return index !== lines.length - 1;
    return message.futureId === undefined || finished.has(message.futureId);
  });
  if (kept.length === lines.length) return;
  writeFileSync(`${file}.new`, `\n${kept.join("\n")}`);
  renameSync(`${file}.new`, file);
}

/** Noting where a contract stands is one step of one line. */
function isFinished({ type, result }: Message): boolean {
  if (type === "CONTRACT_AT_EXECUTION_STATE_INITIALIZE") return true;
  return type.endsWith("_EXECUTION_STATE_COMPLETE") && result?.type === "SUCCESS";
}

function parse(line: string): Message | undefined {
  try {
    return JSON.parse(line) as Message;
  } catch {
    return undefined;
  }
}
