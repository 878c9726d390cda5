import type { z } from "zod";
import type { Location } from "./api-error.ts";

/** One fault of shape, type or bound: `type` is stable, `msg` says what the field should be. */
export interface ValidationDetail {
  loc: Location;
  msg: string;
  type: string;
}

/** The list form of errors: everything that is wrong with the shape of a request, at once. */
export class ValidationError extends Error {
  override readonly name = "ValidationError";
  readonly details: ValidationDetail[];

  constructor(details: ValidationDetail[]) {
    super(details.map(({ loc, msg }) => `${loc.join(".")}: ${msg}`).join("; "));
    this.details = details;
  }
}

export type RequestPart = "body" | "query" | "path" | "header";

type Issue = z.core.$ZodIssue;

/** The details of a failed parse. `input` is what was parsed: only it tells a missing field from a wrong one. */
export function validationDetails(part: RequestPart, issues: readonly Issue[], input: unknown): ValidationDetail[] {
  return issues.flatMap((issue) => issueDetails(issue, [part, ...issue.path.map(step)], valueAt(input, issue.path)));
}

function issueDetails(issue: Issue, loc: Location, value: unknown): ValidationDetail[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      loc: [...loc, key],
      msg: "Extra inputs are not permitted",
      type: "extra_forbidden",
    }));
  }
  if (value === undefined && issue.code !== "custom") return [{ loc, msg: "Field required", type: "missing" }];
  return [{ loc, ...describe(issue) }];
}

function describe(issue: Issue): { msg: string; type: string } {
  switch (issue.code) {
    case "invalid_type":
      return { msg: `Input should be ${article(issue.expected)}`, type: TYPE_NAMES[issue.expected] ?? "type_error" };
    case "too_small":
      return tooSmall(issue);
    case "too_big":
      return tooBig(issue);
    case "invalid_value":
      return { msg: `Input should be ${issue.values.map((value) => `'${String(value)}'`).join(" or ")}`, type: "enum" };
    case "invalid_format":
      return { msg: issue.message, type: "string_pattern_mismatch" };
    case "custom":
      return { msg: issue.message, type: typeof issue.params?.type === "string" ? issue.params.type : "value_error" };
    default:
      return { msg: issue.message, type: "value_error" };
  }
}

function tooSmall(issue: z.core.$ZodIssueTooSmall): { msg: string; type: string } {
  if (issue.origin === "array") {
    return { msg: `List should have at least ${issue.minimum} item(s)`, type: "too_short" };
  }
  return issue.inclusive
    ? { msg: `Input should be at least ${issue.minimum}`, type: "greater_than_equal" }
    : { msg: `Input should be greater than ${issue.minimum}`, type: "greater_than" };
}

function tooBig(issue: z.core.$ZodIssueTooBig): { msg: string; type: string } {
  if (issue.origin === "array") {
    return { msg: `List should have at most ${issue.maximum} item(s)`, type: "too_long" };
  }
  return { msg: `Input should be at most ${issue.maximum}`, type: "less_than_equal" };
}

const TYPE_NAMES: Partial<Record<string, string>> = {
  string: "string_type",
  number: "number_type",
  int: "int_type",
  boolean: "bool_type",
  array: "list_type",
  object: "object_type",
};

function article(expected: string): string {
  const names: Record<string, string> = { int: "an integer", array: "a list", object: "an object" };
  return names[expected] ?? `a ${expected}`;
}

function step(key: PropertyKey): string | number {
  return typeof key === "number" ? key : String(key);
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const key of path) {
    // A value that was made into a list before it was judged is there all the same.
    if (typeof value !== "object" || value === null) return value;
    if (!Object.hasOwn(value, key)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}
