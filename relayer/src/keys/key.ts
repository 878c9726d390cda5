import { type Address, type Hex, hashTypedData, keccak256, serializeSignature, serializeTransaction } from "viem";
import { type RawSignature, signatureOf } from "./signature.ts";
import type { AttestationTypedData, UnsignedTransaction } from "./types.ts";

/** One key wherever it is kept, with both things that a role can want of it. Never leaves this folder: a role gets one of the two. */
export interface Key {
  readonly address: Address;
  signTransaction(transaction: UnsignedTransaction): Promise<Hex>;
  signTypedData(typedData: AttestationTypedData): Promise<Hex>;
  /** Throws when the key's holder would not sign now. */
  check(): Promise<void>;
}

/** A key whose holder signs digests: what is signed is built here, and used only once its signature recovers to `address`. */
export function digestKey(
  address: Address,
  signDigest: (digest: Hex) => Promise<RawSignature>,
  check: () => Promise<void>,
): Key {
  const sign = async (digest: Hex) => signatureOf(address, digest, await signDigest(digest));
  return {
    address,
    check,
    signTransaction: async (transaction) =>
      serializeTransaction(transaction, await sign(keccak256(serializeTransaction(transaction)))),
    signTypedData: async (typedData) => serializeSignature(await sign(hashTypedData(typedData))),
  };
}
