import { expect } from "chai";
import { BlockGoneError, chainTransport } from "../src/transport.ts";
import { startProxy } from "./support/proxy.ts";

const HASH = `0x${"ab".repeat(32)}`;

class GaveUp extends Error {}

describe("indexer: how it asks a node", () => {
  const open: { close(): Promise<void> }[] = [];

  afterEach(async () => {
    for (const proxy of open.splice(0)) await proxy.close();
  });

  async function node(answers: object[]) {
    const proxy = await startProxy(null, () => (answers.length > 1 ? answers.shift() : answers[0]));
    open.push(proxy);
    const giveUp = (reason: string): never => {
      throw new GaveUp(reason);
    };
    const { request } = chainTransport(proxy.url, { attempts: 3, delayMs: 1, giveUp })({ retryCount: 0 });
    return { proxy, request: request as (call: { method: string; params: unknown[] }) => Promise<unknown> };
  }

  const fault = (call: Promise<unknown>) =>
    call.then(
      () => null,
      (error: unknown) => error as Error & { code?: number },
    );

  it("asks a lagging node again for the logs of a block", async () => {
    const { request, proxy } = await node([{ error: { code: -32000, message: "unknown block" } }, { result: [] }]);
    expect(await request({ method: "eth_getLogs", params: [{ blockHash: HASH }] })).to.deep.equal([]);
    expect(proxy.calls).to.have.length(2);
  });

  for (const message of ["unknown block", "block not found", "header not found", "Block 0x1 could not be found"]) {
    it(`stops asking for the logs of a block that is gone: ${message}`, async () => {
      const { request, proxy } = await node([{ error: { code: -32000, message } }]);
      const error = await fault(request({ method: "eth_getLogs", params: [{ blockHash: HASH }] }));
      expect(error).to.be.instanceOf(BlockGoneError);
      // What Ponder looks at before it asks again.
      expect(error?.code).to.be.a("number");
      expect(error?.message).to.include("revert");
      expect(proxy.calls).to.have.length(3);
    });
  }

  it("leaves other faults and other calls to Ponder", async () => {
    const refused = { error: { code: -32005, message: "limit exceeded" } };
    const { request, proxy } = await node([refused]);
    expect((await fault(request({ method: "eth_getLogs", params: [{ blockHash: HASH }] })))?.code).to.equal(-32005);
    expect(
      await fault(request({ method: "eth_getLogs", params: [{ fromBlock: "0x1", toBlock: "0x2" }] })),
    ).not.to.equal(null);
    expect(await fault(request({ method: "eth_getBlockByNumber", params: ["latest", false] }))).not.to.equal(null);
    expect(proxy.calls).to.have.length(3);
  });

  it("gives up when an ancestor is gone", async () => {
    const { request, proxy } = await node([{ result: null }]);
    const error = await fault(request({ method: "eth_getBlockByHash", params: [HASH, false] }));
    expect(error).to.be.instanceOf(GaveUp);
    expect(error?.message).to.include(HASH);
    expect(proxy.calls).to.have.length(3);
  });

  it("asks for an ancestor as long as the node does not answer", async () => {
    const down = { error: { code: -32603, message: "internal error" } };
    const { request, proxy } = await node([down, down, down, down, { result: { hash: HASH } }]);
    expect(await request({ method: "eth_getBlockByHash", params: [HASH, false] })).to.deep.equal({ hash: HASH });
    expect(proxy.calls).to.have.length(5);
  });
});
