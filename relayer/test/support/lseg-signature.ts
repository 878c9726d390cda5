import { createHmac, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";

/** Dates further off are replays. */
const WINDOW_MS = 60_000;

/** Why World-Check One would answer 401, or null: the signature as its documentation has it, over what has really come. */
export function signatureFault(
  request: Pick<IncomingMessage, "method" | "url" | "headers">,
  body: Buffer,
  { key, secret }: { key: string; secret: string },
  now = Date.now(),
): string | null {
  const { headers } = request;
  const form = /^Signature keyId="([^"]+)",algorithm="hmac-sha256",headers="([^"]+)",signature="([A-Za-z0-9+/]+=*)"$/;
  const [, keyId, names = "", signature = ""] = form.exec(headers.authorization ?? "") ?? [];
  if (keyId !== key) return "the key is unknown";
  const written = body.length > 0;
  const expected = ["(request-target)", "host", "date", ...(written ? ["content-type", "content-length"] : [])].join(
    " ",
  );
  if (names !== expected) return `the signed headers are ${names}`;
  const at = Date.parse(headers.date ?? "");
  if (!(Math.abs(at - now) < WINDOW_MS) || !/^\w{3}, \d{2} \w{3} \d{4} .* GMT$/.test(headers.date ?? ""))
    return "the date";
  if (written && headers["content-length"] !== String(body.length)) return "the length";
  const lines = names.split(" ").map((name) => {
    const target = `${request.method?.toLowerCase()} ${request.url?.split("?")[0]}`;
    return `${name}: ${name === "(request-target)" ? target : headers[name]}`;
  });
  const text = Buffer.concat([Buffer.from(lines.join("\n")), ...(written ? [Buffer.from("\n"), body] : [])]);
  const wanted = createHmac("sha256", secret).update(text).digest();
  const given = Buffer.from(signature, "base64");
  return given.length === wanted.length && timingSafeEqual(given, wanted) ? null : "the signature is another one";
}
