import type { attestationTypedData } from "@keystoneos/protocol";
import type { Address, Hex } from "viem";

/** Everything that is signed of a transaction; the pipeline leaves nothing to a signer's choice. */
export interface UnsignedTransaction {
  type: "eip1559";
  chainId: number;
  nonce: number;
  to: Address;
  data: Hex;
  /** Wei. */
  value: bigint;
  gas: bigint;
  /** Wei per gas. */
  maxFeePerGas: bigint;
  /** Wei per gas. */
  maxPriorityFeePerGas: bigint;
}

/** What an attester signs: the registry's attestation, and nothing else that EIP-712 can say. */
export type AttestationTypedData = ReturnType<typeof attestationTypedData>;

/** A key that sends: it pays gas, or is the operator. It cannot sign anything but a transaction. */
export interface TransactionSigner {
  readonly address: Address;
  /**
   * The signed transaction, as a node takes it. Throws SignerUnavailable when the key's holder does not answer, KeyError when its answer
   * is of no use.
   */
  signTransaction(transaction: UnsignedTransaction): Promise<Hex>;
}

/** A key that attests. It cannot send: whoever holds one has no way to name a transaction. */
export interface AttestationSigner {
  readonly address: Address;
  /** 65 bytes r, s, v. Throws as `signTransaction` does, and KeyError for anything but an attestation to our own registry. */
  signTypedData(typedData: AttestationTypedData): Promise<Hex>;
}
