import { createHash, timingSafeEqual } from "node:crypto";
import type { Context } from "hono";
import type { z } from "zod";

/** JSON or the form encoding of RFC 6749; undefined when it is neither. */
export async function readBody(c: Context): Promise<unknown> {
  const isForm = c.req.header("Content-Type")?.startsWith("application/x-www-form-urlencoded");
  return (isForm ? c.req.parseBody() : c.req.json()).catch(() => undefined);
}

/** An error as RFC 6749 has it. */
export function oauthError(error: string, error_description: string) {
  return { error, error_description };
}

export function whatIsWrong({ issues: [issue] }: z.ZodError): string {
  return `${issue?.path.join(".") || "body"}: ${issue?.message}`;
}

/** Comparing digests takes as long wherever the first difference is, and whatever the lengths are. */
export function sameSecret(a: string, b: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
