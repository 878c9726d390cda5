import type { Context } from "hono";
import { SandboxError } from "../errors.ts";

/** The JSON of a request. @throws SandboxError 415, 400. */
export async function jsonBody(c: Context): Promise<unknown> {
  if (!/^application\/json\s*(;|$)/i.test(c.req.header("content-type") ?? "")) {
    throw new SandboxError(415, "unsupported_media_type", "Send the body as application/json", {
      loc: ["header", "content-type"],
    });
  }
  try {
    return JSON.parse(await c.req.text());
  } catch {
    throw new SandboxError(400, "malformed_json", "The body is not valid JSON");
  }
}
