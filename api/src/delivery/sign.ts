import { createHmac, randomBytes } from "node:crypto";

const PREFIX = "whsec_";

/** A new signing secret: `whsec_` and base64 of 32 random bytes. */
export function drawSecret(): string {
  return PREFIX + randomBytes(32).toString("base64");
}

/** Whether a secret can sign: `whsec_` and base64 of 24 to 64 bytes, or 24 to 256 printable ASCII characters. */
export function isSigningSecret(secret: string): boolean {
  if (!secret.startsWith(PREFIX)) return /^[\x20-\x7e]{24,256}$/.test(secret);
  const text = secret.slice(PREFIX.length);
  const bytes = Buffer.from(text, "base64");
  return bytes.toString("base64") === text && bytes.length >= 24 && bytes.length <= 64;
}

export interface Signed {
  id: string;
  /** Unix seconds. */
  timestamp: number;
  body: string;
}

/** The headers by which a receiver knows that a body is ours. While a secret is being replaced both sign. */
export function signatureHeaders(
  { id, timestamp, body }: Signed,
  secrets: { present: string; previous: string | null },
): Record<string, string> {
  const both = secrets.previous === null ? [secrets.present] : [secrets.present, secrets.previous];
  const signatures = both.map(
    (secret) => `v1,${createHmac("sha256", keyOf(secret)).update(`${id}.${timestamp}.${body}`).digest("base64")}`,
  );
  const plain = (secret: string) => createHmac("sha256", secret).update(body).digest("hex");
  return {
    "webhook-id": id,
    "webhook-timestamp": String(timestamp),
    "webhook-signature": signatures.join(" "),
    "X-Keystone-Signature": plain(secrets.present),
    ...(secrets.previous === null ? undefined : { "X-Keystone-Signature-Previous": plain(secrets.previous) }),
  };
}

function keyOf(secret: string): Buffer {
  return secret.startsWith(PREFIX) ? Buffer.from(secret.slice(PREFIX.length), "base64") : Buffer.from(secret, "utf8");
}
