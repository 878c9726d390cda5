import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

interface Message {
  type: string;
  futureId?: string;
}

/** Steps that go on to ask the chain for something. */
const BEGUN = /^(DEPLOYMENT|CALL|SEND_DATA|STATIC_CALL)_EXECUTION_STATE_INITIALIZE$/;

/**
 * Makes the journal of a killed run one that Ignition goes on with. It refuses a journal that ends between beginning a step and noting
 * what the step will send, and one that does not tell whether a prepared transaction was sent. Such a step, and a line that was cut
 * off, is forgotten. Call it once every transaction of the deployer is confirmed: what the step did, if anything, is on the chain then.
 */
export function mendJournal(deploymentDir: string): void {
  const file = join(deploymentDir, "journal.jsonl");
  if (!existsSync(file)) return;
  const text = readFileSync(file, "utf8");
  const lines = text.split("\n").filter((line) => line !== "");
  const messages = lines.map(parse);
  const forgotten = undecidedSteps(messages.filter((message) => message !== undefined));
  const kept = lines.filter((_, index) => {
    const message = messages[index];
    if (message === undefined) return index !== lines.length - 1;
    return message.futureId === undefined || !forgotten.has(message.futureId);
  });
  if (kept.length === lines.length) return;
  writeFileSync(`${file}.new`, `\n${kept.join("\n")}`);
  renameSync(`${file}.new`, file);
}

function undecidedSteps(messages: Message[]): Set<string> {
  const undecided = new Set<string>();
  const sent = new Set<string>();
  for (const { type, futureId } of messages) {
    if (futureId === undefined) continue;
    if (type === "TRANSACTION_SEND") sent.add(futureId);
    // A further attempt, with a higher fee, has the nonce of one that is known.
    const isOpen = BEGUN.test(type) || (type === "TRANSACTION_PREPARE_SEND" && !sent.has(futureId));
    if (isOpen) undecided.add(futureId);
    else undecided.delete(futureId);
  }
  return undecided;
}

function parse(line: string): Message | undefined {
  try {
    return JSON.parse(line) as Message;
  } catch {
    return undefined;
  }
}
