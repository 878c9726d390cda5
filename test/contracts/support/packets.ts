import {
  concat,
  decodeEventLog,
  type Hash,
  type Hex,
  keccak256,
  parseAbi,
  size,
  slice,
  type TransactionReceipt,
} from "viem";
import { type Chain, ROLES } from "./chain.ts";
import { type LayerZero, write } from "./layerzero.ts";

const endpointEvents = parseAbi(["event PacketSent(bytes encodedPayload, bytes options, address sendLibrary)"]);
const HEADER_SIZE = 81;
const LZ_CONFIRMATIONS = 2n;

/** One message as the endpoint published it, cut into its parts. */
export interface Packet {
  header: Hex;
  nonce: bigint;
  srcEid: number;
  sender: Hex;
  dstEid: number;
  receiver: Hex;
  guid: Hex;
  message: Hex;
  options: Hex;
}

/** The gas that a type 3 option with one entry asks for. */
export function gasOf(packet: Packet): bigint {
  return BigInt(slice(packet.options, 6, 22));
}

function parsePacket(encoded: Hex, options: Hex): Packet {
  return {
    header: slice(encoded, 0, HEADER_SIZE),
    nonce: BigInt(slice(encoded, 1, 9)),
    srcEid: Number(slice(encoded, 9, 13)),
    sender: slice(encoded, 13, 45),
    dstEid: Number(slice(encoded, 45, 49)),
    receiver: slice(encoded, 49, 81),
    guid: slice(encoded, 81, 113),
    message: size(encoded) > 113 ? slice(encoded, 113) : "0x",
    options,
  };
}

/** Every packet that a transaction sent, in order. */
export async function packetsOf(chain: Chain, transaction: Hash | TransactionReceipt): Promise<Packet[]> {
  const receipt =
    typeof transaction === "string" ? await chain.client.waitForTransactionReceipt({ hash: transaction }) : transaction;
  return receipt.logs.flatMap((log) => {
    try {
      const { args } = decodeEventLog({ abi: endpointEvents, data: log.data, topics: log.topics });
      return [parsePacket(args.encodedPayload, args.options)];
    } catch {
      return [];
    }
  });
}

/** The one packet that a transaction sent. */
export async function packetOf(chain: Chain, transaction: Hash | TransactionReceipt): Promise<Packet> {
  const [packet, ...others] = await packetsOf(chain, transaction);
  if (packet === undefined || others.length > 0) throw new Error("Not exactly one packet was sent.");
  return packet;
}

/** A packet that nobody sent: what verifiers that collude, or are broken, could attest. */
export function forgePacket(
  packet: Packet,
  changes: { nonce?: bigint; srcEid?: number; sender?: Hex; message?: Hex },
): Packet {
  const forged = { ...packet, ...changes };
  const header = concat([
    "0x01",
    `0x${forged.nonce.toString(16).padStart(16, "0")}`,
    `0x${forged.srcEid.toString(16).padStart(8, "0")}`,
    forged.sender,
    `0x${forged.dstEid.toString(16).padStart(8, "0")}`,
    forged.receiver,
  ]);
  return { ...forged, header };
}

/** Verifiers, executor and strangers at the receiving end of one chain. */
export class Courier {
  readonly #chain: Chain;
  readonly #layerZero: LayerZero;

  constructor(chain: Chain, layerZero: LayerZero) {
    this.#chain = chain;
    this.#layerZero = layerZero;
  }

  /** One verifier says that it saw the packet. `confirmations` below the wired number count for nothing. */
  verify(packet: Packet, verifier: number, confirmations = LZ_CONFIRMATIONS): Promise<Hash> {
    const args = [packet.header, payloadHash(packet), confirmations];
    return write(this.#chain, "ReceiveUln302", this.#layerZero.receiveLibrary, "verify", args, { from: verifier });
  }

  /** Puts the verified packet into the endpoint's channel. Anyone may. */
  commit(packet: Packet): Promise<Hash> {
    const args = [packet.header, payloadHash(packet)];
    return write(this.#chain, "ReceiveUln302", this.#layerZero.receiveLibrary, "commitVerification", args, {
      from: ROLES.stranger,
    });
  }

  /** Has the endpoint deliver a committed packet. `gas` is the transaction's; by default plenty. */
  execute(
    packet: Packet,
    options: { from?: number; gas?: bigint; value?: bigint; extraData?: Hex } = {},
  ): Promise<Hash> {
    const { from = ROLES.executor, gas = 15_000_000n, value = 0n, extraData = "0x" } = options;
    const origin = { srcEid: packet.srcEid, sender: packet.sender, nonce: packet.nonce };
    const receiver = slice(packet.receiver, 12);
    const args = [origin, receiver, packet.guid, packet.message, extraData];
    return write(this.#chain, "EndpointV2", this.#layerZero.endpoint, "lzReceive", args, { from, gas, value });
  }

  /** Both verifiers, then the channel. */
  async verifyAndCommit(packet: Packet): Promise<void> {
    await this.verify(packet, ROLES.verifierA);
    await this.verify(packet, ROLES.verifierB);
    await this.commit(packet);
  }

  /** The whole way, as it goes when everybody does their work. */
  async deliver(packet: Packet, options: Parameters<Courier["execute"]>[1] = {}): Promise<Hash> {
    await this.verifyAndCommit(packet);
    return this.execute(packet, options);
  }
}

function payloadHash(packet: Packet): Hex {
  return keccak256(concat([packet.guid, packet.message]));
}
