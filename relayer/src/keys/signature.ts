import { type Address, type Hex, isAddressEqual, numberToHex, recoverAddress } from "viem";
import { KeyError } from "../errors.ts";

/** Order of secp256k1's group. */
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

/** What a holder of a key answers: who signed cannot be told from it without trying. */
export interface RawSignature {
  r: bigint;
  s: bigint;
}

export interface Signature {
  r: Hex;
  s: Hex;
  yParity: 0 | 1;
}

/**
 * The one form of a signature that chains and contracts take: the low `s`, with the parity under which `address` is recovered from
 * `digest`. Throws KeyError when it is not a signature of this digest by this key.
 */
export async function signatureOf(address: Address, digest: Hex, { r, s }: RawSignature): Promise<Signature> {
  if (r > 0n && r < ORDER && s > 0n && s < ORDER) {
    const low = s > ORDER / 2n ? ORDER - s : s;
    const words = { r: numberToHex(r, { size: 32 }), s: numberToHex(low, { size: 32 }) };
    for (const yParity of [0, 1] as const) {
      const signature = { ...words, yParity };
      if (await recovers(address, digest, signature)) return signature;
    }
  }
  throw new KeyError("the answer is not this key's signature of what was asked");
}

async function recovers(address: Address, hash: Hex, signature: Signature): Promise<boolean> {
  try {
    return isAddressEqual(await recoverAddress({ hash, signature }), address);
  } catch {
    // No point of the curve has this r.
    return false;
  }
}
