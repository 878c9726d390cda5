import { createHash, createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { readFileSync } from "node:fs";
import type { JWK } from "jose";

/** The keys of session tokens, the same for every copy of this process. */
export interface SessionKeys {
  /** RSA, private. */
  signing: KeyObject;
  /** RSA, public: of tokens that were signed before, or that other copies sign already. */
  accepted: readonly KeyObject[];
}

const MIN_BITS = 2048;
const MIN_EXPONENT = 65_537n;

/** Reads the key that signs. Throws an Error that says what is wrong and quotes nothing of the file. */
export function readSigningKey(file: string): KeyObject {
  return strong(parsed(file, createPrivateKey, "must be a readable PEM file of a private key"));
}

/** Reads a key that is accepted; of a private one its public half. Throws an Error that says what is wrong and quotes nothing. */
export function readAcceptedKey(file: string): KeyObject {
  return strong(parsed(file, createPublicKey, "must be a readable PEM file of a public or private key"));
}

function parsed(file: string, parse: (text: string) => KeyObject, otherwise: string): KeyObject {
  try {
    return parse(readFileSync(file, "utf8"));
  } catch {
    // Not the reason, which might quote the file.
    throw new Error(otherwise);
  }
}

function strong(key: KeyObject): KeyObject {
  const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType !== "rsa" || modulusLength < MIN_BITS)
    throw new Error(`must be an RSA key of ${MIN_BITS} bits or more`);
  if (publicExponent < MIN_EXPONENT) throw new Error(`must be an RSA key with the exponent ${MIN_EXPONENT} or greater`);
  return key;
}

/** The public half of a key as published, its id the thumbprint of RFC 7638. */
export function publicJwk(key: KeyObject): JWK & { kid: string } {
  const { kty, n, e } = key.export({ format: "jwk" });
  const kid = createHash("sha256").update(JSON.stringify({ e, kty, n })).digest("base64url");
  return { kty, n, e, kid, alg: "RS256", use: "sig" } as JWK & { kid: string };
}
