import { expect } from "chai";
import fc from "fast-check";
import { type Address, concat, encodeAbiParameters, getAddress, type Hex, keccak256, pad, toHex } from "viem";
import { decodePacketSent, gasInOptions } from "../../src/worker/packet.ts";
import { failure } from "../support/error.ts";

const bytes = (min: number, max: number) =>
  fc.uint8Array({ minLength: min, maxLength: max }).map((array) => toHex(array));
const uint = (bits: number) => fc.bigInt({ min: 0n, max: 2n ** BigInt(bits) - 1n });

function event(encoded: Hex, options: Hex): Hex {
  const library: Address = "0x0000000000000000000000000000000000000001";
  return encodeAbiParameters([{ type: "bytes" }, { type: "bytes" }, { type: "address" }], [encoded, options, library]);
}

/** One entry of type 3 options. */
function entry(worker: number, type: number, content: Hex): Hex {
  const size = (content.length - 2) / 2 + 1;
  return concat([toHex(worker, { size: 1 }), toHex(size, { size: 2 }), toHex(type, { size: 1 }), content]);
}

describe("a LayerZero packet", () => {
  it("is read as it was written", () => {
    const fields = fc.record({
      nonce: uint(64),
      srcEid: uint(32),
      sender: bytes(20, 20),
      dstEid: uint(32),
      receiver: bytes(20, 20),
      guid: bytes(32, 32),
      message: bytes(0, 300),
      gas: uint(128),
    });
    fc.assert(
      fc.property(fields, ({ nonce, srcEid, sender, dstEid, receiver, guid, message, gas }) => {
        const header = concat([
          "0x01",
          toHex(nonce, { size: 8 }),
          toHex(srcEid, { size: 4 }),
          pad(sender),
          toHex(dstEid, { size: 4 }),
          pad(receiver),
        ]);
        const options = concat(["0x0003", entry(1, 1, toHex(gas, { size: 16 }))]);
        expect(decodePacketSent(event(concat([header, guid, message]), options))).to.deep.equal({
          header,
          nonce,
          srcEid: Number(srcEid),
          sender: pad(sender),
          dstEid: Number(dstEid),
          receiver: getAddress(receiver),
          guid,
          message,
          payloadHash: keccak256(concat([guid, message])),
          gas,
        });
      }),
    );
  });

  it("is refused when it is of another version or cut short", async () => {
    const options = concat(["0x0003", entry(1, 1, toHex(1n, { size: 16 }))]);
    const long = `0x02${"00".repeat(112)}` as Hex;
    expect(await failure("PacketMalformed", () => decodePacketSent(event(long, options)))).to.include("version 1");
    await failure("PacketMalformed", () => decodePacketSent(event(`0x01${"00".repeat(111)}`, options)));
  });
});

describe("type 3 options", () => {
  it("ask for the gas of all lzReceive entries together, and of no others", () => {
    const other = fc
      .tuple(fc.integer({ min: 2, max: 9 }), fc.integer({ min: 1, max: 9 }), bytes(1, 40))
      .map(([w, t, c]) => entry(w, t, c));
    const compose = bytes(17, 40).map((content) => entry(1, 3, content));
    const receive = uint(100).map((gas) => ({ gas, bytes: entry(1, 1, toHex(gas, { size: 16 })) }));
    const withValue = uint(100).map((gas) => ({
      gas,
      bytes: entry(1, 1, concat([toHex(gas, { size: 16 }), pad("0x01", { size: 16 })])),
    }));
    const any = fc.oneof(
      other.map((o) => ({ gas: 0n, bytes: o })),
      compose.map((o) => ({ gas: 0n, bytes: o })),
      receive,
      withValue,
    );
    fc.assert(
      fc.property(fc.array(any, { maxLength: 8 }), (entries) => {
        const options = concat(["0x0003", ...entries.map((one) => one.bytes)]);
        expect(gasInOptions(options)).to.equal(entries.reduce((sum, one) => sum + one.gas, 0n));
      }),
    );
  });

  it("are refused when they are of another type or cut short anywhere within an entry", async () => {
    await failure("OptionsMalformed", () => gasInOptions("0x0001"));
    await failure("OptionsMalformed", () => gasInOptions("0x"));
    const whole = concat(["0x0003", entry(1, 1, toHex(5n, { size: 16 }))]);
    for (let cut = whole.length - 2; cut > 6; cut -= 2) {
      await failure("OptionsMalformed", () => gasInOptions(whole.slice(0, cut) as Hex));
    }
  });
});
