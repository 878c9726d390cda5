import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from "node:crypto";
import type { Hex } from "viem";
import { SecretKeyUnknownError, SecretMalformedError, SecretUnreadableError } from "./errors.ts";
import type { SecretKind } from "./schema/platform.ts";

/** The keys this process may use: it seals under `current` and opens under every one listed. */
export interface SecretKeyring {
  current: string;
  /** Key id to 32 bytes. */
  keys: ReadonlyMap<string, Buffer>;
}

/** What a sealed secret belongs to; authenticated with it, so that it opens nowhere else. */
export interface SecretOwner {
  settlementId: string;
  partyId: string;
  kind: SecretKind;
}

/** The columns that hold a sealed secret. */
export interface SealedSecret {
  key_id: string;
  nonce: Buffer;
  ciphertext: Buffer;
}

const TAG_LENGTH = 16;

/** A keyring of one key. `key` is 32 bytes of hex, with or without 0x. Throws SecretMalformedError. */
export function secretKeyring(keyId: string, key: string): SecretKeyring {
  const digits = key.startsWith("0x") ? key.slice(2) : key;
  if (!/^[0-9a-fA-F]{64}$/.test(digits)) throw new SecretMalformedError("The secrets key must be 32 bytes of hex");
  if (keyId === "") throw new SecretMalformedError("The secrets key needs an id");
  return { current: keyId, keys: new Map([[keyId, Buffer.from(digits, "hex")]]) };
}

/** Seals a 32-byte secret under the keyring's current key with a fresh random nonce. */
export function sealSecret(keyring: SecretKeyring, owner: SecretOwner, secret: Hex): SealedSecret {
  if (!/^0x[0-9a-fA-F]{64}$/.test(secret))
    throw new SecretMalformedError("A commitment secret must be 32 bytes of hex");
  return seal(keyring, commitmentOwner(owner), Buffer.from(secret.slice(2), "hex"));
}

/** Opens a sealed secret. Throws SecretKeyUnknownError or SecretUnreadableError. */
export function openSecret(keyring: SecretKeyring, owner: SecretOwner, sealed: SealedSecret): Hex {
  return `0x${open(keyring, commitmentOwner(owner), sealed).toString("hex")}`;
}

/** Seals a text that belongs to one row of a table, e.g. `["webhook_endpoint", id]`, under the keyring's current key. */
export function sealText(keyring: SecretKeyring, owner: readonly [table: string, id: string], text: string) {
  return seal(keyring, owner, Buffer.from(text, "utf8"));
}

/** Opens a sealed text. Throws SecretKeyUnknownError or SecretUnreadableError. */
export function openText(
  keyring: SecretKeyring,
  owner: readonly [table: string, id: string],
  sealed: SealedSecret,
): string {
  return open(keyring, owner, sealed).toString("utf8");
}

/**
 * HMAC-SHA256 of a text, hex, under a key for this purpose alone that is derived from the keyring's current one: equal texts are known
 * by it, and nobody without the key can find out a text by trying.
 */
export function keyedHash(keyring: SecretKeyring, purpose: string, text: string): string {
  const key = hkdfSync("sha256", keyOf(keyring, keyring.current), Buffer.alloc(0), `keystone ${purpose}`, 32);
  return createHmac("sha256", Buffer.from(key)).update(text, "utf8").digest("hex");
}

function seal(keyring: SecretKeyring, owner: readonly string[], secret: Buffer): SealedSecret {
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", keyOf(keyring, keyring.current), nonce, { authTagLength: TAG_LENGTH });
  cipher.setAAD(associatedData(owner, keyring.current));
  const ciphertext = Buffer.concat([cipher.update(secret), cipher.final(), cipher.getAuthTag()]);
  return { key_id: keyring.current, nonce, ciphertext };
}

function open(keyring: SecretKeyring, owner: readonly string[], sealed: SealedSecret): Buffer {
  const key = keyOf(keyring, sealed.key_id);
  try {
    const body = sealed.ciphertext.subarray(0, -TAG_LENGTH);
    const decipher = createDecipheriv("aes-256-gcm", key, sealed.nonce, { authTagLength: TAG_LENGTH });
    decipher.setAAD(associatedData(owner, sealed.key_id));
    decipher.setAuthTag(sealed.ciphertext.subarray(-TAG_LENGTH));
    return Buffer.concat([decipher.update(body), decipher.final()]);
  } catch {
    throw new SecretUnreadableError();
  }
}

function keyOf(keyring: SecretKeyring, keyId: string): Buffer {
  const key = keyring.keys.get(keyId);
  if (key === undefined) throw new SecretKeyUnknownError(keyId);
  return key;
}

function commitmentOwner({ settlementId, partyId, kind }: SecretOwner): string[] {
  return [settlementId, partyId, kind];
}

function associatedData(owner: readonly string[], keyId: string): Buffer {
  return Buffer.from(JSON.stringify([...owner, keyId]));
}
