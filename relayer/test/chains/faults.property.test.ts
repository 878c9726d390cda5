import { expect } from "chai";
import fc from "fast-check";
import { type Hex, keccak256, parseAbi } from "viem";
import { agreedRead } from "../../src/chains/agreed-read.ts";
import { broadcastAll } from "../../src/chains/broadcast-all.ts";
import type { Chain } from "../../src/chains/client.ts";
import { checkChain } from "../../src/chains/client.ts";
import { head } from "../../src/chains/head.ts";
import { nonceAt } from "../../src/chains/nonce.ts";
import { receipts } from "../../src/chains/receipts.ts";
import { account } from "../support/chain.ts";
import type { Behaviour } from "../support/fault-proxy.ts";
import { all, at, cut, drop, hang, huge, malformed, rpcError, status, truncated, wrongId } from "../support/faults.ts";
import { FEES } from "../support/fees.ts";
import {
  behind,
  flippedReceipts,
  forked,
  madeUpReceipts,
  nonces,
  noReceipts,
  otherChain,
  swallow,
  twice,
  views,
} from "../support/lies.ts";
import { startNodes } from "../support/nodes.ts";

const CONTRACT = "0x00000000000000000000000000000000000c0ffe";
const abi = parseAbi(["function answer() view returns (uint256)"]);
const MOST = 5;
const WORD: Hex = `0x${"2a".padStart(64, "0")}`;

/** Of what nodes are asked, all that a fault may be confined to. */
const METHODS = [
  "eth_chainId",
  "eth_getBlockByNumber",
  "eth_getTransactionReceipt",
  "eth_getTransactionCount",
  "eth_call",
  "eth_sendRawTransaction",
];

/** How a node can fail to answer: they tell nothing, so however many do, nothing wrong is believed. */
const SILENT: Record<string, Behaviour> = {
  drop,
  cut,
  truncated,
  huge,
  wrongId,
  malformed: malformed("{"),
  broken: status(502),
  limited: status(429, { "retry-after": "9" }),
  limitedInJson: rpcError(-32005, "limit exceeded"),
  refuses: rpcError(-32000, "no"),
};

/** What a node can say that is not so. All that tell one of these tell the same, as if they were one. */
const LIES: Record<string, Behaviour> = {
  flippedReceipts,
  noReceipts,
  madeUpReceipts,
  highNonces: nonces(1000n),
  lowNonces: nonces(-1n),
  views: views(WORD),
  otherChain: otherChain(5),
  otherGenesis: forked(0n),
  fork: forked(2n),
  behind: behind(3),
  swallow,
  twice,
  everything: all(forked(4n), flippedReceipts, madeUpReceipts, nonces(7n), views(WORD), swallow),
};

const silence = fc
  .record({ kind: fc.constantFrom(...Object.keys(SILENT)), methods: fc.option(fc.subarray(METHODS, { minLength: 1 })) })
  .map(({ kind, methods }) => {
    const behaviour = SILENT[kind] as Behaviour;
    return { name: `${kind} ${methods ?? ""}`, behaviour: methods === null ? behaviour : at(methods, behaviour) };
  });
const hanging = fc
  .subarray(METHODS, { minLength: 1 })
  .map((methods) => ({ name: `hang ${methods}`, behaviour: at(methods, hang) }));
const lie = fc.constantFrom(...Object.keys(LIES)).map((name) => ({ name, behaviour: LIES[name] as Behaviour }));
const fault = fc.oneof(
  { weight: 3, arbitrary: lie },
  { weight: 2, arbitrary: silence },
  { weight: 1, arbitrary: hanging },
);

interface Cast {
  quorum: number;
  nodes: ({ name: string; behaviour: Behaviour } | null)[];
}

/** So many nodes with a quorum of them; `faulty` of them at fault, wherever they stand. */
const cast = (
  faulty: (nodes: number, quorum: number) => fc.Arbitrary<({ name: string; behaviour: Behaviour } | null)[]>,
) =>
  fc
    .integer({ min: 1, max: MOST })
    .chain((nodes) =>
      fc.record({ nodes: fc.constant(nodes), quorum: fc.integer({ min: Math.floor(nodes / 2) + 1, max: nodes }) }),
    )
    .chain(({ nodes, quorum }) =>
      fc.record({
        quorum: fc.constant(quorum),
        nodes: faulty(nodes, quorum).chain((some) => {
          const honest = Array.from({ length: nodes - some.length }, () => null);
          return fc.shuffledSubarray([...some, ...honest], { minLength: nodes, maxLength: nodes });
        }),
      }),
    );

