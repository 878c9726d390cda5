import type { Hex } from "viem";
import { ProtocolError } from "../errors.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const REF = /^0x[0-9a-f]{32}$/i;

/**
 * `Terms.ref` of a settlement: its UUID as 16 bytes.
 *
 * @throws ProtocolError `terms_encoding` when `uuid` is not a UUID.
 */
export function refFromUuid(uuid: string): Hex {
  if (!UUID.test(uuid)) throw new ProtocolError("terms_encoding", `not a UUID: ${uuid}`, { field: "ref" });
  return `0x${uuid.replaceAll("-", "").toLowerCase()}`;
}

/** The inverse of `refFromUuid`, in lower case. Any 16 bytes have this form. */
export function uuidFromRef(ref: Hex): string {
  if (!REF.test(ref)) throw new ProtocolError("terms_encoding", `not 16 bytes: ${ref}`, { field: "ref" });
  const hex = ref.slice(2).toLowerCase();
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
