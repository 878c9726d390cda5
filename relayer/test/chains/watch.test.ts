import { createRegistry } from "@keystoneos/telemetry";
import { expect } from "chai";
import type { Chain } from "../../src/chains/client.ts";
import { head } from "../../src/chains/head.ts";
import { nonceAt } from "../../src/chains/nonce.ts";
import { createWatch } from "../../src/chains/watch.ts";
import { createLogger } from "../../src/log.ts";
import { rpcMetrics } from "../../src/metrics.ts";
import { account } from "../support/chain.ts";
import type { FaultProxy } from "../support/fault-proxy.ts";
import { at, status } from "../support/faults.ts";
import { behind, nonces } from "../support/lies.ts";
import { startNodes } from "../support/nodes.ts";

describe("what is told of the nodes", function () {
  this.timeout(30_000);
  let nodes: Awaited<ReturnType<typeof startNodes>>;
  before(async () => {
    nodes = await startNodes(3);
    await nodes.mine(9);
  });
  after(() => nodes.stop());

  function watched() {
    const lines: { msg: string; level: number; answers: Record<string, string> }[] = [];
    const chains = new Map<number, Chain>();
    const registry = createRegistry();
    const log = createLogger("info", { write: (line) => void lines.push(JSON.parse(line)) });
    return { lines, chains, registry, watch: createWatch(log, rpcMetrics(registry, chains)) };
  }
  const labels = (index: number) => `chain_id="11155111",endpoint="${(nodes.proxies[index] as FaultProxy).name}"`;

  it("is how each is, how far behind, and what its requests came to", async () => {
    const { chains, registry, watch } = watched();
    const chain = nodes.through([null, behind(6), at(["eth_getTransactionCount"], status(503))], {}, watch);
    chains.set(chain.chainId, chain);
    expect(await registry.text()).to.contain(`keystone_rpc_endpoint{${labels(0)},state="unproven",circuit="closed"} 1`);
    await head(chain);
    while (chain.nodes.endpoints.some(({ standing }) => standing.state === "unknown")) await head(chain);
    await nonceAt(chain, account.address, "pending");
    const text = await registry.text();
    expect(text).to.contain(`keystone_rpc_endpoint{${labels(0)},state="ok",circuit="closed"} 1`);
    expect(text).to.contain(`keystone_rpc_endpoint{${labels(1)},state="behind",circuit="closed"} 1`);
    expect(text).to.contain(`keystone_rpc_lag_blocks{${labels(0)}} 0`);
    expect(text).to.contain(`keystone_rpc_lag_blocks{${labels(1)}} 6`);
    expect(text).to.contain(`keystone_rpc_requests_total{${labels(2)},outcome="http_error"} 1`);
    expect(text).to.match(/keystone_rpc_requests_total\{chain_id="11155111",endpoint="[0-9.:]+",outcome="ok"\} [1-9]/);
    expect(text).to.contain(`keystone_rpc_seconds_count{${labels(0)}}`);
  });

  it("is every disagreement, as a count, and loudly but not at every question, with what each said", async () => {
    const { registry, watch, lines } = watched();
    const settled = Promise.withResolvers<void>();
    let told = 0;
    const counting: typeof watch = {
      asked: watch.asked,
      disagreed(...disagreement) {
        watch.disagreed(...disagreement);
        if (++told === 3) settled.resolve();
      },
    };
    const chain = nodes.through([null, null, nonces(5n)], {}, counting);
    for (let times = 0; times < 3; times++) await nonceAt(chain, account.address, 9n);
    await settled.promise;
    expect(await registry.text()).to.contain(`keystone_rpc_disagreements_total{${labels(2)}} 3`);
    const loud = lines.filter(({ msg }) => msg === "nodes disagree");
    expect(loud).to.have.length(1);
    const { hash } = await nodes.client.getBlock({ blockNumber: 9n });
    expect(loud[0]).to.deep.include({
      level: 50,
      agreed: `0 in ${hash}`,
      answers: Object.fromEntries(
        nodes.proxies.slice(0, 3).map(({ name }, index) => [name, `${index === 2 ? 5 : 0} in ${hash}`]),
      ),
    });
  });
});
