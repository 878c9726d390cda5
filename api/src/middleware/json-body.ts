import { bodyLimit } from "hono/body-limit";
import { every } from "hono/combine";
import { createMiddleware } from "hono/factory";
import type { AppEnv } from "../context.ts";
import { ApiError } from "../errors/api-error.ts";

const MAX_BODY_BYTES = 256 * 1024;

const JSON_TYPE = /^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i;

/** Reads a JSON body of at most `maxBytes`: 415, 413, 400. An `optional` body may be absent altogether. */
export function jsonBody(options: { maxBytes?: number; optional?: boolean } = {}) {
  const maxBytes = options.maxBytes ?? MAX_BODY_BYTES;
  const limit = bodyLimit({
    maxSize: maxBytes,
    onError: () => {
      // The rest of the body is never read, so the connection cannot be used again.
      const headers = { Connection: "close" };
      throw new ApiError("payload_too_large", `The body is larger than ${maxBytes} bytes`, { headers });
    },
  });
  const parse = createMiddleware<AppEnv>(async (c, next) => {
    const type = c.req.header("content-type");
    const bytes = type !== undefined && !JSON_TYPE.test(type) ? null : await c.req.arrayBuffer();
    if (options.optional === true && type === undefined && bytes?.byteLength === 0) {
      c.set("rawBody", {});
      return next();
    }
    if (bytes === null || type === undefined) {
      throw new ApiError("unsupported_media_type", "Send the body as application/json in UTF-8", {
        loc: ["header", "content-type"],
      });
    }
    c.set("rawBody", parseJson(bytes));
    return next();
  });
  return every(limit, parse);
}

function parseJson(bytes: ArrayBuffer): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    const reason = error instanceof SyntaxError ? "is not valid JSON" : "is not UTF-8";
    throw new ApiError("malformed_json", `The body ${reason}`);
  }
}
