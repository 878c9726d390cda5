import { createCipheriv, createDecipheriv, randomBytes, randomUUID, timingSafeEqual } from "node:crypto";
import { scryptAsync } from "@noble/hashes/scrypt";
import { bytesToHex, concat, type Hex, hexToBytes, keccak256, toBytes } from "viem";
import { privateKeyToAddress } from "viem/accounts";
import { z } from "zod";
import { KeyError } from "../errors.ts";

/**
 * Web3 Secret Storage, version 3, with scrypt: what geth, Foundry and web3signer read and write. Written here because `ox`, which viem has,
 * ignores the file's `p` and `r` where it does not block the process, and bounds nothing. Node's own scrypt refuses an `r` of 1, which the
 * published example has.
 */

/** Of what new files ask: 256 MB and about a second, as geth's. */
const STANDARD = { n: 262_144, r: 8, p: 1 };
const MAX_MEMORY = 512 * 1024 * 1024;
/** Least and greatest n · r · p: below, guessing a password is cheap; above, a file keeps the start waiting for good. */
const MIN_WORK = 2 ** 15;
const MAX_WORK = 2 ** 22;

const bytes = (length: number) =>
  z.string().regex(new RegExp(`^[0-9a-fA-F]{${2 * length}}$`), `must be ${length} bytes of hex`);
const count = z
  .int()
  .min(1)
  .max(2 ** 30);

const schema = z.object({
  version: z.literal(3),
  /** Some leave it out, to tell nothing of what the file opens. */
  address: z.string().optional(),
  crypto: z.object({
    cipher: z.literal("aes-128-ctr"),
    cipherparams: z.object({ iv: bytes(16) }),
    ciphertext: bytes(32),
    kdf: z.literal("scrypt"),
    kdfparams: z
      .object({
        n: count.min(2),
        r: count,
        p: count,
        dklen: z.literal(32),
        salt: z.string().regex(/^([0-9a-fA-F]{2}){16,64}$/),
      })
      .refine(({ n }) => (n & (n - 1)) === 0, { path: ["n"], message: "must be a power of two" })
      .refine(({ n, r, p }) => memory({ n, r, p }) <= MAX_MEMORY && n * r * p <= MAX_WORK, "ask for too much")
      .refine(({ n, r, p }) => n * r * p >= MIN_WORK, "protect too little"),
    mac: bytes(32),
  }),
});

/** The private key of a keystore's text. Throws KeyError naming the field at fault, or that the password opens nothing. */
export async function openKeystore(text: string, password: string): Promise<Hex> {
  const { crypto, address } = parse(text);
  const { n, r, p, salt } = crypto.kdfparams;
  const derived = await stretch(password, hexToBytes(`0x${salt}`), { n, r, p });
  const ciphertext = hexToBytes(`0x${crypto.ciphertext}`);
  if (!timingSafeEqual(macOf(derived, ciphertext), hexToBytes(`0x${crypto.mac}`))) {
    throw new KeyError("the keystore does not open with this password");
  }
  const decipher = createDecipheriv(crypto.cipher, derived.subarray(0, 16), hexToBytes(`0x${crypto.cipherparams.iv}`));
  const privateKey = bytesToHex(decipher.update(ciphertext));
  if (address !== undefined && addressIn(privateKey) !== address.toLowerCase().replace(/^0x/, "")) {
    throw new KeyError("the keystore: address: is not that of its key");
  }
  return privateKey;
}

/** A keystore's text for this key. */
export async function sealKeystore(privateKey: Hex, password: string, cost: Cost = STANDARD): Promise<string> {
  const [salt, iv] = [randomBytes(32), randomBytes(16)];
  const derived = await stretch(password, salt, cost);
  const ciphertext = createCipheriv("aes-128-ctr", derived.subarray(0, 16), iv).update(hexToBytes(privateKey));
  const crypto = {
    cipher: "aes-128-ctr",
    cipherparams: { iv: iv.toString("hex") },
    ciphertext: ciphertext.toString("hex"),
    kdf: "scrypt",
    kdfparams: { dklen: 32, ...cost, salt: salt.toString("hex") },
    mac: bytesToHex(macOf(derived, ciphertext)).slice(2),
  };
  return `${JSON.stringify({ address: addressIn(privateKey), crypto, id: randomUUID(), version: 3 })}\n`;
}

function parse(text: string): z.infer<typeof schema> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new KeyError("the keystore: is not JSON");
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new KeyError(`the keystore: ${issue?.path.join(".") || "JSON"}: ${issue?.message}`);
}

interface Cost {
  n: number;
  r: number;
  p: number;
}

function memory({ n, r, p }: Cost): number {
  return 128 * r * (n + p);
}

function stretch(password: string, salt: Uint8Array, { n, r, p }: Cost): Promise<Uint8Array> {
  return scryptAsync(password, salt, { N: n, r, p, dkLen: 32, maxmem: MAX_MEMORY });
}

function macOf(derived: Uint8Array, ciphertext: Uint8Array): Uint8Array {
  return toBytes(keccak256(concat([derived.subarray(16, 32), ciphertext])));
}

function addressIn(privateKey: Hex): string {
  try {
    return privateKeyToAddress(privateKey).toLowerCase().slice(2);
  } catch {
    throw new KeyError("the keystore: holds no private key of secp256k1");
  }
}
