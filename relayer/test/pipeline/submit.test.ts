import { expect } from "chai";
import { keccak256, parseTransaction, toFunctionSelector } from "viem";
import { SignerUnavailable } from "../../src/errors.ts";
import type { TransactionSigner } from "../../src/keys/types.ts";
import { submit } from "../../src/pipeline/submit.ts";
import { track } from "../../src/pipeline/track.ts";
import { rejection } from "../support/keys.ts";
import { COUNTER, type Fixture, pipelineFixture, revertingCode } from "../support/pipeline.ts";

describe("submit", function () {
  this.timeout(30_000);
  let fixture: Fixture;
  beforeEach(async () => {
    fixture = await pipelineFixture();
  });
  afterEach(() => fixture.stop());

  it("stores nonce, fees and the signed bytes of exactly what it broadcasts", async () => {
    const { pipeline, draft, chain, rows } = fixture;
    const outcome = await submit(pipeline, draft("a"));
    const [row] = await rows();
    expect(outcome).to.deep.equal({ status: "sent", id: row?.id, hash: row?.hash });
    expect(row).to.deep.include({
      nonce: 0n,
      status: "submitted",
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
    expect((await chain.client.getTransaction({ hash: row?.hash ?? "0x" })).blockHash).to.equal(null);
  });

  it("sends nothing that the contract refuses, and tells its reason by name", async () => {
    const { pipeline, draft, chain, rows } = fixture;
    await chain.client.setCode({
      address: COUNTER,
      bytecode: revertingCode(toFunctionSelector("KeystoneEscrow_PathNotOpen()")),
    });
    expect(await submit(pipeline, draft("a"))).to.deep.equal({
      status: "refused",
      error: "KeystoneEscrow_PathNotOpen()",
    });
    expect(await rows()).to.deep.equal([]);
  });

  it("sends nothing that would change nothing", async () => {
    const { pipeline, draft, rows } = fixture;
    const probes = [{ to: COUNTER, data: "0x1234" } as const];
    expect(await submit(pipeline, draft("a", { probes }))).to.deep.equal({ status: "no_effect" });
    expect(await rows()).to.deep.equal([]);
  });

  it("leaves nothing of a call whose key does not sign, and takes the same nonce when it does", async () => {
    const { pipeline, draft, rows } = fixture;
    const away: TransactionSigner = {
      address: pipeline.account.address,
      signTransaction: () => Promise.reject(new SignerUnavailable("RELAYER_KEYS: AWS KMS: ThrottlingException")),
    };
    await submit(pipeline, draft("a"));
    const error = await rejection(submit({ ...pipeline, account: away }, draft("b")));
    expect(error.message).to.equal("RELAYER_KEYS: AWS KMS: ThrottlingException");
    expect((await rows()).map(({ subject }) => subject)).to.deep.equal(["a"]);
    expect(await submit(pipeline, draft("b"))).to.include({ status: "sent" });
    expect((await rows()).map(({ subject, nonce }) => [subject, nonce])).to.deep.equal([
      ["a", 0n],
      ["b", 1n],
    ]);
  });

  it("sends nothing while the node does not answer", async () => {
    const { pipeline, draft, chain, rows } = fixture;
    await chain.stop();
    expect(await submit(pipeline, draft("a"))).to.have.property("status", "unavailable");
    expect(await rows()).to.deep.equal([]);
  });

  it("gives one effect one transaction, before and after it was mined, and another one after a revert", async () => {
    const { pipeline, draft, chain, rows, counted } = fixture;
    await submit(pipeline, draft("a"));
    expect(await submit(pipeline, draft("a"))).to.deep.equal({ status: "taken" });
    await chain.mine();
    await track(pipeline, chain.chain);
    expect(await submit(pipeline, draft("a"))).to.deep.equal({ status: "taken" });
    expect(await counted()).to.equal(1n);

    await submit(pipeline, draft("b"));
    await chain.client.setCode({
      address: COUNTER,
      bytecode: revertingCode(toFunctionSelector("KeystoneEscrow_PathNotOpen()")),
    });
    await chain.mine();
    await track(pipeline, chain.chain);
    await chain.client.setCode({ address: COUNTER, bytecode: "0x" });
    expect(await submit(pipeline, draft("b"))).to.have.property("status", "sent");
    await chain.mine();
    await track(pipeline, chain.chain);
    expect((await rows()).map((row) => [row.subject, row.status, row.error])).to.deep.equal([
      ["a", "safe", null],
      ["b", "failed", "KeystoneEscrow_PathNotOpen()"],
      ["b", "pending", null],
    ]);
    expect(await counted()).to.equal(2n);
  });
});
