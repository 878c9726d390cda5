import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from "jose";

export interface SigningKey {
  kid: string;
  key: CryptoKey | Uint8Array;
  publicKey: CryptoKey | Uint8Array;
  /** What the JWKS publishes. */
  publicJwk: JWK;
}

/** The issuer's RS256 key: created once, then read from a file that only its owner may read. */
export async function loadSigningKey(file: string): Promise<SigningKey> {
  if (!existsSync(file)) {
    const { privateKey } = await generateKeyPair("RS256", { modulusLength: 2048, extractable: true });
    writeFileSync(`${file}.new`, JSON.stringify(await exportJWK(privateKey)), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }
  const privateJwk: JWK = JSON.parse(readFileSync(file, "utf8"));
  const { kty, n, e } = privateJwk as Required<JWK>;
  const kid = await calculateJwkThumbprint({ kty, n, e });
  return {
    kid,
    key: await importJWK(privateJwk, "RS256"),
    publicKey: await importJWK({ kty, n, e }, "RS256"),
    publicJwk: { kty, n, e, kid, alg: "RS256", use: "sig" },
  };
}
