import canonicalize from "canonicalize";
import type { Address, Hex } from "viem";
import { bytesToHex, encodeAbiParameters, isAddress, keccak256, stringToBytes } from "viem/utils";
import { ProtocolError } from "./errors.ts";

/** The record that a screened entity's commitment is about. */
export interface EntityRecord {
  external_reference: string;
  name: string;
  /** Slug of the platform that brings the party. */
  platform: string;
}

const SECRET = /^0x[0-9a-f]{64}$/i;

/** 32 random bytes from the operating system, fresh for one settlement and one commitment. */
export function randomSecret(): Hex {
  return bytesToHex(crypto.getRandomValues(new Uint8Array(32)));
}

/**
 * Commitment to a wallet: keccak256(abi.encode(secret, wallet)), as the escrow computes it from an opening.
 *
 * @throws ProtocolError `commitment_input` when the secret is not 32 bytes or the wallet no address.
 */
export function walletCommitment(secret: Hex, wallet: Address): Hex {
  checkSecret(secret);
  if (!isAddress(wallet)) throw new ProtocolError("commitment_input", "not an address", { field: "wallet" });
  return keccak256(encodeAbiParameters([{ type: "bytes32" }, { type: "address" }], [secret, wallet]));
}

/**
 * Commitment to an entity: keccak256(abi.encode(secret, entityHash(record))).
 *
 * @throws ProtocolError `commitment_input` when the secret is not 32 bytes or the record has other fields.
 */
export function entityCommitment(secret: Hex, record: EntityRecord): Hex {
  checkSecret(secret);
  return keccak256(encodeAbiParameters([{ type: "bytes32" }, { type: "bytes32" }], [secret, entityHash(record)]));
}

/** keccak256 of the UTF-8 bytes of the record's RFC 8785 form. */
export function entityHash(record: EntityRecord): Hex {
  return keccak256(stringToBytes(entityRecordJson(record)));
}

/** The RFC 8785 form of the record: what is shown to an attester together with the secret. */
export function entityRecordJson(record: EntityRecord): string {
  const { external_reference, name, platform, ...rest } = record;
  if (Object.keys(rest).length > 0) {
    throw new ProtocolError("commitment_input", "an entity record has external_reference, name and platform only");
  }
  for (const [field, value] of Object.entries({ external_reference, name, platform })) {
    if (typeof value !== "string" || !value.isWellFormed()) {
      throw new ProtocolError("commitment_input", "must be a string of whole Unicode characters", { field });
    }
  }
  return canonicalize({ external_reference, name, platform }) as string;
}

function checkSecret(secret: Hex): void {
  if (!SECRET.test(secret)) throw new ProtocolError("commitment_input", "must be 32 bytes", { field: "secret" });
}
