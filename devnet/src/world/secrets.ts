import { generateKeyPairSync, randomBytes } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";

/** What the processes of one world share and nobody else may know. */
export interface WorldSecrets {
  /** 32 bytes hex: seals the platform database's secrets. */
  secretsKey: string;
  /** Bearer token for creating clients at the issuer. */
  issuerAdminToken: string;
  /** Of the client by which the API manages the issuer's directory. */
  directoryClientSecret: string;
}

/** Reads the world's secrets from a file that only its owner may read; what is not there yet is drawn at random. */
export function loadSecrets(file: string): WorldSecrets {
  const stored: Partial<WorldSecrets> = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
  const secrets = {
    secretsKey: stored.secretsKey ?? randomBytes(32).toString("hex"),
    issuerAdminToken: stored.issuerAdminToken ?? randomBytes(24).toString("hex"),
    directoryClientSecret: stored.directoryClientSecret ?? randomBytes(36).toString("base64url"),
  };
  if (Object.keys(stored).length < Object.keys(secrets).length) {
    writeFileSync(`${file}.new`, JSON.stringify(secrets, null, 2), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }
  return secrets;
}

/** Draws the key of the API's session tokens the first time, into a PEM file that only its owner may read. */
export function ensureSessionKey(file: string): void {
  if (existsSync(file)) return;
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  writeFileSync(file, privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
}
