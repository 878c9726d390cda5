import { generateKeyPairSync, randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";

/** What the processes of one world share and nobody else may know. */
export interface WorldSecrets {
  /** 32 bytes hex: seals the platform database's secrets. */
  secretsKey: string;
  /** Bearer token for creating clients at the issuer. */
  issuerAdminToken: string;
}

/** Reads the world's secrets from a file that only its owner may read; drawn at random the first time. */
export function loadSecrets(file: string): WorldSecrets {
  if (!existsSync(file)) {
    const drawn = { secretsKey: randomBytes(32).toString("hex"), issuerAdminToken: randomBytes(24).toString("hex") };
    writeFileSync(file, JSON.stringify(drawn, null, 2), { mode: 0o600 });
  }
  return JSON.parse(readFileSync(file, "utf8"));
}

/** Draws the key of the API's session tokens the first time, into a PEM file that only its owner may read. */
export function ensureSessionKey(file: string): void {
  if (existsSync(file)) return;
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  writeFileSync(file, privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
}
