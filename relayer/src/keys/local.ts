import { type Hex, hexToBigInt } from "viem";
import { privateKeyToAddress, sign } from "viem/accounts";
import { KeyError } from "../errors.ts";
import { digestKey, type Key } from "./key.ts";

/** A key in this process's memory. Throws KeyError for 32 bytes that are no key of the curve; they are never in the message. */
export function localKey(privateKey: Hex): Key {
  const signDigest = async (hash: Hex) => {
    const { r, s } = await sign({ hash, privateKey });
    return { r: hexToBigInt(r), s: hexToBigInt(s) };
  };
  return digestKey(addressOf(privateKey), signDigest, async () => undefined);
}

function addressOf(privateKey: Hex) {
  try {
    return privateKeyToAddress(privateKey);
  } catch {
    throw new KeyError("is no private key of secp256k1");
  }
}
