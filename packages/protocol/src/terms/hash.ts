import type { Hex } from "viem";
import { hashTypedData } from "viem/utils";
import { ProtocolError } from "../errors.ts";
import { termsTypedData } from "./typed-data.ts";
import type { Terms } from "./types.ts";

/**
 * The settlement id: the EIP-712 digest of the terms, equal to the coordinator's `hashTerms`.
 *
 * @throws ProtocolError `terms_encoding` when a value does not fit its Solidity type.
 */
export function hashTerms(terms: Terms): Hex {
  try {
    return hashTypedData(termsTypedData(terms));
  } catch (cause) {
    throw new ProtocolError("terms_encoding", "the terms do not fit their Solidity types", { cause });
  }
}
