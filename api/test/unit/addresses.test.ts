import { expect } from "chai";
import fc from "fast-check";
import { BlockError, clientAddress, liesIn, parseAddress, parseBlock } from "../../src/addresses.ts";

describe("addresses", () => {
  const within = (address: string, ...blocks: string[]) => {
    const parsed = parseAddress(address);
    return parsed !== null && liesIn(parsed, blocks.map(parseBlock));
  };

  it("lie in blocks of their own family", () => {
    expect(within("192.0.2.7", "192.0.2.0/24")).to.equal(true);
    expect(within("192.0.3.7", "192.0.2.0/24")).to.equal(false);
    expect(within("192.0.2.7", "192.0.2.7")).to.equal(true);
    expect(within("192.0.2.7", "0.0.0.0/0")).to.equal(true);
    expect(within("192.0.2.7", "::/0")).to.equal(false);
    expect(within("2001:db8::1", "2001:db8::/32")).to.equal(true);
    expect(within("2001:DB8:0:0::1", "2001:db8::1")).to.equal(true);
    expect(within("2001:db9::1", "2001:db8::/32", "0.0.0.0/0")).to.equal(false);
    expect(within("192.0.2.7", "10.0.0.0/8", "192.0.2.0/25")).to.equal(true);
  });

  it("of IPv4 inside IPv6 are the IPv4 address", () => {
    expect(within("::ffff:192.0.2.7", "192.0.2.0/24")).to.equal(true);
    expect(within("::ffff:c000:207", "192.0.2.0/24")).to.equal(true);
    expect(within("::ffff:192.0.2.7", "::/0")).to.equal(false);
  });

  it("are the ones of their bits, whatever the length", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 0xffffffff }),
        fc.integer({ min: 0, max: 32 }),
        fc.integer({ min: 0, max: 31 }),
        (number, bits, flip) => {
          const text = (value: number) => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join(".");
          const mask = bits === 0 ? 0 : (0xffffffff << (32 - bits)) >>> 0;
          const block = `${text((number & mask) >>> 0)}/${bits}`;
          expect(within(text(number), block)).to.equal(true);
          // Bit 0 is the leftmost: flipped within the length, the address is another block's.
          const other = (number ^ (1 << (31 - flip))) >>> 0;
          expect(within(text(other), block)).to.equal(flip >= bits);
        },
      ),
    );
  });

  for (const wrong of [
    "",
    "192.0.2.1/24",
    "192.0.2.0/33",
    "192.0.2.0/024",
    "192.0.2.0/-1",
    "192.0.2.0/",
    "192.0.2.0/24/24",
    "192.0.2/24",
    "192.0.2.0/255.255.255.0",
    "010.0.0.0/8",
    "0x10.0.0.0/8",
    "3221225984",
    "2001:db8::1/32",
    "2001:db8::/129",
    "::ffff:192.0.2.0/120",
    "fe80::1%eth0",
    "example.org",
    " 192.0.2.0/24",
    "192.0.2.0/24\n",
  ]) {
    it(`make no block of ${JSON.stringify(wrong)}`, () => {
      expect(() => parseBlock(wrong)).to.throw(BlockError);
    });
  }

  describe("of callers", () => {
    const proxies = ["10.0.0.0/8", "::1"].map(parseBlock);
    const CASES: [string, string | undefined, string | undefined, string | null][] = [
      ["the socket's without proxies", "192.0.2.1", undefined, "192.0.2.1"],
      ["the socket's whatever a stranger says", "192.0.2.1", "198.51.100.1", "192.0.2.1"],
      ["the one that a proxy tells", "10.0.0.1", "198.51.100.1", "198.51.100.1"],
      ["the rightmost that is no proxy's", "10.0.0.1", "203.0.113.9, 198.51.100.1", "198.51.100.1"],
      ["the one behind several proxies", "::1", "203.0.113.9, 198.51.100.1 ,10.9.9.9", "198.51.100.1"],
      ["the leftmost where all are proxies", "10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"],
      ["the proxy's own that tells none", "10.0.0.1", undefined, "10.0.0.1"],
      ["the proxy's own that tells nonsense", "10.0.0.1", "198.51.100.1, unknown", "10.0.0.1"],
      ["IPv4 where the socket has it in IPv6", "::ffff:10.0.0.1", "2001:DB8::0:1", "2001:db8::1"],
      ["without its zone", "fe80::1%eth0", undefined, "fe80::1"],
      ["unknown without a socket", undefined, "198.51.100.1", null],
    ];
    for (const [name, socket, header, expected] of CASES) {
      it(`are ${name}`, () => expect(clientAddress(socket, header, proxies)).to.equal(expected));
    }
  });
});
