import { appendFileSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect } from "chai";
import type { Hex } from "viem";
import { waitForReceipt } from "../src/chains/receipt.ts";
import { rpc } from "../src/chains/rpc.ts";
import { type Chain, startChain } from "../src/chains.ts";
import { localAccount } from "../src/keys.ts";
import { isAlive } from "../src/process/identity.ts";
import { failure } from "./support/error.ts";
import { temporaryFolder } from "./support/folder.ts";
import { runScript } from "./support/script.ts";
import { until } from "./support/until.ts";

interface Block {
  number: Hex;
  hash: Hex;
  timestamp: Hex;
  transactions: Hex[];
}

describe("a local chain", function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  const { dir } = folder;
  const from = localAccount("firstParty").address;
  const to = localAccount("operator").address;
  let chain: Chain;

  const start = async () => {
    chain = await startChain({ chainId: 84532, dir });
  };
  const kill = async () => {
    process.kill(chain.process.pid as number, "SIGKILL");
    await chain.exited;
  };
  const send = () => rpc<Hex>(chain.url, "eth_sendTransaction", [{ from, to, value: "0x1" }]);
  const height = async () => Number(await rpc<Hex>(chain.url, "eth_blockNumber"));
  const history = async (upTo?: number) => {
    const last = upTo ?? (await height());
    const numbers = Array.from({ length: last + 1 }, (_, i) => `0x${i.toString(16)}`);
    return Promise.all(numbers.map((number) => rpc<Block | null>(chain.url, "eth_getBlockByNumber", [number, false])));
  };
  const grow = async (blocks: number) => {
    const target = (await height()) + blocks;
    await until(`block ${target}`, async () => (await height()) >= target);
  };

  before(start);
  after(async () => {
    await chain.stop();
    folder.remove();
  });

  it("carries its id and gives blocks by itself, on the wall clock", async () => {
    expect(Number(await rpc<Hex>(chain.url, "eth_chainId"))).to.equal(84532);
    await grow(2);
    const [previous, latest] = (await history()).slice(-2) as [Block, Block];
    expect(Number(latest.timestamp)).to.be.greaterThan(Number(previous.timestamp));
    expect(Math.abs(Number(latest.timestamp) - Date.now() / 1000)).to.be.lessThan(30);
  });

  it("comes back from kill -9 with every block, and goes on above it", async () => {
    const mined = await waitForReceipt(chain.url, await send());
    await grow(1);
    const before = await history();
    await kill();
    await start();
    const after = await history();
    expect(after.slice(0, before.length)).to.deep.equal(before);
    expect(await waitForReceipt(chain.url, mined.transactionHash)).to.deep.equal(mined);
    const head = before.at(-1) as Block;
    await grow(1);
    const next = (await history())[before.length] as Block & { parentHash: Hex };
    expect(next.parentHash).to.equal(head.hash);
    expect(Number(next.timestamp)).to.be.greaterThan(Number(head.timestamp));
  });

  it("does not forget a transaction that was accepted and not mined yet", async () => {
    // Right behind a block there is a second in which the node only holds it.
    await grow(1);
    const hash = await send();
    await until("its record", () => recorded(dir, hash));
    await kill();
    await start();
    expect((await waitForReceipt(chain.url, hash)).status).to.equal("0x1");
  });

  it("passes over a torn last line of its record", async () => {
    const before = await history();
    await kill();
    appendFileSync(join(dir, "journal.jsonl"), '{"block":{"number":99999,"hash":"0x');
    await start();
    expect((await history()).slice(0, before.length)).to.deep.equal(before);
  });

  it("comes back the same after an orderly stop and two starts", async () => {
    await waitForReceipt(chain.url, await send());
    const before = await history();
    await chain.stop();
    await start();
    await kill();
    await start();
    expect((await history()).slice(0, before.length)).to.deep.equal(before);
  });

  it("comes back the same after a reorganisation", async () => {
    await grow(4);
    const hash = await send();
    await waitForReceipt(chain.url, hash);
    const replaced = (await history()).at(-1) as Block;
    await rpc(chain.url, "anvil_reorg", [2, []]);
    await chain.recorded();
    const before = await history();
    expect(before.map((block) => block?.hash)).to.not.include(replaced.hash);
    await kill();
    await start();
    expect((await history()).slice(0, before.length)).to.deep.equal(before);
  });

  it("loses nothing when the process that records it is killed, and ends with it", async () => {
    const other = temporaryFolder();
    const script = runScript(`
      import { startChain } from "SOURCES/chains.ts";
      const chain = await startChain({ chainId: 84532, dir: ${JSON.stringify(other.dir)} });
      console.log("chain " + chain.process.pid + " " + chain.url);
    `);
    const line = await until("the chain", () => script.lines.find((text) => text.startsWith("chain ")));
    const [, pid, url] = line.split(" ") as [string, string, string];
    const mined = await waitForReceipt(url, await rpc<Hex>(url, "eth_sendTransaction", [{ from, to, value: "0x1" }]));
    await until("its record", () => recorded(other.dir, (mined as unknown as { blockHash: Hex }).blockHash));
    script.child.kill("SIGKILL");
    await until("the node's end", () => !isAlive(Number(pid)));
    const again = await startChain({ chainId: 84532, dir: other.dir });
    expect(await waitForReceipt(again.url, mined.transactionHash)).to.deep.equal(mined);
    await again.stop();
    other.remove();
  });

  it("refuses a port that is taken", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as AddressInfo;
    const other = temporaryFolder();
    const message = await failure("PortInUse", () => startChain({ chainId: 84532, dir: other.dir, port }));
    expect(message).to.include(String(port));
    server.close();
    other.remove();
  });
});

function recorded(dir: string, hash: Hex): boolean {
  return readFileSync(join(dir, "journal.jsonl"), "utf8").includes(hash);
}
