import type { Hex } from "viem";
import { decodeAbiParameters, encodeAbiParameters } from "viem/utils";
import { ProtocolError } from "../errors.ts";
import { termsAbiParameter } from "./abi.ts";
import type { Terms } from "./types.ts";

/**
 * `abi.encode(terms)`: the form stored in databases and carried by messages, at most `MAX_ENCODED_BYTES` for valid terms.
 *
 * @throws ProtocolError `terms_encoding` when a value does not fit its Solidity type.
 */
export function encodeTerms(terms: Terms): Hex {
  try {
    return encodeAbiParameters([termsAbiParameter], [terms]);
  } catch (cause) {
    throw new ProtocolError("terms_encoding", "the terms do not fit their Solidity types", { cause });
  }
}

/**
 * The inverse of `encodeTerms`, for exactly what `encodeTerms` writes: another encoding of the same terms is refused, so that equal
 * terms have equal bytes. Addresses come back in EIP-55 form.
 *
 * @throws ProtocolError `terms_encoding` when the bytes are no canonical encoding of terms.
 */
export function decodeTerms(encoded: Hex): Terms {
  let terms: Terms;
  try {
    [terms] = decodeAbiParameters([termsAbiParameter], encoded);
  } catch (cause) {
    throw new ProtocolError("terms_encoding", "not an ABI encoding of terms", { cause });
  }
  if (encodeTerms(terms) !== encoded.toLowerCase()) {
    throw new ProtocolError("terms_encoding", "not the canonical ABI encoding of terms");
  }
  return terms;
}
