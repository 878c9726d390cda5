import { endpointAbi } from "@keystoneos/protocol/abi";
import { type Address, type Hex, keccak256, parseEventLogs, type TransactionReceipt } from "viem";

/** A LayerZero packet as its sending transaction shows it. */
export interface Packet {
  /** The first 81 bytes, by whose hash verifiers know it. */
  header: Hex;
  nonce: bigint;
  srcEid: number;
  /** 32 bytes each. */
  sender: Hex;
  receiver: Hex;
  dstEid: number;
  guid: Hex;
  message: Hex;
  /** What the target's endpoint stores once the packet is verified: keccak256(guid, message). */
  payloadHash: Hex;
}

const HEADER_BYTES = 81;

/** 81 bytes of header (version 1, nonce 8, source eid 4, sender 32, target eid 4, receiver 32), then guid 32 and the message. */
function decodePacket(payload: Hex): Packet | null {
  const bytes = (payload.length - 2) / 2;
  if (bytes < HEADER_BYTES + 32) return null;
  const at = (start: number, end = bytes): Hex => `0x${payload.slice(2 + 2 * start, 2 + 2 * end)}`;
  if (at(0, 1) !== "0x01") return null;
  return {
    header: at(0, HEADER_BYTES),
    nonce: BigInt(at(1, 9)),
    srcEid: Number(at(9, 13)),
    sender: at(13, 45),
    dstEid: Number(at(45, 49)),
    receiver: at(49, 81),
    guid: at(81, 113),
    message: at(113),
    payloadHash: keccak256(at(81)),
  };
}

/** The packet with this guid among what a transaction sent through the endpoint; null when it sent no such. */
export function findPacket(receipt: TransactionReceipt, endpoint: Address, guid: Hex): Packet | null {
  const logs = receipt.logs.filter((log) => log.address.toLowerCase() === endpoint.toLowerCase());
  for (const log of parseEventLogs({ abi: endpointAbi, eventName: "PacketSent", logs })) {
    const packet = decodePacket(log.args.encodedPayload);
    if (packet?.guid === guid.toLowerCase()) return packet;
  }
  return null;
}
