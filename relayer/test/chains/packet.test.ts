import { endpointAbi } from "@keystoneos/protocol/abi";
import { expect } from "chai";
import fc from "fast-check";
import {
  concat,
  encodeAbiParameters,
  encodeEventTopics,
  type Hex,
  keccak256,
  numberToHex,
  slice,
  type TransactionReceipt,
  zeroAddress,
} from "viem";
import { findPacket } from "../../src/chains/packet.ts";

const bytes = (length: number) =>
  fc
    .uint8Array({ minLength: length, maxLength: length })
    .map((array): Hex => `0x${Buffer.from(array).toString("hex")}`);
const packet = fc.record({
  nonce: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  srcEid: fc.nat(2 ** 32 - 1),
  sender: bytes(32),
  dstEid: fc.nat(2 ** 32 - 1),
  receiver: bytes(32),
  guid: bytes(32),
  message: fc.nat(200).chain(bytes),
});
const ENDPOINT = `0x${"e".repeat(40)}` as const;

const receiptWith = (payloads: Hex[], address: Hex = ENDPOINT) => {
  const topics = encodeEventTopics({ abi: endpointAbi, eventName: "PacketSent" });
  const inputs = [{ type: "bytes" }, { type: "bytes" }, { type: "address" }] as const;
  const logs = payloads.map((payload) => ({
    address,
    topics,
    data: encodeAbiParameters(inputs, [payload, "0x", zeroAddress]),
  }));
  return { logs } as unknown as TransactionReceipt;
};
const encode = (p: {
  nonce: bigint;
  srcEid: number;
  sender: Hex;
  dstEid: number;
  receiver: Hex;
  guid: Hex;
  message: Hex;
}) =>
  concat([
    "0x01",
    numberToHex(p.nonce, { size: 8 }),
    numberToHex(p.srcEid, { size: 4 }),
    p.sender,
    numberToHex(p.dstEid, { size: 4 }),
    p.receiver,
    p.guid,
    p.message,
  ]);

describe("findPacket", () => {
  it("finds a message by its guid among the packets of a transaction", () => {
    fc.assert(
      fc.property(packet, packet, (one, other) => {
        fc.pre(one.guid !== other.guid);
        const payloadHash = keccak256(concat([one.guid, one.message]));
        expect(findPacket(receiptWith([encode(other), encode(one)]), ENDPOINT, one.guid)).to.deep.equal({
          ...one,
          header: slice(encode(one), 0, 81),
          payloadHash,
        });
      }),
    );
  });

  it("takes nothing from another contract, of another version or cut short", () => {
    fc.assert(
      fc.property(packet, (one) => {
        const payload = encode(one);
        expect(findPacket(receiptWith([payload], `0x${"d".repeat(40)}`), ENDPOINT, one.guid)).to.equal(null);
        expect(findPacket(receiptWith([`0x02${payload.slice(4)}`]), ENDPOINT, one.guid)).to.equal(null);
        expect(findPacket(receiptWith([payload.slice(0, 2 + 2 * 112) as Hex]), ENDPOINT, one.guid)).to.equal(null);
      }),
    );
  });
});
