import { randomBytes } from "node:crypto";
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
