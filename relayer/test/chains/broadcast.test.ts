import { expect } from "chai";
import { type Hex, keccak256, type TransactionSerializableEIP1559 } from "viem";
import { broadcastAll } from "../../src/chains/broadcast-all.ts";
import { type BroadcastOutcome, classifyBroadcast } from "../../src/chains/broadcast-errors.ts";
import { account } from "../support/chain.ts";
import type { Behaviour, FaultProxy } from "../support/fault-proxy.ts";
import { at, drop, hang, rpcError, status } from "../support/faults.ts";
import { FEES } from "../support/fees.ts";
import { swallow, twice } from "../support/lies.ts";
import { startNodes } from "../support/nodes.ts";

/** As the clients' sources have them: core/txpool and core/error.go of geth, DiscardReason of Erigon, AcceptTxResult of Nethermind, RpcErrorType of Besu. */
const TEXTS: Record<string, Partial<Record<BroadcastOutcome, string[]>>> = {
  geth: {
    known: ["already known", `known transaction: ${"ab".repeat(32)}`],
    nonce_too_low: ["nonce too low", "nonce too low: next nonce 5, tx nonce 3"],
    replacement_underpriced: ["replacement transaction underpriced"],
    underpriced: [
      "transaction underpriced",
      "transaction underpriced: gas tip cap 0, minimum needed 1",
      "max fee per gas less than block base fee: address 0x70, maxFeePerGas: 1, baseFee: 7",
    ],
    insufficient_funds: ["insufficient funds for gas * price + value: balance 0, tx cost 21000, overshot 21000"],
    refused: [
      "authority nonce too low",
      "nonce too high",
      "exceeds block gas limit",
      "intrinsic gas too low",
      "txpool is full",
      "invalid sender",
      "oversized data",
      "tx fee (2.00 ether) exceeds the configured cap (1.00 ether)",
      "max priority fee per gas higher than max fee per gas",
    ],
  },
  erigon: {
    known: [
      "already known",
      "ALREADY_EXISTS: already known",
      "existing txn with same hash",
      "INTERNAL_ERROR: existing tx with same hash",
    ],
    nonce_too_low: ["nonce too low"],
    replacement_underpriced: ["replacement transaction underpriced", "INTERNAL_ERROR: could not replace existing tx"],
    underpriced: ["underpriced", "fee too low"],
    insufficient_funds: ["insufficient funds"],
    refused: ["spammer", "pending sub-pool is full", "gas limit is too high", "IntrinsicGas"],
  },
  nethermind: {
    known: ["already known", "AlreadyKnown"],
    nonce_too_low: ["nonce too low", "OldNonce, Current nonce: 5, nonce of rejected tx: 4"],
    replacement_underpriced: ["replacement transaction underpriced", "ReplacementNotAllowed"],
    underpriced: ["transaction underpriced", "FeeTooLow, MaxFeePerGas too low", "FeeTooLowToCompete"],
    insufficient_funds: ["insufficient funds for gas * price + value", "InsufficientFunds, Account balance: 0"],
    refused: ["NonceGap, Future nonce. Expected nonce: 4", "nonce too high", "GasLimitExceeded", "node is syncing"],
  },
  besu: {
    known: ["Known transaction"],
    nonce_too_low: ["Nonce too low"],
    replacement_underpriced: ["Replacement transaction underpriced"],
    underpriced: ["Gas price below configured minimum gas price", "Gas price below current base fee"],
    insufficient_funds: ["Upfront cost exceeds account balance"],
    refused: [
      "Intrinsic gas exceeds gas limit",
      "Transaction gas limit exceeds block gas limit",
      "Wrong chainId",
      "Nonce too high",
    ],
  },
  anvil: {
    known: ["transaction already imported"],
    nonce_too_low: ["nonce too low"],
    replacement_underpriced: ["replacement transaction underpriced"],
    underpriced: ["max fee per gas less than block base fee", "transaction underpriced"],
    insufficient_funds: ["Insufficient funds for gas * price + value"],
    refused: ["intrinsic gas too low", "invalid chain id for signer", "Failed to decode transaction"],
  },
};

describe("what a node's error means for a transaction", () => {
  for (const [client, outcomes] of Object.entries(TEXTS)) {
    it(`is read from the text of ${client}`, () => {
      for (const [outcome, texts] of Object.entries(outcomes)) {
        for (const details of texts) expect(classifyBroadcast({ details }), details).to.equal(outcome);
      }
    });
  }
});

