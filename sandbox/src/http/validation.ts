import type { z } from "zod";

/** One fault of shape, type or bound, in the form of the platform API. */
interface Detail {
  loc: (string | number)[];
  msg: string;
  type: string;
}

/** Everything that is wrong with the shape of a body, at once. */
export class ValidationError extends Error {
  override readonly name = "ValidationError";
  readonly details: Detail[];

  constructor(details: Detail[]) {
    super(details.map(({ loc, msg }) => `${loc.join(".")}: ${msg}`).join("; "));
    this.details = details;
  }
}

/** The body by its schema. @throws ValidationError that names every field at fault. */
export function validated<T extends z.ZodType>(schema: T, body: unknown): z.output<T> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new ValidationError(parsed.error.issues.flatMap((issue) => detailsOf(issue, body)));
}

function detailsOf(issue: z.core.$ZodIssue, body: unknown): Detail[] {
  const loc = ["body", ...issue.path.map((step) => (typeof step === "number" ? step : String(step)))];
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      loc: [...loc, key],
      msg: "Extra inputs are not permitted",
      type: "extra_forbidden",
    }));
  }
  const value = issue.path.reduce(
    (at: unknown, step) => (at as Record<PropertyKey, unknown> | undefined)?.[step],
    body,
  );
  if (value === undefined && issue.code !== "custom") return [{ loc, msg: "Field required", type: "missing" }];
  return [{ loc, msg: issue.message, type: issue.code }];
}