describe("nodes at fault", function () {
  this.timeout(240_000);
  let nodes: Awaited<ReturnType<typeof startNodes>>;
  let truth: { head: Hex; mined: Hex; reverted: Hex; pending: Hex; raw: Hex; answer: bigint };
  before(async () => {
    nodes = await startNodes(MOST);
    const send = async (nonce: number, to: Hex) => {
      const raw = await account.signTransaction({
        type: "eip1559",
        chainId: 11155111,
        nonce,
        to,
        gas: 50_000n,
        ...FEES,
      });
      return { raw, hash: await nodes.client.sendRawTransaction({ serializedTransaction: raw }) };
    };
    const reverting = "0x000000000000000000000000000000000000dead";
    await nodes.client.setCode({ address: reverting, bytecode: "0x5f5ffd" });
    await nodes.client.setCode({ address: CONTRACT, bytecode: "0x435f5260205ff3" });
    await nodes.mine(2);
    const mined = await send(0, account.address);
    const reverted = await send(1, reverting);
    await nodes.mine(4);
    const pending = await send(2, account.address);
    const { hash, number } = await nodes.client.getBlock();
    truth = {
      head: hash as Hex,
      mined: mined.hash,
      reverted: reverted.hash,
      pending: pending.hash,
      raw: pending.raw,
      answer: number as bigint,
    };
  });
  after(() => nodes.stop());

  /** All that can be asked. Fails when anything is believed that is not so; tells what was found out. */
  async function askAll(chain: Chain): Promise<Record<string, boolean>> {
    const found: Record<string, boolean> = {};
    const told = async <T>(what: string, work: Promise<T>, check: (value: T) => void): Promise<T | null> => {
      const value = await work.then(
        (result) => ({ result }),
        () => null,
      );
      found[what] = value !== null;
      if (value === null) return null;
      check(value.result);
      return value.result;
    };
    const is = (expected: unknown) => (value: unknown) => expect(value).to.deep.equal(expected);
    const newest = await told("head", head(chain), () => undefined);
    if (newest !== null) {
      const { hash } = await nodes.client.getBlock({ blockNumber: newest.number });
      expect(newest.hash, "a block of the chain").to.equal(hash);
      found.newest = newest.hash === truth.head;
      const seen = await receipts(chain, [truth.mined, truth.reverted, truth.pending], newest);
      const { mined, reverted, pending } = {
        mined: seen.get(truth.mined),
        reverted: seen.get(truth.reverted),
        pending: seen.get(truth.pending),
      };
      // A quorum that is behind the block may say that it is not there yet: that is so, at the head it has.
      const early = newest.number < 3n;
      if (mined?.state === "mined")
        expect(mined).to.deep.include({ status: "success", blockNumber: 3n, gasUsed: 21_000n });
      if (reverted?.state === "mined") expect(reverted).to.deep.include({ status: "reverted", blockNumber: 3n });
      if (!early) expect([mined?.state, reverted?.state]).to.not.include("absent");
      expect(pending?.state).to.not.equal("mined");
      found.receipts = [mined, reverted, pending].every((one) => one?.state !== "unknown");
    } else found.receipts = false;
    const { address } = account;
    await told("settled nonce", nonceAt(chain, address, 3n), is(2n));
    await told("pending nonce", nonceAt(chain, address, "pending"), (value) => expect(Number(value)).to.be.at.most(3));
    const call = { address: CONTRACT, abi, functionName: "answer" } as const;
    await told("view", agreedRead(chain, call, truth.head), is(truth.answer));
    const { outcome, answers } = await broadcastAll(chain, truth.raw);
    expect(keccak256(truth.raw)).to.equal(truth.pending);
    found.broadcast = outcome === "taken" || outcome === "known";
    if (!found.broadcast) expect(answers.map((answer) => answer.outcome)).to.not.include("taken");
    return found;
  }

  it("change no fact and stop nothing, as long as a quorum is honest", async () => {
    const within = cast((count, quorum) => fc.array(fault, { maxLength: count - quorum }));
    await fc.assert(
      fc.asyncProperty(within, async ({ quorum, nodes: behaviours }: Cast) => {
        const chain = nodes.through(
          behaviours.map((one) => one?.behaviour ?? null),
          { quorum, timeoutMs: 20_000 },
        );
        const found = await askAll(chain);
        const missing = Object.keys(found).filter((what) => !found[what]);
        expect(missing, behaviours.map((one) => one?.name ?? "honest").join("; ")).to.deep.equal([]);
        expect(await nonceAt(chain, account.address, "pending")).to.equal(3n);
      }),
      { numRuns: 25 },
    );
  });

  it("change no fact when fewer than a quorum are honest and the liars are fewer too: then nothing is known, and it says so", async () => {
    const beyond = cast((count, quorum) =>
      fc
        .integer({ min: count - quorum + 1, max: count })
        .chain((faulty) =>
          fc
            .integer({ min: 0, max: Math.min(faulty, quorum - 1) })
            .chain((liars) =>
              fc
                .tuple(
                  fc.array(lie, { minLength: liars, maxLength: liars }),
                  fc.array(silence, { minLength: faulty - liars, maxLength: faulty - liars }),
                )
                .map(([some, others]) => [...some, ...others]),
            ),
        ),
    );
    await fc.assert(
      fc.asyncProperty(beyond, async ({ quorum, nodes: behaviours }: Cast) => {
        const chain = nodes.through(
          behaviours.map((one) => one?.behaviour ?? null),
          { quorum, timeoutMs: 5_000 },
        );
        await askAll(chain);
        await checkChain(chain).catch((error: Error) =>
          expect(error.message).to.match(/^RPC_URLS_11155111: \d of \d nodes/),
        );
      }),
      { numRuns: 25 },
    );
  });

  it("leave nothing known when every one but fewer than a quorum is silent, and it says which", async () => {
    const silent = cast((count, quorum) => {
      const kinds = fc.constantFrom("drop", "broken", "malformed", "wrongId");
      const gone = kinds.map((name) => ({ name, behaviour: SILENT[name] as Behaviour }));
      return fc.array(gone, { minLength: count - quorum + 1, maxLength: count });
    });
    await fc.assert(
      fc.asyncProperty(silent, async ({ quorum, nodes: behaviours }: Cast) => {
        const chain = nodes.through(
          behaviours.map((one) => one?.behaviour ?? null),
          { quorum, timeoutMs: 5_000 },
        );
        const found = await askAll(chain);
        expect(Object.values(found)).to.not.include(true);
        const error = await checkChain(chain).catch((cause: Error) => cause);
        expect((error as Error).message).to.match(/0 of \d nodes can be used, \d must/);
        for (const [index, one] of behaviours.entries()) {
          if (one !== null) expect((error as Error).message).to.contain(nodes.proxies[index]?.name);
        }
      }),
      { numRuns: 10 },
    );
  });
});
