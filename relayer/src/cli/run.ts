import { type Command, type CommandContext, InputError } from "./command.ts";
import { deadLetters } from "./dead-letters.ts";
import { pause } from "./pause.ts";
import { redrive } from "./redrive.ts";
import { resume } from "./resume.ts";
import { status } from "./status.ts";

const COMMANDS: ReadonlyMap<string, Command> = new Map([
  ["status", status],
  ["dead-letters", deadLetters],
  ["redrive", redrive],
  ["pause", pause],
  ["resume", resume],
]);

/** `npm run relayer --`: what operators see and do by the database alone. Throws InputError for what cannot be done as typed. */
export async function runCommand(context: CommandContext, [name, ...args]: readonly string[]): Promise<void> {
  const command = COMMANDS.get(name ?? "");
  if (command === undefined) throw new InputError(name === undefined ? usage() : `${name}: is no command\n${usage()}`);
  await command.run(context, args);
}

export function asksForHelp([name]: readonly string[]): boolean {
  return name === "help" || name === "--help" || name === "-h";
}

/** Every command, and what it does. */
export function usage(): string {
  const lines = [...COMMANDS.values()].map(({ usage, does }) => `npm run relayer -- ${usage}\n  ${does}`);
  return [...lines, "TEXT in quotes; NAME is who does it, USER without it. Needs DATABASE_URL."].join("\n");
}
