import { endpointAbi } from "@keystoneos/protocol/abi";
import { expect } from "chai";
import { createWalletClient, type Hex, http, pad, parseAbiItem } from "viem";
import { localAccount } from "../../src/keys.ts";
import { readWorkerConfig } from "../../src/worker/config.ts";
import { failure } from "../support/error.ts";
import { temporaryFolder } from "../support/folder.ts";
import { type Message, MessageWorld } from "../support/messages.ts";
import { until } from "../support/until.ts";

describe("a message between the local chains", function () {
  this.timeout(120_000);
  const { dir, remove } = temporaryFolder();
  let world: MessageWorld;

  const delivered = (messages: Message[]) =>
    until("the delivery", async () => (await world.received(messages)).length >= messages.length);
  const all: Message[] = [];
  const send = async (count?: number) => {
    const messages = await world.send(count);
    all.push(...messages);
    return messages as [Message, ...Message[]];
  };
  const isOutstanding = async ({ guid }: Message) => (await world.outstanding()).some((packet) => packet.guid === guid);
  const seen = (message: Message) => until("the worker's notice", () => isOutstanding(message));

  before(async () => {
    world = await MessageWorld.start(dir);
  });
  afterEach(async () => {
    await world.faults({});
  });
  after(async () => {
    await world.stop();
    remove();
  });

  it("arrives", async () => {
    await delivered(await send());
  });

  it("arrives with all that were sent together", async () => {
    await delivered(await send(5));
  });

  it("waits as long as it is delayed", async () => {
    await world.faults({ delayMs: 3_600_000 });
    const [message] = await send();
    await seen(message);
    await world.blocksPass(3);
    expect(await world.received([message])).to.deep.equal([]);
    expect(await world.verifiedNonces()).to.not.include((await world.packet(message)).nonce);
    await world.faults({});
    await delivered([message]);
  });

  it("arrives after the attempts that are dropped", async () => {
    await world.faults({ drop: 2 });
    const [message] = await send();
    await until("two losses", async () =>
      (await world.outstanding()).some(({ guid, lost }) => guid === message.guid && lost === 2),
    );
    expect(await world.received([message])).to.deep.equal([]);
    await delivered([message]);
  });

  it("is lost by a rate that is decided by the seed, until the plan ends", async () => {
    await world.faults({ dropRate: 1, seed: "a test's" });
    const messages = await send(2);
    await until("losses", async () => {
      const packets = await world.outstanding();
      return packets.length === 2 && packets.every(({ lost }) => lost > 0);
    });
    expect(await world.received(messages)).to.deep.equal([]);
    await world.faults({});
    await delivered(messages);
  });

  it("takes effect once however often it is repeated", async () => {
    await world.faults({ duplicate: 2 });
    const messages = await send(2);
    const since = await world.away.getBlockNumber();
    await delivered(messages);
    const outcomes = await deliveries(world, since);
    expect(outcomes.filter((status) => status === "success")).to.have.length(2);
    expect(outcomes.filter((status) => status === "reverted")).to.have.length.greaterThanOrEqual(4);
  });

  it("is overtaken by those behind it when they are reordered", async () => {
    await world.faults({ reorder: true });
    const messages = await send(3);
    await delivered(messages);
    expect(await world.received(messages)).to.deep.equal(messages.map((one) => one.settlementId).reverse());
  });

  it("needs both verifiers", async () => {
    for (const silent of [0, 1] as const) {
      const since = await world.away.getBlockNumber();
      await world.faults({ silentVerifier: silent });
      const [message] = await send();
      const spoke = await until("the other verifier", async () => {
        const voices = await speakers(world, since);
        return voices.length > 0 ? voices : null;
      });
      expect(spoke).to.deep.equal([localAccount(silent === 0 ? "verifierB" : "verifierA").address]);
      await world.blocksPass(2);
      expect(await world.received([message])).to.deep.equal([]);
      await world.faults({});
      await delivered([message]);
    }
  });

  it("can be executed by anybody once it is verified", async () => {
    await world.faults({ dropExecution: true });
    const [message] = await send();
    const { nonce, payload } = await world.packet(message);
    await until("its verification", async () => (await world.verifiedNonces()).includes(nonce));
    await world.blocksPass(2);
    expect(await world.received([message])).to.deep.equal([]);
    await executeAsAnybody(world, message, nonce, payload);
    await delivered([message]);
  });

  it("is not forgotten and not repeated by a worker that is killed on the way", async () => {
    await world.faults({ drop: 1, duplicate: 1 });
    const messages = await send(3);
    await seen(messages[0]);
    for (let i = 0; i < 2; i++) {
      process.kill(world.worker.pid, "SIGKILL");
      await world.worker.exited;
      await world.startWorker();
      await world.blocksPass(1);
    }
    const plan = (await (await fetch(`${world.workerUrl}/faults`)).json()) as object;
    expect(plan, "the plan survives too").to.deep.equal({ drop: 1, duplicate: 1 });
    await delivered(messages);
  });

  it("is found when it was sent while the worker was down", async () => {
    process.kill(world.worker.pid, "SIGKILL");
    await world.worker.exited;
    const messages = await send(2);
    await world.startWorker();
    await delivered(messages);
  });

  it("has arrived once each in the end, whatever happened on the way, and is kept no longer", async () => {
    await until("the worker's rest", async () => (await world.outstanding()).length === 0);
    expect((await world.received(all)).sort()).to.deep.equal(all.map((one) => one.settlementId).sort());
  });

  it("is not touched by a plan that cannot be understood", async () => {
    await world.faults({ drop: 1 });
    for (const [plan, field] of [
      [{ drop: -1 }, "drop"],
      [{ dropRate: 2 }, "dropRate"],
      [{ silentVerifier: 2 }, "silentVerifier"],
      [{ explode: true }, ""],
      ["nonsense", ""],
    ] as const) {
      const { status, body } = await world.faults(plan);
      expect(status).to.equal(400);
      expect(body).to.include({ error: "invalid_faults", field });
    }
    expect(await (await fetch(`${world.workerUrl}/faults`)).json()).to.deep.equal({ drop: 1 });
  });

  it("has a worker that names the variable it misses or does not understand", async () => {
    const key = `0x${"11".repeat(32)}`;
    const complete = {
      LAYERZERO_FILE: `${dir}/layerzero.json`,
      WORKER_STATE_FILE: `${dir}/state.json`,
      VERIFIER_A_PRIVATE_KEY: key,
      VERIFIER_B_PRIVATE_KEY: key,
      EXECUTOR_PRIVATE_KEY: key,
      RPC_URL_11155111: "http://127.0.0.1:1",
      RPC_URL_84532: "http://127.0.0.1:2",
    };
    expect(readWorkerConfig(complete).chains.map(({ rpcUrl }) => rpcUrl)).to.deep.equal([
      "http://127.0.0.1:1",
      "http://127.0.0.1:2",
    ]);
    for (const [name, value] of [
      ["EXECUTOR_PRIVATE_KEY", undefined],
      ["VERIFIER_B_PRIVATE_KEY", "0x12"],
      ["LAYERZERO_FILE", `${dir}/nowhere.json`],
      ["RPC_URL_84532", ""],
      ["RPC_URL_11155111", "no url"],
      ["WORKER_PORT", "0"],
    ] as const) {
      const message = await failure("ConfigurationError", () => readWorkerConfig({ ...complete, [name]: value }));
      expect(message).to.include(name);
      expect(message).to.not.include(key);
    }
  });
});

