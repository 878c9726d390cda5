import {
  type Address,
  concat,
  decodeAbiParameters,
  getAddress,
  type Hex,
  hexToBigInt,
  keccak256,
  size,
  slice,
} from "viem";
import { DevnetError } from "../errors.ts";

/** One message as LayerZero's PacketSent shows it. */
export interface Packet {
  /** 81 bytes: version, nonce, source and target with their endpoint ids. */
  header: Hex;
  nonce: bigint;
  srcEid: number;
  sender: Hex;
  dstEid: number;
  receiver: Address;
  guid: Hex;
  message: Hex;
  /** What the verifiers vouch for: keccak256(guid ++ message). */
  payloadHash: Hex;
  /** Gas that the sender paid for at `lzReceive`. */
  gas: bigint;
}

const HEADER_SIZE = 81;

/** Reads the data of a PacketSent event. @throws DevnetError PacketMalformed. */
export function decodePacketSent(data: Hex): Packet {
  const [encoded, options] = decodeAbiParameters([{ type: "bytes" }, { type: "bytes" }, { type: "address" }], data);
  if (size(encoded) < HEADER_SIZE + 32 || slice(encoded, 0, 1) !== "0x01") {
    throw new DevnetError("PacketMalformed", `Not a packet of version 1: ${encoded.slice(0, 40)}`);
  }
  const guid = slice(encoded, HEADER_SIZE, HEADER_SIZE + 32);
  const message = size(encoded) > HEADER_SIZE + 32 ? slice(encoded, HEADER_SIZE + 32) : "0x";
  return {
    header: slice(encoded, 0, HEADER_SIZE),
    nonce: hexToBigInt(slice(encoded, 1, 9)),
    srcEid: Number(slice(encoded, 9, 13)),
    sender: slice(encoded, 13, 45),
    dstEid: Number(slice(encoded, 45, 49)),
    receiver: getAddress(slice(encoded, 61, 81)),
    guid,
    message,
    payloadHash: keccak256(concat([guid, message])),
    gas: gasInOptions(options),
  };
}

/** The gas that type 3 options ask for at `lzReceive`, summed over their entries. @throws DevnetError OptionsMalformed. */
export function gasInOptions(options: Hex): bigint {
  const bytes = Buffer.from(options.slice(2), "hex");
  if (bytes.length < 2 || bytes.readUInt16BE(0) !== 3)
    throw new DevnetError("OptionsMalformed", `Not options of type 3: ${options}`);
  let gas = 0n;
  for (let at = 2; at < bytes.length; ) {
    // Worker 1 byte, size 2 bytes, then the option: type 1 byte and its content.
    const length = at + 3 <= bytes.length ? bytes.readUInt16BE(at + 1) : 0;
    const end = at + 3 + length;
    if (length === 0 || end > bytes.length) throw new DevnetError("OptionsMalformed", `Cut short: ${options}`);
    const [worker, type] = [bytes[at], bytes[at + 3]];
    if (worker === EXECUTOR && type === LZ_RECEIVE) {
      if (length < 17) throw new DevnetError("OptionsMalformed", `No gas in the executor's option: ${options}`);
      gas += BigInt(`0x${bytes.toString("hex", at + 4, at + 20)}`);
    }
    at = end;
  }
  return gas;
}

const EXECUTOR = 1;
const LZ_RECEIVE = 1;
