import { createHmac } from "node:crypto";

export interface ApiKey {
  key: string;
  /** Used as the text it is issued as, not as what its base64 would decode to. */
  secret: string;
}

const CONTENT_TYPE = "application/json";

/**
 * The headers of a request to World-Check One: `Signature` with hmac-sha256 over request target, host and date, and for a request with a
 * body over its type, its length in bytes and the body itself. Host and length are sent by the client as they are signed here.
 */
export function signedHeaders(
  { key, secret }: ApiKey,
  { method, url, body }: { method: "GET" | "POST"; url: URL; body?: string },
  at: Date,
): Record<string, string> {
  const date = at.toUTCString();
  // The target is signed without its query, as the published clients do.
  const signed = [`(request-target): ${method.toLowerCase()} ${url.pathname}`, `host: ${url.host}`, `date: ${date}`];
  const names = ["(request-target)", "host", "date"];
  if (body !== undefined) {
    signed.push(`content-type: ${CONTENT_TYPE}`, `content-length: ${Buffer.byteLength(body)}`, body);
    names.push("content-type", "content-length");
  }
  const signature = createHmac("sha256", secret).update(signed.join("\n")).digest("base64");
  return {
    authorization: `Signature keyId="${key}",algorithm="hmac-sha256",headers="${names.join(" ")}",signature="${signature}"`,
    date,
    ...(body === undefined ? {} : { "content-type": CONTENT_TYPE }),
  };
}
