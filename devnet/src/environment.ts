import type { z } from "zod";
import { DevnetError } from "./errors.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Checks environment variables against a schema. An empty variable counts as missing.
 *
 * @throws DevnetError ConfigurationError that names the first variable that is wrong, and never shows its value.
 */
export function fromEnvironment<T extends z.ZodObject>(schema: T, environment: Environment): z.infer<T> {
  const given: Record<string, string> = {};
  for (const name of Object.keys(schema.shape)) {
    const value = environment[name];
    if (value !== undefined && value !== "") given[name] = value;
  }
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const name = String(issue?.path[0] ?? "environment");
  const reason = name in given ? issue?.message : "is missing";
  throw new DevnetError("ConfigurationError", `${name} ${reason}`);
}
