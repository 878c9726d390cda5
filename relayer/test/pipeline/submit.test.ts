import { expect } from "chai";
import { keccak256, parseEther, parseTransaction, toFunctionSelector } from "viem";
import { localAccount } from "../../../devnet/src/keys.ts";
import { freePort } from "../../../devnet/src/ports.ts";
import { SignerUnavailable } from "../../src/errors.ts";
import type { TransactionSigner } from "../../src/keys/types.ts";
import { storeNoop } from "../../src/pipeline/attempts.ts";
import { fenced } from "../../src/pipeline/fence.ts";
import type { Lane } from "../../src/pipeline/lane.ts";
import { renewLeases } from "../../src/pipeline/leases.ts";
import { submit } from "../../src/pipeline/submit.ts";
import { account, chainAt } from "../support/chain.ts";
import { A } from "../support/facts.ts";
import { FEES } from "../support/fees.ts";
import {
  COUNTER,
  expire,
  type Fixture,
  LEDGER,
  pipelineFixture,
  pipelineOn,
  revertingCode,
  step,
  takeOver,
} from "../support/pipeline.ts";

describe("submit", function () {
  this.timeout(30_000);
  let fixture: Fixture;
  before(async () => {
    fixture = await pipelineFixture();
  });
  beforeEach(() => fixture.renew());
  after(() => fixture.stop());

  const refusing = toFunctionSelector("KeystoneEscrow_PathNotOpen()");

  it("stores nonce, fees and the signed bytes of an attempt under its lease, and broadcasts nothing", async () => {
    const { pipeline, draft, chain, rows, attempts } = fixture;
    const outcome = await submit(pipeline, draft("a"));
    const [row] = await rows();
    expect(outcome).to.deep.equal({ status: "stored", id: row?.id, hash: row?.hash });
    expect(row).to.deep.include({
      nonce: 0n,
      status: "queued",
      kind: "manual",
      subject: "a",
      value: "1",
      block_number: null,
    });
    expect(keccak256(row?.raw ?? "0x")).to.equal(row?.hash);
    const signed = parseTransaction(row?.raw ?? "0x");
    expect(signed).to.deep.include({
      to: COUNTER,
      value: 1n,
      gas: BigInt(row?.gas_limit ?? 0),
      maxFeePerGas: BigInt(row?.max_fee_per_gas ?? 0),
    });
    const [attempt, ...others] = await attempts();
    expect(others).to.deep.equal([]);
    expect(attempt).to.deep.include({ hash: row?.hash, raw: row?.raw, ordinal: 1, purpose: "first", fence: 1n });
    const pool = await chain.client.getTransactionCount({ address: account.address, blockTag: "pending" });
    expect(pool).to.equal(0);
  });

  it("stores nothing that the contract refuses, and keeps its reason by name", async () => {
    const { pipeline, draft, chain, rows, db, settlement } = fixture;
    await chain.client.setCode({ address: COUNTER, bytecode: revertingCode(refusing) });
    const outcome = await submit(pipeline, draft("a"));
    expect(outcome).to.deep.equal({ status: "refused", error: "KeystoneEscrow_PathNotOpen()" });
    expect(await rows()).to.deep.equal([]);
    const kept = await db.selectFrom("keystone.refused_call").selectAll().execute();
    expect(kept).to.have.length(1);
    expect(kept[0]).to.deep.include({
      chain_id: BigInt(A),
      settlement_id: settlement.settlementId,
      kind: "manual",
      subject: "a",
      error_name: "KeystoneEscrow_PathNotOpen",
      error_args: [],
      count: 1,
      is_dead: false,
    });
  });

  it("stores nothing that would change nothing", async () => {
    const { pipeline, entry, chain, rows } = fixture;
    const { data } = entry("a");
    await chain.client.setStorageAt({ address: LEDGER, index: data, value: `0x${"1".padStart(64, "0")}` });
    expect(await submit(pipeline, entry("a"))).to.deep.equal({ status: "no_effect" });
    expect(await rows()).to.deep.equal([]);
    expect(await submit(pipeline, entry("b"))).to.have.property("status", "stored");
  });

  it("leaves nothing of a call whose key does not sign, and takes the same nonce when it does", async () => {
    const { pipeline, draft, chain, db, rows, attempts } = fixture;
    let signs = true;
    const signer: TransactionSigner = {
      address: account.address,
      signTransaction: (transaction) =>
        signs
          ? account.signTransaction(transaction)
          : Promise.reject(new SignerUnavailable("RELAYER_KEYS: AWS KMS: ThrottlingException")),
    };
    await expire(pipeline);
    const remote = pipelineOn(db, chain, { gas: [signer] });
    await renewLeases(remote);
    await submit(remote, draft("a"));
    signs = false;
    expect(await submit(remote, draft("b"))).to.deep.equal({
      status: "unavailable",
      error: "RELAYER_KEYS: AWS KMS: ThrottlingException",
    });
    expect((await rows()).map(({ subject }) => subject)).to.deep.equal(["a"]);
    expect(await attempts()).to.have.length(1);
    signs = true;
    expect(await submit(remote, draft("b"))).to.have.property("status", "stored");
    expect((await rows()).map(({ subject, nonce }) => [subject, nonce])).to.deep.equal([
      ["a", 0n],
      ["b", 1n],
    ]);
  });

  it("stores nothing while the node does not answer, and takes that for no refusal", async () => {
    const { pipeline, draft, rows, db } = fixture;
    const [lane] = pipeline.lanes;
    Object.assign(lane ?? {}, { chain: chainAt(`http://127.0.0.1:${await freePort()}`, A) });
    expect(await submit(pipeline, draft("a"))).to.have.property("status", "unavailable");
    expect(await rows()).to.deep.equal([]);
    expect(await db.selectFrom("keystone.refused_call").selectAll().execute()).to.deep.equal([]);
  });

  it("gives one effect one transaction, before and after it was mined, and another one after a revert", async () => {
    const { pipeline, draft, chain, rows, counted } = fixture;
    const mined = async () => {
      await step(pipeline);
      await chain.mine();
      await step(pipeline);
    };
    await submit(pipeline, draft("a"));
    expect(await submit(pipeline, draft("a"))).to.deep.equal({ status: "taken" });
    await mined();
    expect(await submit(pipeline, draft("a"))).to.deep.equal({ status: "taken" });
    expect(await counted()).to.equal(1n);

    await submit(pipeline, draft("b"));
    await chain.client.setCode({ address: COUNTER, bytecode: revertingCode(refusing) });
    await mined();
    await chain.client.setCode({ address: COUNTER, bytecode: "0x" });
    expect(await submit(pipeline, draft("b"))).to.have.property("status", "stored");
    await mined();
    expect((await rows()).map((row) => [row.subject, row.status, row.error])).to.deep.equal([
      ["a", "safe", null],
      ["b", "failed", "KeystoneEscrow_PathNotOpen()"],
      ["b", "pending", null],
    ]);
    expect(await counted()).to.equal(2n);
  });

  it("leaves to others what they have the lease for, and what it lost it writes no more", async () => {
    const { pipeline, draft, chain, rows, db } = fixture;
    const other = pipelineOn(db, chain);
    expect(await submit(other, draft("a"))).to.deep.equal({ status: "elsewhere" });
    await expire(pipeline);
    expect(await submit(pipeline, draft("a"))).to.deep.equal({ status: "elsewhere" });
    expect(await rows()).to.deep.equal([]);
    await renewLeases(other);
    expect(await submit(other, draft("a"))).to.have.property("status", "stored");
  });

  it("starts above the nonces that the chain has seen of a key, and not while a node has some that are not mined", async () => {
    const { pipeline, draft, chain, rows } = fixture;
    for (const nonce of [0, 1]) await chain.client.sendRawTransaction({ serializedTransaction: await foreign(nonce) });
    expect(await submit(pipeline, draft("a"))).to.have.property("status", "held");
    await chain.mine();
    expect(await submit(pipeline, draft("a"))).to.have.property("status", "stored");
    expect((await rows()).map((row) => row.nonce)).to.deep.equal([2n]);
  });

  it("simulates anew when a transaction that is not stored was mined meanwhile: it may have been this very call", async () => {
    const { pipeline, entry, chain, rows } = fixture;
    const { client } = pipeline.lanes[0]?.chain ?? {};
    if (client === undefined) throw new Error("no lane");
    const { request } = client;
    const draft = entry("a");
    const lost = await account.signTransaction({
      type: "eip1559",
      chainId: A,
      nonce: 0,
      to: draft.to,
      data: draft.data,
      gas: 100_000n,
      ...FEES,
    });
    const meanwhile = async (asked: { method: string }) => {
      const answer = await request(asked as never);
      if (asked.method === "eth_simulateV1" && (await chain.client.getBlockNumber()) === 0n) {
        await chain.client.sendRawTransaction({ serializedTransaction: lost });
        await chain.mine();
      }
      return answer;
    };
    Object.assign(client, { request: meanwhile });
    const outcomes = [await submit(pipeline, draft), await submit(pipeline, draft)].map(({ status }) => status);
    Object.assign(client, { request });
    expect(outcomes).to.deep.equal(["held", "no_effect"]);
    expect(await rows()).to.deep.equal([]);
  });

  it("leaves no hole: with nonces missing below what is stored nothing is stored above", async () => {
    const { pipeline, draft, db, rows } = fixture;
    for (const subject of ["a", "b", "c"]) await submit(pipeline, draft(subject));
    await db.deleteFrom("keystone.transaction_attempt").execute();
    await db.deleteFrom("keystone.chain_transaction").where("nonce", "=", 1n).execute();
    expect(await submit(pipeline, draft("b"))).to.deep.include({
      status: "held",
      error: "1 nonces are missing below 3",
    });
    expect((await rows()).map((row) => row.nonce)).to.deep.equal([0n, 2n]);
  });

  it("spreads calls over the keys that have the least to do, up to the limit of each", async () => {
    const { draft, chain, db, rows, pipeline } = fixture;
    const gas = [account, localAccount(10), localAccount(11)];
    await expire(pipeline);
    const many = pipelineOn(db, chain, { gas, settings: { unminedLimit: 2 } });
    await renewLeases(many);
    const outcomes = [];
    for (let index = 0; index < 7; index++) outcomes.push((await submit(many, draft(String(index)))).status);
    expect(outcomes).to.deep.equal([...Array(6).fill("stored"), "busy"]);
    const used = Map.groupBy(await rows(), (row) => row.signer);
    expect([...used.values()].map((own) => own.map((row) => row.nonce))).to.deep.equal([
      [0n, 1n],
      [0n, 1n],
      [0n, 1n],
    ]);
  });

  it("skips a key that cannot pay for the call beside all it has in flight", async () => {
    const { draft, chain, db, rows, pipeline } = fixture;
    const [poor, rich] = [localAccount(10), localAccount(11)];
    await expire(pipeline);
    const both = pipelineOn(db, chain, { gas: [poor, rich] });
    await renewLeases(both);
    await chain.client.setBalance({ address: poor.address, value: 1000n });
    expect(await submit(both, draft("a"))).to.have.property("status", "stored");
    expect((await rows()).map((row) => row.signer)).to.deep.equal([rich.address.toLowerCase()]);
    const [row] = await rows();
    // Enough for one more such call, were it not for the one in flight.
    const cost = BigInt(row?.gas_limit ?? 0) * BigInt(row?.max_fee_per_gas ?? 0) + 1n;
    await chain.client.setBalance({ address: rich.address, value: (cost * 3n) / 2n });
    expect(await submit(both, draft("b"))).to.have.property("status", "unfunded");
    expect(await rows()).to.have.length(1);
    await chain.client.setBalance({ address: rich.address, value: parseEther("1") });
    expect(await submit(both, draft("b"))).to.have.property("status", "stored");
  });

  it("skips a key whose holder does not sign, and sends by another", async () => {
    const dead: TransactionSigner = {
      address: localAccount(10).address,
      signTransaction: () => Promise.reject(new SignerUnavailable("AWS KMS: no answer")),
    };
    await fixture.chain.client.setBalance({ address: dead.address, value: parseEther("1") });
    const both = pipelineOn(fixture.db, fixture.chain, { gas: [dead, account] });
    await takeOver(fixture.pipeline, both);
    const { draft, rows } = fixture;
    for (const subject of ["a", "b", "c"]) {
      expect(await submit(both, draft(subject))).to.have.property("status", "stored");
    }
    expect((await rows()).map(({ signer, nonce }) => [signer, nonce])).to.deep.equal(
      [0n, 1n, 2n].map((nonce) => [account.address.toLowerCase(), nonce]),
    );
  });

  it("is not held by a nonce that is being filled of a key that this process has not", async () => {
    const { pipeline, chain, db, draft } = fixture;
    const other = pipelineOn(db, chain, { gas: [localAccount(10)] });
    await renewLeases(other);
    const lane = other.lanes[0] as Lane;
    const parts = { nonce: 0, fees: FEES, head: 0n };
    await fenced(other, lane, (trx, fence) => storeNoop(trx, lane, { ...parts, fence }));
    expect(await submit(pipeline, draft("a"))).to.have.property("status", "stored");
  });

  it("keeps a chain's gas within its budget, however many ask at once", async () => {
    const { pipeline, draft, chain, db, rows } = fixture;
    await submit(pipeline, draft("first"));
    const [row] = await rows();
    const cost = BigInt(row?.gas_limit ?? 0) * BigInt(row?.max_fee_per_gas ?? 0);
    const gas = [account, localAccount(10), localAccount(11)];
    await expire(pipeline);
    const frugal = pipelineOn(db, chain, { gas, settings: { gasBudgets: new Map([[A, cost * 3n]]) } });
    await renewLeases(frugal);
    const outcomes = await Promise.all(["a", "b", "c", "d"].map((subject) => submit(frugal, draft(subject))));
    expect(outcomes.map(({ status }) => status).sort()).to.deep.equal([
      "over_budget",
      "over_budget",
      "stored",
      "stored",
    ]);
    // What was mined cost less than what was reserved for it.
    await step(frugal);
    await chain.mine();
    await step(frugal);
    expect(await submit(frugal, draft("c"))).to.not.have.property("status", "over_budget");
    // And what was spent a day ago is spent no more.
    const spent = (await rows()).reduce((sum, { gas_cost }) => sum + BigInt(gas_cost ?? 0), 0n);
    expect(spent > 0n).to.equal(true);
  });

  it("builds nothing while the base fee is above the cap", async () => {
    const { pipeline, draft, chain, rows } = fixture;
    const cap = pipeline.settings.feeCaps.get(A) ?? 0n;
    await chain.client.setNextBlockBaseFeePerGas({ baseFeePerGas: cap });
    await chain.mine();
    expect(await submit(pipeline, draft("a"))).to.have.property("status", "over_cap");
    expect(await rows()).to.deep.equal([]);
  });

  function foreign(nonce: number) {
    return account.signTransaction({ type: "eip1559", chainId: A, nonce, to: COUNTER, gas: 21_000n, ...FEES });
  }
});
