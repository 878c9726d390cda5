/** The body as it came: its text or its bytes. */
export type RawBody = string | Uint8Array | ArrayBuffer;

export interface SignedPayload {
  payload: RawBody;
  /** Of the header `X-Keystone-Signature`, or `-Previous` while the secret is replaced. */
  signature: string | null | undefined;
  /** One or, while it is replaced, several. */
  secret: string | readonly string[];
}

export type Bytes = Uint8Array<ArrayBuffer>;

const encoder = new TextEncoder();

/**
 * Whether a body was signed with one of the secrets: hex HMAC-SHA256, compared in constant time. Whatever is malformed is false. To be
 * awaited: a promise is never false by itself.
 */
export async function verifySignature({ payload, signature, secret }: SignedPayload): Promise<boolean> {
  const bytes = bytesOf(payload);
  if (bytes === undefined || typeof signature !== "string" || !/^[0-9a-f]{64}$/i.test(signature)) return false;
  const given = Uint8Array.from(signature.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  return anyVerifies(secretsIn(secret).map(textKey), [given], bytes);
}

/** Whether one of the signatures is one of the keys' over these bytes. */
export async function anyVerifies(
  keys: readonly (Bytes | undefined)[],
  signatures: readonly Bytes[],
  bytes: Bytes,
): Promise<boolean> {
  let found = false;
  for (const raw of keys) {
    if (raw === undefined || raw.length === 0) continue;
    const algorithm = { name: "HMAC", hash: "SHA-256" };
    const key = await crypto.subtle.importKey("raw", raw, algorithm, false, ["verify"]);
    for (const signature of signatures) {
      found = (await crypto.subtle.verify("HMAC", key, signature, bytes)) || found;
    }
  }
  return found;
}

/** Undefined for what is no raw body, such as one that a framework has parsed. */
export function bytesOf(payload: unknown): Bytes | undefined {
  if (typeof payload === "string") return encoder.encode(payload);
  return payload instanceof Uint8Array || payload instanceof ArrayBuffer ? new Uint8Array(payload) : undefined;
}

export function secretsIn(secret: unknown): string[] {
  return [secret].flat().filter((each): each is string => typeof each === "string");
}

export function textKey(secret: string): Bytes {
  return encoder.encode(secret);
}

/** The bytes of base64; undefined where it is none. */
export function base64Bytes(text: string): Bytes | undefined {
  try {
    return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  } catch {
    return undefined;
  }
}
