import { expect } from "chai";
import { type Hex, keccak256, parseAbi } from "viem";
import { agreedRead } from "../../src/chains/agreed-read.ts";
import { head } from "../../src/chains/head.ts";
import { nonceAt } from "../../src/chains/nonce.ts";
import { receipts } from "../../src/chains/receipts.ts";
import { decodeRevert, revertData } from "../../src/chains/revert.ts";
import { ChainError } from "../../src/errors.ts";
import { account } from "../support/chain.ts";
import type { FaultProxy } from "../support/fault-proxy.ts";
import { all, at, drop, hang, rpcError } from "../support/faults.ts";
import { FEES } from "../support/fees.ts";
import {
  behind,
  flippedReceipts,
  forked,
  madeUpReceipts,
  nonces,
  noReceipts,
  other,
  priced,
  views,
} from "../support/lies.ts";
import { startNodes, watching } from "../support/nodes.ts";

const CONTRACT = "0x00000000000000000000000000000000000c0ffe";
const abi = parseAbi(["function answer() view returns (uint256)", "error KeystoneEscrow_PathNotOpen()"]);
/** Returns the number of the block. */
const NUMBER: Hex = "0x435f5260205ff3";
const word = (value: number): Hex => `0x${value.toString(16).padStart(64, "0")}`;

