import { escrowAbi } from "@keystoneos/protocol/abi";
import { forgetRefusals, redrive } from "@keystoneos/store";
import { expect } from "chai";
import { encodeErrorResult, type Hex, parseAbi, toFunctionSelector } from "viem";
import { freePort } from "../../../devnet/src/ports.ts";
import { decodeRevert } from "../../src/chains/revert.ts";
import { submit } from "../../src/pipeline/submit.ts";
import { chainAt } from "../support/chain.ts";
import { A } from "../support/facts.ts";
import {
  COUNTER,
  expire,
  type Fixture,
  pipelineFixture,
  pipelineOn,
  revertingCode,
  takeOver,
} from "../support/pipeline.ts";

const REFUSING = revertingCode(toFunctionSelector("KeystoneEscrow_PathNotOpen()"));

describe("a call that a contract refuses", function () {
  this.timeout(30_000);
  let fixture: Fixture;
  before(async () => {
    fixture = await pipelineFixture();
  });
  beforeEach(async () => {
    await fixture.renew();
    await code(REFUSING);
  });
  after(() => fixture.stop());

  const code = (bytecode: Hex) => fixture.chain.client.setCode({ address: COUNTER, bytecode });
  const kept = () => fixture.db.selectFrom("keystone.refused_call").selectAll().orderBy("subject").execute();
  const refuse = async (times: number, subject = "a") => {
    const outcomes = [];
    for (let time = 0; time < times; time++)
      outcomes.push((await submit(fixture.pipeline, fixture.draft(subject))).status);
    return outcomes;
  };

  it("is counted, with its newest reason and block, and gone when the call is accepted", async () => {
    await refuse(1);
    await fixture.chain.mine(3);
    await code(revertingCode(toFunctionSelector("KeystoneEscrow_NothingToClaim()")));
    await refuse(1);
    const [row, ...others] = await kept();
    expect(others).to.deep.equal([]);
    expect(row).to.deep.include({ count: 2, error_name: "", block_number: 3n, is_dead: false });
    expect((row?.last_seen_at ?? 0) > (row?.first_seen_at ?? 0)).to.equal(true);
    await code("0x");
    expect(await refuse(1)).to.deep.equal(["stored"]);
    expect(await kept()).to.deep.equal([]);
  });

  it("is gone when there is nothing left for it to do", async () => {
    await refuse(1);
    await code("0x");
    const probes = [{ to: COUNTER, data: "0x1234" } as const];
    expect(await submit(fixture.pipeline, fixture.draft("a", { probes }))).to.deep.equal({ status: "no_effect" });
    expect(await kept()).to.deep.equal([]);
  });

  it("is dead after so many refusals, left alone then, and tried again when it is redriven", async () => {
    expect(await refuse(5)).to.deep.equal(["refused", "refused", "refused", "dead", "dead"]);
    expect(await refuse(1, "b")).to.deep.equal(["refused"]);
    await code("0x");
    expect(await refuse(1)).to.deep.equal(["dead"]);
    const [dead, alive] = await kept();
    expect([dead?.is_dead, alive?.is_dead, dead?.count]).to.deep.equal([true, false, 3]);
    expect(await redrive(fixture.db, alive?.id ?? "")).to.equal(false);
    expect(await redrive(fixture.db, crypto.randomUUID())).to.equal(false);
    expect(await redrive(fixture.db, dead?.id ?? "")).to.equal(true);
    expect(await refuse(1)).to.deep.equal(["stored"]);
  });

  it("begins anew when all of its settlement is tried anew", async () => {
    await refuse(4);
    await forgetRefusals(fixture.db, fixture.settlement.settlementId);
    expect(await refuse(1)).to.deep.equal(["refused"]);
  });

  it("is not dead before its time, however often it was refused", async () => {
    const patient = pipelineOn(fixture.db, fixture.chain, { settings: { deadAfterSeconds: 3600 } });
    await takeOver(fixture.pipeline, patient);
    fixture.pipeline = patient;
    expect(await refuse(5)).to.deep.equal(Array(5).fill("refused"));
    const hourAgo = new Date(Date.now() - 3_700_000);
    await fixture.db.updateTable("keystone.refused_call").set({ first_seen_at: hourAgo }).execute();
    expect(await refuse(2)).to.deep.equal(["refused", "dead"]);
  });

  it("is not what a node is that cannot tell", async () => {
    await expire(fixture.pipeline);
    const deaf = pipelineOn(fixture.db, {
      ...fixture.chain,
      chain: chainAt(`http://127.0.0.1:${await freePort()}`, A),
    });
    await takeOver(fixture.pipeline, deaf);
    expect((await submit(deaf, fixture.draft("a"))).status).to.equal("unavailable");
    expect(await kept()).to.deep.equal([]);
  });
});

describe("decodeRevert", () => {
  it("tells name and arguments of a contract's error, and of anything else what there is", () => {
    const known = escrowAbi.find((entry) => entry.type === "error" && entry.inputs.length > 0);
    if (known?.type !== "error") throw new Error("the escrow has no error with arguments");
    const args = known.inputs.map(({ type }) => (type === "bytes32" || type === "bytes" ? `0x${"11".repeat(32)}` : 7n));
    const data = encodeErrorResult({ abi: [known], errorName: known.name, args: args as never });
    const { name, args: told, text } = decodeRevert(data);
    expect(name).to.equal(known.name);
    expect(told.map((value) => value.toLowerCase())).to.deep.equal(args.map((value) => String(value).toLowerCase()));
    expect(text).to.equal(`${name}(${told.join(", ")})`);
    const foreign = encodeErrorResult({ abi: parseAbi(["error Stranger()"]), errorName: "Stranger" });
    expect(decodeRevert(foreign)).to.deep.equal({ name: "", args: [], text: `reverted with ${foreign}` });
    expect(decodeRevert("0x")).to.deep.equal({ name: "", args: [], text: "reverted without a reason" });
  });
});