describe("broadcastAll", function () {
  this.timeout(30_000);
  let nodes: Awaited<ReturnType<typeof startNodes>>;
  beforeEach(async () => {
    nodes = await startNodes(3);
  });
  afterEach(() => nodes.stop());

  const sign = (changes: Partial<TransactionSerializableEIP1559> = {}) =>
    account.signTransaction({
      type: "eip1559",
      chainId: 11155111,
      nonce: 0,
      to: account.address,
      gas: 21_000n,
      ...FEES,
      ...changes,
    });
  const isPending = async (raw: Hex) => {
    const pool = (await nodes.client.request({ method: "txpool_content" } as never)) as {
      pending: Record<string, Record<string, { hash: Hex }>>;
    };
    return Object.values(pool.pending).some((own) => Object.values(own).some(({ hash }) => hash === keccak256(raw)));
  };
  const name = (index: number) => (nodes.proxies[index] as FaultProxy).name;
  const sending = (behaviour: Behaviour) => at(["eth_sendRawTransaction"], behaviour);
  const outcomeAt = async (raw: Hex) => (await broadcastAll(nodes.through([null]), raw)).outcome;

  it("tells what a real node makes of it", async () => {
    const first = await sign();
    expect(await outcomeAt(first)).to.equal("taken");
    expect(await outcomeAt(first)).to.equal("known");
    expect(await outcomeAt(await sign({ value: 1n }))).to.equal("replacement_underpriced");
    const cheap = { nonce: 1, maxFeePerGas: 1n, maxPriorityFeePerGas: 1n };
    expect(await outcomeAt(await sign(cheap))).to.equal("underpriced");
    expect(await outcomeAt(await sign({ nonce: 1, value: 10n ** 30n }))).to.equal("insufficient_funds");
    expect(await outcomeAt(await sign({ nonce: 1, gas: 20_000n }))).to.equal("refused");
    await nodes.mine();
    expect(await outcomeAt(await sign({ value: 2n }))).to.equal("nonce_too_low");
  });

  it("reaches the chain while one node takes it, and says what the others said", async () => {
    for (const [index, fault] of [drop, status(429), rpcError(-32000, "txpool is full"), swallow].entries()) {
      const raw = await sign({ nonce: index });
      const chain = nodes.through([sending(fault), null, sending(fault)], { quorum: 2 });
      const { outcome } = await broadcastAll(chain, raw);
      expect(outcome).to.be.oneOf(["taken", "known"]);
      while (!(await isPending(raw))) await broadcastAll(chain, raw);
    }
  });

  it("goes to every node, and waits for none once a quorum has it", async () => {
    const raw = await sign();
    const { outcome, answers } = await broadcastAll(nodes.through([null, null, sending(hang)]), raw);
    expect(outcome).to.equal("taken");
    expect(answers.map(({ endpoint }) => endpoint).sort()).to.deep.equal([name(0), name(1)].sort());
    expect(answers.map((answer) => answer.outcome).sort()).to.deep.equal(["known", "taken"]);
    for (const proxy of nodes.proxies) {
      expect(proxy.calls.map(({ method }) => method)).to.include("eth_sendRawTransaction");
    }
  });

  it("does no harm when a node sends it twice", async () => {
    const raw = await sign();
    expect((await broadcastAll(nodes.through([sending(twice)]), raw)).outcome).to.equal("known");
    await nodes.mine();
    expect(await nodes.client.getTransactionCount({ address: account.address })).to.equal(1);
  });

  it("does not take the hash of another transaction for an answer", async () => {
    const lie = sending(() => ({ result: `0x${"12".repeat(32)}` }));
    const { outcome, answers } = await broadcastAll(nodes.through([lie]), await sign());
    expect(outcome).to.equal("unreachable");
    expect(answers[0]?.message).to.equal("took a transaction and told the hash of another");
  });

  it("tells what says most of the transaction when nobody takes it", async () => {
    const low = sending(rpcError(-32000, "nonce too low"));
    const poor = sending(rpcError(-32000, "insufficient funds"));
    const busy = sending(status(429));
    expect((await broadcastAll(nodes.through([poor, low, busy]), await sign())).outcome).to.equal("nonce_too_low");
    expect((await broadcastAll(nodes.through([sending(drop), poor, busy]), await sign())).outcome).to.equal(
      "insufficient_funds",
    );
    const { outcome, answers } = await broadcastAll(nodes.through([sending(drop), busy, busy]), await sign());
    expect(outcome).to.equal("rate_limited");
    expect(answers.map((answer) => answer.message).sort()).to.deep.equal([
      "asks for fewer requests",
      "asks for fewer requests",
      "cannot be reached (UND_ERR_SOCKET)",
    ]);
  });
});