describe("what a quorum of nodes says", function () {
  this.timeout(30_000);
  let nodes: Awaited<ReturnType<typeof startNodes>>;
  let nonce = 0;
  beforeEach(async () => {
    nodes = await startNodes(3);
    nonce = 0;
  });
  afterEach(() => nodes.stop());

  const send = async (): Promise<Hex> => {
    const call = { to: CONTRACT, gas: 50_000n, value: 0n, ...FEES } as const;
    const raw = await account.signTransaction({ type: "eip1559", chainId: 11155111, nonce: nonce++, ...call });
    return nodes.client.sendRawTransaction({ serializedTransaction: raw });
  };
  const block = (number: bigint) => nodes.client.getBlock({ blockNumber: number });
  const name = (index: number) => (nodes.proxies[index] as FaultProxy).name;
  const failure = (work: Promise<unknown>) =>
    work.then(
      () => new Error("it was answered"),
      (error: Error) => error,
    );

  describe("head", () => {
    it("is the newest block that so many have, with one behind, one silent or one ahead of the truth", async () => {
      await nodes.mine(9);
      for (const [one, number] of [
        [null, 9n],
        [behind(4), 9n],
        [drop, 9n],
        [hang, 9n],
        [forked(10n), 9n],
      ] as const) {
        const { hash } = await head(nodes.through([null, one, null]));
        expect(hash).to.equal((await block(number)).hash);
      }
      expect(await head(nodes.through([behind(2), behind(5), null]))).to.have.property("number", 7n);
    });

    it("is below what only one claims, however high, and beside the branch that only one is on", async () => {
      await nodes.mine(9);
      const ahead = at(["eth_getBlockByNumber"], async ({ params }, upstream) => {
        if (params[0] !== "latest") return null;
        const newest = (await upstream("eth_getBlockByNumber", ["latest", false])) as object;
        return { result: { ...newest, number: "0x3e8", hash: `0x${"12".repeat(32)}` } };
      });
      expect(await head(nodes.through([all(ahead, forked(8n)), behind(2), null]))).to.have.property("number", 7n);
      expect(await head(nodes.through([ahead, null, null]))).to.have.property("number", 9n);
      // Two that follow different branches at the tip still share what is below.
      expect(await head(nodes.through([forked(9n), drop, null]))).to.have.property("number", 8n);
    });

    it("is asked for once by all who want it at the same time, and anew by the next", async () => {
      const chain = nodes.through([null, null, null]);
      await head(chain);
      await nodes.mine();
      for (const { calls } of nodes.proxies) calls.length = 0;
      const found = await Promise.all([head(chain), head(chain), head(chain)]);
      expect(found.map(({ number }) => number)).to.deep.equal([1n, 1n, 1n]);
      await nodes.mine();
      expect(await head(chain)).to.have.property("number", 2n);
      for (const { calls } of nodes.proxies) expect(calls).to.have.length(2);
    });

    it("puts each node in its place: what it shows of itself decides how it is asked", async () => {
      await nodes.mine(9);
      const watch = watching();
      const chain = nodes.through([forked(9n), null, null], { quorum: 2 }, watch);
      const disagreement = watch.next();
      await head(chain);
      const { what, answers, agreed } = await disagreement;
      const { hash } = await block(9n);
      expect({ what, answers, agreed }).to.deep.equal({
        what: "block 9",
        answers: { [name(0)]: other(hash) },
        agreed: hash,
      });
      expect(chain.nodes.ailing()).to.deep.equal([`${name(0)} is on another branch than the quorum`]);
      nodes.proxies[0]?.behave(behind(5));
      await head(chain);
      await nodes.mine();
      while (chain.nodes.endpoints[0]?.standing.state !== "behind") await head(chain);
      expect(chain.nodes.ailing()).to.deep.equal([`${name(0)} is 5 blocks behind`]);
    });

    it("does not go back when the nodes that are left are behind", async () => {
      await nodes.mine(9);
      const chain = nodes.through([null, null, null]);
      const first = await head(chain);
      nodes.proxies[0]?.behave(behind(3));
      nodes.proxies[1]?.behave(behind(3));
      nodes.proxies[2]?.behave(drop);
      expect(await head(chain)).to.deep.equal(first);
      await nodes.mine(4);
      expect(await head(chain)).to.have.property("number", 10n);
    });

    it("follows a branch that replaces the newest blocks", async () => {
      await nodes.mine(3);
      const chain = nodes.through([null, null, null]);
      const first = await head(chain);
      await nodes.reorg(2);
      const second = await head(chain);
      expect(second.number).to.equal(first.number);
      expect(second.hash).to.not.equal(first.hash);
    });

    it("is none where too few agree, and says what each node said", async () => {
      await nodes.mine(5);
      const error = await failure(head(nodes.through([null, drop, forked(1n)])));
      expect(error).to.be.instanceOf(ChainError);
      expect(error.message).to.contain("chain 11155111: fewer than 2 of 3 nodes agree on the head");
      expect(error.message).to.contain(`${name(1)} cannot be reached`);
    });
  });

  describe("receipts", () => {
    it("count when so many nodes have the same, and tell of what is not mined when so many have none", async () => {
      const hash = await send();
      await nodes.mine(2);
      const unmined = await send();
      const chain = nodes.through([null, null, null]);
      const seen = await receipts(chain, [hash, unmined], await head(chain));
      const receipt = await nodes.client.getTransactionReceipt({ hash });
      expect(seen.get(hash)).to.deep.equal({
        state: "mined",
        blockNumber: 1n,
        blockHash: receipt.blockHash,
        status: "success",
        gasUsed: receipt.gasUsed,
        gasCost: receipt.gasUsed * receipt.effectiveGasPrice,
      });
      expect(seen.get(unmined)).to.deep.equal({ state: "absent" });
    });

    it("tell what it cost, with what a rollup takes besides, as so many nodes have it", async () => {
      const hash = await send();
      await nodes.mine(2);
      const { gasUsed, effectiveGasPrice } = await nodes.client.getTransactionReceipt({ hash });
      const costs = async (...behaviours: Parameters<typeof nodes.through>[0]) => {
        const chain = nodes.through(behaviours);
        const seen = (await receipts(chain, [hash], await head(chain))).get(hash);
        return seen?.state === "mined" ? seen.gasCost : seen?.state;
      };
      const paid = gasUsed * effectiveGasPrice;
      expect(await costs(priced({ effectiveGasPrice: "0x1" }), null, null)).to.equal(paid);
      expect(await costs(priced({ l1Fee: "0xff" }), null, null)).to.equal(paid);
      expect(await costs(priced({ l1Fee: "0xff" }), priced({ l1Fee: "0xff" }), null)).to.equal(paid + 255n);
      expect(await costs(priced({ l1Fee: null }), drop, null)).to.equal(paid);
      expect(await costs(priced({ l1Fee: "0xff" }), drop, null)).to.equal("unknown");
    });

    it("are not one liar's, whatever it says, and the liar is named", async () => {
      const hash = await send();
      await nodes.mine(2);
      const unmined = await send();
      for (const lie of [flippedReceipts, noReceipts, madeUpReceipts]) {
        const watch = watching();
        const disagreement = watch.next();
        const chain = nodes.through([lie, null, null], {}, watch);
        const seen = await receipts(chain, [hash, unmined], await head(chain));
        expect(seen.get(hash)).to.include({ state: "mined", status: "success" });
        expect(seen.get(unmined)).to.deep.equal({ state: "absent" });
        const { what, answers, agreed } = await disagreement;
        expect(what).to.equal(`the receipt of ${lie === madeUpReceipts ? unmined : hash}`);
        expect(answers[name(1)]).to.equal(agreed);
        expect(answers[name(0)]).to.not.equal(agreed);
        expect(chain.nodes.ailing()).to.deep.equal([`${name(0)} said what the quorum denies`]);
      }
    });

    it("are unknown where the nodes are divided, with what each says", async () => {
      const hash = await send();
      await nodes.mine();
      const chain = nodes.through([flippedReceipts, noReceipts, null]);
      const seen = (await receipts(chain, [hash], await head(chain))).get(hash);
      expect(seen?.state).to.equal("unknown");
      const dead = nodes.through([null, null, null]);
      const newest = await head(dead);
      for (const proxy of nodes.proxies.slice(1))
        proxy.behave(at(["eth_getTransactionReceipt"], rpcError(-32000, "busy")));
      expect((await receipts(dead, [hash], newest)).get(hash)).to.deep.equal({
        state: "unknown",
        reason: `chain 11155111: fewer than 2 of 3 nodes agree on the receipt of ${hash} (${name(1)} busy; ${name(2)} busy)`,
      });
    });

    it("are not denied by nodes that are behind, though they catch up as they answer", async () => {
      const hash = await send();
      await nodes.mine(2);
      const chain = nodes.through([null, null, null]);
      const newest = await head(chain);
      for (const proxy of nodes.proxies.slice(1)) proxy.behave(behind(2));
      expect((await receipts(chain, [hash], newest)).get(hash)?.state).to.equal("unknown");
      for (const proxy of nodes.proxies.slice(1)) {
        proxy.behave(async (call, upstream) => {
          const reply = await behind(2)(call, upstream);
          if (call.method === "eth_getTransactionReceipt") proxy.behave(() => null);
          return reply;
        });
      }
      expect((await receipts(chain, [hash], newest)).get(hash)?.state).to.equal("unknown");
      for (const proxy of nodes.proxies) proxy.behave(() => null);
      expect((await receipts(chain, [hash], newest)).get(hash)?.state).to.equal("mined");
    });

    it("are not denied by nodes that change branches as they answer", async () => {
      const hash = await send();
      await nodes.mine(2);
      const chain = nodes.through([null, null, null]);
      const newest = await head(chain);
      const reorged = Promise.withResolvers<void>();
      let asked = 0;
      for (const proxy of nodes.proxies) {
        proxy.behave(
          at(["eth_getTransactionReceipt"], async () => {
            if (++asked === 3) await nodes.reorg(2).then(() => reorged.resolve());
            await reorged.promise;
            return null;
          }),
        );
      }
      expect((await receipts(chain, [hash], newest)).get(hash)?.state).to.equal("unknown");
      expect((await receipts(chain, [hash], await head(chain))).get(hash)?.state).to.equal("absent");
    });
  });

  describe("nonceAt", () => {
    it("is of the block that a quorum has at a number, whatever one node says", async () => {
      await send();
      await nodes.mine();
      await send();
      await nodes.mine();
      for (const lie of [null, nonces(7n), nonces(-1n), forked(1n), drop, behind(2)]) {
        const chain = nodes.through([null, lie, null]);
        expect(await nonceAt(chain, account.address, 1n)).to.equal(1n);
        expect(await nonceAt(chain, account.address, 2n)).to.equal(2n);
      }
      const divided = nodes.through([null, nonces(1n), nonces(2n)]);
      expect(await failure(nonceAt(divided, account.address, 1n))).to.be.instanceOf(ChainError);
    });

    it("is for what is pending the highest that a quorum has reached, so that no liar makes a gap", async () => {
      await send();
      await nodes.mine();
      await send();
      for (const lie of [null, nonces(1000n), nonces(-2n), drop]) {
        const chain = nodes.through([lie, null, null]);
        expect(await nonceAt(chain, account.address, "pending")).to.equal(2n);
        expect(await nonceAt(chain, account.address, "latest")).to.equal(1n);
      }
      const silent = at(["eth_getTransactionCount"], drop);
      const error = await failure(nonceAt(nodes.through([silent, silent, null]), account.address, "pending"));
      expect(error.message).to.contain("fewer than 2 of 3 nodes agree on the pending nonce");
    });
  });

  describe("agreedRead", () => {
    const read = (chain: ReturnType<typeof nodes.through>, blockHash: Hex) =>
      agreedRead(chain, { address: CONTRACT, abi, functionName: "answer" }, blockHash);

    it("is of one block, however far the chain has gone, whatever one node says", async () => {
      await nodes.client.setCode({ address: CONTRACT, bytecode: NUMBER });
      await nodes.mine(5);
      const { hash } = await block(3n);
      for (const lie of [null, views(word(1)), views("0x"), drop, rpcError(-32000, "header not found")]) {
        const chain = nodes.through([lie === null ? null : at(["eth_call"], lie), null, null]);
        expect(await read(chain, hash as Hex)).to.equal(3n);
      }
      const divided = nodes.through([views(word(1)), views(word(2)), null]);
      expect((await failure(read(divided, hash as Hex))).message).to.contain(
        "fewer than 2 of 3 nodes agree on a view of",
      );
    });

    it("is nothing of a block that is not on the chain any more", async () => {
      await nodes.client.setCode({ address: CONTRACT, bytecode: NUMBER });
      await nodes.mine(5);
      const { hash } = await block(5n);
      await nodes.reorg(2);
      expect((await failure(read(nodes.through([null, null, null]), hash as Hex))).message).to.contain(
        "fewer than 2 of 3 nodes agree",
      );
    });

    it("reverts when so many say so, with the reason", async () => {
      const selector = keccak256(new TextEncoder().encode("KeystoneEscrow_PathNotOpen()")).slice(2, 10);
      await nodes.client.setCode({ address: CONTRACT, bytecode: `0x63${selector}5f526004601cfd` });
      await nodes.mine();
      const { hash } = await block(1n);
      const error = await failure(read(nodes.through([views(word(1)), null, null]), hash as Hex));
      expect(decodeRevert(revertData(error)).text).to.equal("KeystoneEscrow_PathNotOpen()");
      // The words of other clients, for the same.
      const besu = at(["eth_call"], () => ({
        error: { code: -32000, message: "Execution reverted", data: `0x${selector}` },
      }));
      const nethermind = at(["eth_call"], () => ({
        error: { code: -32015, message: "VM execution error.", data: `Reverted 0x${selector}` },
      }));
      const worded = await failure(read(nodes.through([besu, nethermind, all(views(word(1)))]), hash as Hex));
      expect(decodeRevert(revertData(worded)).text).to.equal("KeystoneEscrow_PathNotOpen()");
    });
  });
});
