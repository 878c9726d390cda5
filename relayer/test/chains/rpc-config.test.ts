import { expect } from "chai";
import fc from "fast-check";
import { readRpcConfig } from "../../src/chains/rpc-config.ts";
import { ConfigError } from "../../src/errors.ts";

const hosts = (count: number) => Array.from({ length: count }, (_, index) => `https://node${index}.example/v3`);

describe("readRpcConfig", () => {
  const read = (urls: string | undefined, rest: Record<string, string> = {}) =>
    readRpcConfig({ ...(urls === undefined ? {} : { RPC_URLS_5: urls }), ...rest }, 5, 10_000);
  const failure = (urls: string | undefined, rest: Record<string, string> = {}): string => {
    try {
      read(urls, rest);
    } catch (error) {
      expect(error).to.be.instanceOf(ConfigError);
      return (error as Error).message;
    }
    throw new Error("it was taken");
  };

  it("takes one to ten nodes over http and websockets, and a majority of them by default", () => {
    expect(read(" http://a:1 , wss://b/x?key=1,https://user:pass@c ")).to.deep.equal({
      urls: ["http://a:1", "wss://b/x?key=1", "https://user:pass@c"],
      quorum: 2,
      requestsPerSecond: 100,
      timeoutMs: 10_000,
    });
    expect(read(hosts(10).join()).quorum).to.equal(6);
    expect(failure(hosts(11).join())).to.equal("RPC_URLS_5: names 11 nodes; 10 are the most");
    expect(failure(undefined)).to.equal("RPC_URLS_5: is missing");
  });

  it("takes every quorum that no two facts can both have, and no other", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10 }), fc.integer({ min: -1, max: 12 }), (nodes, quorum) => {
        const urls = hosts(nodes).join();
        if (quorum > nodes / 2 && quorum <= nodes) {
          expect(read(urls, { RPC_QUORUM_5: String(quorum) }).quorum).to.equal(quorum);
        } else {
          expect(failure(urls, { RPC_QUORUM_5: String(quorum) })).to.match(
            /^RPC_QUORUM_5: must be \d+( to \d+)?: more/,
          );
        }
      }),
    );
    for (const word of ["2.5", "two", "1e1"]) {
      expect(failure(hosts(3).join(), { RPC_QUORUM_5: word })).to.match(/^RPC_QUORUM_5: must be 2 to 3/);
    }
  });

  it("refuses a node that is named twice, by whatever protocol, key or spelling", () => {
    const pairs = [
      ["https://a.example/v3", "https://A.example:443/v3/"],
      ["https://a.example/?key=1", "wss://user:pass@a.example?key=2"],
      ["http://127.0.0.1:8545", "ws://127.0.0.1:8545"],
    ];
    for (const pair of pairs) {
      expect(failure(pair.join())).to.equal("RPC_URLS_5: entry 2 is the same node as entry 1: it has one voice");
    }
    expect(read("https://a.example/one,https://a.example/two,http://a.example/one").urls).to.have.length(3);
  });

  it("names the entry that is no URL, and shows none of them", () => {
    for (const wrong of ["ftp://secret", "secret", "", "http://"]) {
      const message = failure(`https://user:secret@a.example,${wrong}`);
      expect(message).to.equal("RPC_URLS_5: entry 2 must be an http(s) or ws(s) URL");
    }
    expect(failure("https://secret:secret@a,https://secret@a")).to.not.contain("secret");
  });

  it("takes a rate above nothing", () => {
    expect(read("http://a", { RPC_RATE_LIMIT_5: "0.5" }).requestsPerSecond).to.equal(0.5);
    for (const wrong of ["0", "-1", "many", "Infinity"]) {
      expect(failure("http://a", { RPC_RATE_LIMIT_5: wrong })).to.equal(
        "RPC_RATE_LIMIT_5: must be a number of requests per second, above 0",
      );
    }
  });
});
