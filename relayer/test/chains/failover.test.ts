import { expect } from "chai";
import { encodeErrorResult, parseAbi } from "viem";
import { checkChain } from "../../src/chains/client.ts";
import { head } from "../../src/chains/head.ts";
import { nonceAt } from "../../src/chains/nonce.ts";
import type { FaultProxy } from "../support/fault-proxy.ts";
import { at, cut, drop, hang, huge, malformed, rpcError, status, truncated, wrongId } from "../support/faults.ts";
import { behind, forked } from "../support/lies.ts";
import { startNodes, watching } from "../support/nodes.ts";

const BALANCE = ["eth_getBalance"];
const RICH = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
const READ = { address: RICH } as const;

describe("what one node is enough for", function () {
  this.timeout(30_000);
  let nodes: Awaited<ReturnType<typeof startNodes>>;
  before(async () => {
    nodes = await startNodes(3);
    await nodes.mine(9);
  });
  after(() => nodes.stop());

  const proxy = (index: number) => nodes.proxies[index] as FaultProxy;
  const asked = (index: number, method = "eth_getBalance") =>
    proxy(index).calls.filter((call) => call.method === method).length;

  it("is asked of the first that is named, and of no other while it answers", async () => {
    const chain = nodes.through([null, null, null]);
    for (let times = 0; times < 3; times++) await chain.client.getBalance(READ);
    expect([asked(0), asked(1), asked(2)]).to.deep.equal([3, 0, 0]);
  });

  it("is asked of the next when the first gives no answer, or one that cannot be used", async () => {
    for (const fault of [drop, cut, truncated, huge, wrongId, malformed("?"), status(500), status(429)]) {
      const chain = nodes.through([at(BALANCE, fault), null, null]);
      expect(await chain.client.getBalance(READ)).to.equal(10n ** 22n);
      expect(asked(1)).to.equal(1);
    }
  });

  it("is given up at the end of its time, of which each attempt has a part", async () => {
    const chain = nodes.through([at(BALANCE, hang), null, null], { timeoutMs: 2_000 });
    expect(await chain.client.getBalance(READ)).to.equal(10n ** 22n);
    const stuck = nodes.through([at(BALANCE, hang), at(BALANCE, hang), at(BALANCE, hang)], { timeoutMs: 300 });
    await checkChain(stuck);
    const error = await stuck.client.getBalance(READ).catch((cause: Error) => cause);
    expect((error as Error).message).to.contain("no node answers");
  });

  it("is not asked again where the node's answer is an error of the question", async () => {
    const chain = nodes.through([at(BALANCE, rpcError(-32602, "invalid argument")), null, null]);
    const error = await chain.client.getBalance(READ).catch((cause: Error) => cause);
    expect((error as Error).message).to.contain("invalid argument");
    expect([asked(0), asked(1)]).to.deep.equal([1, 0]);
  });

  it("is asked of the next where a node lacks the block, the state or the method", async () => {
    for (const [code, message] of [
      [-32000, "header not found"],
      [-32000, "missing trie node 12 (path ) state 0x12 is not available"],
      [-32001, "Resource not found"],
      [-32000, "World state unavailable"],
      [-39001, "Unknown block"],
      [-32602, "BlockOutOfRangeError: block height is 3 but requested was 153"],
      [-32601, "the method eth_getBalance does not exist"],
    ] as const) {
      const lacks = at(BALANCE, rpcError(code, message));
      expect(await nodes.through([lacks, null, null]).client.getBalance(READ), message).to.equal(10n ** 22n);
      const error = await nodes
        .through([lacks, lacks])
        .client.getBalance(READ)
        .catch((cause: Error) => cause);
      expect((error as { details?: string }).details, message).to.equal(message);
    }
  });

  it("passes by a node that is left alone, behind, on another branch, or has lied", async () => {
    const resting = nodes.through([at(BALANCE, status(500)), null, null]);
    for (let times = 0; times < 5; times++) await resting.client.getBalance(READ);
    expect([asked(0), asked(1)]).to.deep.equal([1, 5]);

    for (const lie of [behind(5), forked(9n)]) {
      const chain = nodes.through([lie, null, null]);
      await head(chain);
      while (chain.nodes.endpoints[0]?.standing.state === "unknown")
        await new Promise((resolve) => setImmediate(resolve));
      await chain.client.getBalance(READ);
      expect([asked(0), asked(1)]).to.deep.equal([0, 1]);
    }
    const watch = watching();
    const chain = nodes.through([at(["eth_getTransactionCount"], () => ({ result: "0x7" })), null, null], {}, watch);
    const disagreement = watch.next();
    expect(await nonceAt(chain, RICH, 1n)).to.equal(0n);
    await disagreement;
    await chain.client.getBalance(READ);
    expect([asked(0), asked(1)]).to.deep.equal([0, 1]);
  });

  it("fetches nothing that a contract, or a node in its name, tells it to fetch", async () => {
    // OffchainLookup(address,string[],bytes,bytes4,bytes) of the contract, with one URL.
    const url = `${proxy(2).url}/{sender}/{data}`;
    const data = encodeErrorResult({
      abi: parseAbi([
        "error OffchainLookup(address sender, string[] urls, bytes callData, bytes4 callback, bytes extraData)",
      ]),
      args: [RICH, [url], "0x", "0x00000000", "0x"],
    });
    const lookup = at(["eth_call"], () => ({ error: { code: 3, message: "execution reverted", data } }));
    const chain = nodes.through([lookup, lookup]);
    proxy(2).calls.length = 0;
    expect(await chain.client.call({ to: RICH, data: "0x" }).catch(() => "refused")).to.equal("refused");
    expect(proxy(2).calls).to.deep.equal([]);
  });
});
