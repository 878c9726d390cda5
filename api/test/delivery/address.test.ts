import { expect } from "chai";
import { isLoopbackAddress, isPublicAddress } from "../../src/delivery/address.ts";
import { urlFault } from "../../src/delivery/url.ts";

const FORBIDDEN = {
  "this network": ["0.0.0.0", "0.1.2.3", "::"],
  loopback: ["127.0.0.1", "127.255.255.254", "::1"],
  private: ["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "fc00::1", "fd12:3456::1"],
  "link-local": ["169.254.169.254", "fe80::1", "febf::1"],
  "site-local": ["fec0::1"],
  shared: ["100.64.0.1", "100.127.255.255"],
  multicast: ["224.0.0.1", "239.1.1.1", "ff02::1"],
  reserved: [
    "192.0.0.1",
    "198.18.0.1",
    "198.19.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "192.88.99.1",
    "4000::1",
    "5f00::1",
  ],
  documentation: ["192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1", "3fff::1"],
  mapped: ["::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:8.8.8.8", "::ffff:7f00:1"],
  compatible: ["::127.0.0.1", "::8.8.8.8"],
  NAT64: ["64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1"],
  "6to4 and Teredo": ["2002:7f00:1::1", "2001:0:7f00:1::1"],
  "discard, benchmarking, ORCHID": ["100::1", "2001:2::1", "2001:20::1"],
  "no address": ["", "localhost", "1.2.3", "1.2.3.4.5", "::g"],
};

describe("isPublicAddress", () => {
  for (const [kind, addresses] of Object.entries(FORBIDDEN)) {
    it(`refuses ${kind}`, () => {
      for (const address of addresses) expect(isPublicAddress(address), address).to.equal(false);
    });
  }

  it("takes what is public", () => {
    for (const address of ["8.8.8.8", "1.1.1.1", "100.63.255.255", "172.32.0.1", "2606:4700::1111", "2a00:1450::1"]) {
      expect(isPublicAddress(address), address).to.equal(true);
    }
  });

  it("knows loopback apart", () => {
    for (const address of ["127.0.0.1", "127.9.9.9", "::1"]) expect(isLoopbackAddress(address)).to.equal(true);
    for (const address of ["::ffff:127.0.0.1", "10.0.0.1", "localhost"]) {
      expect(isLoopbackAddress(address)).to.equal(false);
    }
  });
});

describe("urlFault", () => {
  const everywhere: [url: string, fault: string][] = [
    ["nonsense", "not a URL"],
    ["ftp://hooks.example.com/", "https"],
    ["file:///etc/passwd", "https"],
    ["https://user:pass@hooks.example.com/", "credentials"],
    ["https://user@hooks.example.com/", "credentials"],
    ["https://10.0.0.1/", "public address"],
    ["https://0xa000001/", "public address"],
    ["https://012.0.0.1/", "public address"],
    ["https://169.254.169.254/latest/meta-data", "public address"],
    ["https://[::ffff:127.0.0.1]/", "public address"],
    ["https://[64:ff9b::7f00:1]/", "public address"],
    ["https://[fd00::1]/", "public address"],
  ];
  const outsideDevelopment: [url: string, fault: string][] = [
    ["http://hooks.example.com/", "https"],
    ["https://127.0.0.1/", "public address"],
    ["https://2130706433/", "public address"],
    ["https://[::1]:8443/", "public address"],
    ["https://localhost/", "public address"],
    ["https://deep.LOCALHOST./", "public address"],
  ];
  for (const [url, fault] of [...everywhere, ...outsideDevelopment]) {
    it(`refuses ${url}`, () => expect(urlFault(url, false)).to.include(fault));
  }
  for (const [url, fault] of everywhere) {
    it(`refuses ${url} in development mode too`, () => expect(urlFault(url, true)).to.include(fault));
  }
  for (const [url] of outsideDevelopment) {
    it(`takes ${url} in development mode`, () => expect(urlFault(url, true)).to.equal(null));
  }
  it("takes public hosts and addresses", () => {
    for (const url of ["https://hooks.example.com:8443/a?b#c", "https://8.8.8.8/", "https://[2606:4700::1111]/"]) {
      expect(urlFault(url, false), url).to.equal(null);
    }
  });
});