/** How every call of `lzReceive` at the other chain's endpoint ended since a block. */
async function deliveries(world: MessageWorld, since: bigint): Promise<string[]> {
  const head = await world.away.getBlockNumber({ cacheTime: 0 });
  const hashes: Hex[] = [];
  for (let number = since + 1n; number <= head; number++) {
    const block = await world.away.getBlock({ blockNumber: number, includeTransactions: true });
    const calls = block.transactions.filter(({ to }) => to === world.endpoint.toLowerCase());
    hashes.push(...calls.map(({ hash }) => hash));
  }
  return Promise.all(hashes.map(async (hash) => (await world.away.getTransactionReceipt({ hash })).status));
}

/** Which verifiers have spoken on the other chain since a block, each once. */
async function speakers(world: MessageWorld, since: bigint): Promise<Hex[]> {
  const event = parseAbiItem(
    "event PayloadVerified(address dvn, bytes header, uint256 confirmations, bytes32 proofHash)",
  );
  const logs = (await world.away.getLogs({ event, fromBlock: 0n })).filter(({ blockNumber }) => blockNumber > since);
  return [...new Set(logs.map(({ args }) => args.dvn as Hex))];
}

async function executeAsAnybody(world: MessageWorld, message: Message, nonce: bigint, payload: Hex): Promise<void> {
  const account = localAccount("operator");
  const { messenger } = world.local.deployment.contracts;
  const wallet = createWalletClient({ account, transport: http(world.away.transport.url) });
  const hash = await wallet.writeContract({
    address: world.endpoint,
    abi: endpointAbi,
    functionName: "lzReceive",
    args: [{ srcEid: 40161, sender: pad(messenger), nonce }, messenger, message.guid, payload, "0x"],
    chain: null,
    gas: 1_000_000n,
  });
  const { status } = await world.away.waitForTransactionReceipt({ hash });
  expect(status).to.equal("success");
}
