import { expect } from "chai";
import { checkChain } from "../../src/chains/client.ts";
import { head } from "../../src/chains/head.ts";
import { ChainError, ConfigError } from "../../src/errors.ts";
import type { Behaviour, FaultProxy } from "../support/fault-proxy.ts";
import { all, drop } from "../support/faults.ts";
import { forked, otherChain } from "../support/lies.ts";
import { startNodes } from "../support/nodes.ts";

describe("which chain a node is of", function () {
  this.timeout(30_000);
  let nodes: Awaited<ReturnType<typeof startNodes>>;
  before(async () => {
    nodes = await startNodes(3);
  });
  after(() => nodes.stop());

  const name = (index: number) => (nodes.proxies[index] as FaultProxy).name;
  const asked = (index: number) => (nodes.proxies[index] as FaultProxy).calls.map(({ method }) => method);
  const refusal = (behaviours: (Behaviour | null)[], quorum = 2) =>
    checkChain(nodes.through(behaviours, { quorum })).then(
      () => null,
      (error: unknown) => error as Error,
    );

  it("leaves out one of another chain, names it, and goes on while a quorum is left", async () => {
    for (const [stranger, reason] of [
      [otherChain(5), "is of chain 5"],
      [forked(0n), "is of another chain: its first block is not the others'"],
    ] as const) {
      const chain = nodes.through([null, stranger, null]);
      await checkChain(chain);
      expect(chain.nodes.ailing()).to.deep.equal([`${name(1)} ${reason}`]);
      expect(await head(chain)).to.have.property("number", 0n);
    }
  });

  it("asks nothing of a node that has not shown it, and nothing more of one that is of another chain", async () => {
    const chain = nodes.through([otherChain(5), forked(0n), null], { quorum: 2 });
    await head(chain).catch(() => undefined);
    await chain.client.getBlockNumber().catch(() => undefined);
    expect(new Set(asked(0))).to.deep.equal(new Set(["eth_chainId"]));
    expect(new Set(asked(1))).to.deep.equal(new Set(["eth_chainId", "eth_getBlockByNumber"]));
    expect((nodes.proxies[1] as FaultProxy).calls.filter(({ params }) => params[0] === "latest")).to.deep.equal([]);
  });

  it("ends the start when too many are of other chains, and waits when too few answer", async () => {
    const others = await refusal([otherChain(5), otherChain(7), null]);
    expect(others).to.be.instanceOf(ConfigError);
    expect(others?.message).to.equal(
      `RPC_URLS_11155111: 0 of 3 nodes can be used, 2 must (${name(0)} is of chain 5; ${name(1)} is of chain 7)`,
    );
    const silent = await refusal([drop, drop, null]);
    expect(silent).to.be.instanceOf(ChainError);
    expect(silent?.message).to.match(/^RPC_URLS_11155111: 0 of 3 nodes can be used, 2 must \(.*cannot be reached/);
    expect(await refusal([otherChain(5), drop, null])).to.be.instanceOf(ChainError);
  });

  it("takes nobody's word for the first block where none has a quorum", async () => {
    const split = await refusal([null, forked(0n)]);
    expect(split).to.be.instanceOf(ConfigError);
    expect(split?.message).to.contain("0 of 2 nodes can be used, 2 must");
    const chain = nodes.through([null, forked(0n), drop], { quorum: 3 });
    expect(await chain.client.getBlockNumber().catch((error: Error) => error.message)).to.contain("no node answers");
  });

  it("looks again at every check: a node may come back, or lead elsewhere", async () => {
    const chain = nodes.through([null, null, otherChain(5)]);
    await checkChain(chain);
    nodes.proxies[2]?.behave(() => null);
    await checkChain(chain);
    expect(chain.nodes.ailing()).to.deep.equal([]);
    nodes.proxies[0]?.behave(otherChain(5));
    nodes.proxies[1]?.behave(all(forked(0n)));
    const error = await checkChain(chain).catch((cause: unknown) => cause);
    expect(error).to.be.instanceOf(ConfigError);
    expect(await head(chain).catch((cause: unknown) => cause)).to.be.instanceOf(ChainError);
  });
});
