import { parseArgs } from "node:util";
import type { Store } from "@keystoneos/store";
import { z } from "zod";

/** What was typed cannot be done; the message names the field and the fix. Nothing has changed. */
export class InputError extends Error {
  override readonly name = "InputError";
}

export interface CommandContext {
  db: Store;
  env: Readonly<Record<string, string | undefined>>;
  write(line: string): void;
}

export interface Command {
  usage: string;
  does: string;
  run(context: CommandContext, args: readonly string[]): Promise<void>;
}

type Options = Record<string, "flag" | "text">;
type Values<O extends Options> = { [K in keyof O]?: O[K] extends "flag" ? boolean : string };

/** Options and positions of a command. Throws InputError with what is unknown or missing, and how it is used. */
export function read<O extends Options>(
  args: readonly string[],
  usage: string,
  options: O,
): { values: Values<O>; positionals: string[] } {
  const types = Object.entries(options).map(([name, kind]) => [
    name,
    { type: kind === "flag" ? ("boolean" as const) : ("string" as const) },
  ]);
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: Object.fromEntries(types),
      allowPositionals: true,
    });
    return { values: values as Values<O>, positionals };
  } catch (error) {
    throw new InputError(`${(error as Error).message.split(". ")[0]}. Usage: ${usage}`);
  }
}

/** A value that is checked by its schema. */
export function check<T>(field: string, schema: z.ZodType<T>, value: unknown): T {
  const { success, data, error } = schema.safeParse(value);
  if (!success) throw new InputError(`${field}: ${error.issues[0]?.message ?? "is invalid"}`);
  return data;
}

export const chainIdSchema = z
  .string("is missing: give the id of the chain")
  .regex(/^[1-9][0-9]{0,14}$/, "must be the id of a chain: digits only")
  .transform(Number);

/** Said in the activity log and to everybody who asks why nothing is sent. */
export const reasonSchema = z
  .string("is missing: say why, in quotes")
  .trim()
  .min(1, "is empty: say why")
  .max(500, "must have 500 characters at most");

/** Who does it: as given, else who is logged in. */
export function actorOf(given: string | undefined, env: CommandContext["env"]): string {
  const schema = z
    .string("is missing, and USER is not set: say who you are")
    .trim()
    .min(1, "is empty: say who you are")
    .max(200, "must have 200 characters at most");
  return check("--as", schema, given ?? env.USER);
}

export function nothingMore(positionals: readonly string[], usage: string): void {
  if (positionals.length > 0) throw new InputError(`${positionals[0]}: is not expected here. Usage: ${usage}`);
}
