import { createRegistry } from "@keystoneos/telemetry";
import { expect } from "chai";
import { parseGwei, toFunctionSelector } from "viem";
import { localAccount } from "../../../devnet/src/keys.ts";
import { createLogger } from "../../src/log.ts";
import { releaseLeases, renewLeases } from "../../src/pipeline/leases.ts";
import { pipelineWarnings, registerPipeline } from "../../src/pipeline/metrics.ts";
import { submit } from "../../src/pipeline/submit.ts";
import { account } from "../support/chain.ts";
import { A } from "../support/facts.ts";
import {
  ATTESTER,
  COUNTER,
  expire,
  type Fixture,
  pipelineFixture,
  pipelineOn,
  revertingCode,
  step,
} from "../support/pipeline.ts";

describe("the pipeline's metrics", function () {
  this.timeout(30_000);
  let fixture: Fixture;
  before(async () => {
    const gasBudgets = new Map([[A, 10n ** 18n]]);
    fixture = await pipelineFixture({ settings: { gasBudgets, feeCaps: new Map([[A, parseGwei("5")]]) } });
  });
  beforeEach(() => fixture.renew());
  after(() => fixture.stop());

  async function shown(): Promise<Map<string, number>> {
    const registry = createRegistry();
    registerPipeline(registry, fixture.pipeline);
    const lines = [...(await registry.text()).matchAll(/^keystone_(\w+)(?:\{(.*)\})? (\S+)$/gm)];
    const labels = (text = "") => text.replace(`chain_id="${A}"`, "").replace(/,?signer="[^"]+"/, "");
    return new Map(lines.map(([, name, text, value]) => [`${name} ${labels(text)}`.trim(), Number(value)]));
  }

  it("show what is unmined and for how long, lease, balance and what is left of the budget", async () => {
    await submit(fixture.pipeline, fixture.draft("a"));
    await submit(fixture.pipeline, fixture.draft("b"));
    await fixture.db
      .updateTable("keystone.chain_transaction")
      .set({ created_at: new Date(Date.now() - 90_000) })
      .where("nonce", "=", 0n)
      .execute();
    await step(fixture.pipeline);
    const values = await shown();
    expect(values.get("unmined")).to.equal(2);
    expect(values.get("oldest_unmined_seconds")).to.be.within(90, 150);
    expect(values.get("signer_lease")).to.equal(1);
    expect(values.get("nonce_gap")).to.equal(0);
    const balance = await fixture.chain.client.getBalance({ address: account.address });
    expect(values.get("signer_balance_ether")).to.be.closeTo(Number(balance) / 1e18, 0.01);
    const reserved = (await fixture.rows()).reduce(
      (sum, row) => sum + BigInt(row.gas_limit) * BigInt(row.max_fee_per_gas),
      0n,
    );
    expect(values.get("gas_budget_left_ether")).to.be.closeTo(1 - Number(reserved) / 1e18, 1e-9);
    expect(await pipelineWarnings(fixture.pipeline)).to.deep.equal([]);
  });

  it("show what is refused by name, and what waits at the cap", async () => {
    await submit(fixture.pipeline, fixture.draft("a"));
    await step(fixture.pipeline);
    await fixture.chain.client.setNextBlockBaseFeePerGas({ baseFeePerGas: parseGwei("50") });
    for (let block = 0; block < 2; block++) {
      await fixture.chain.mine();
      await step(fixture.pipeline);
    }
    await fixture.chain.client.setCode({
      address: COUNTER,
      bytecode: revertingCode(toFunctionSelector("KeystoneEscrow_PathNotOpen()")),
    });
    await submit(fixture.pipeline, fixture.draft("b"));
    const values = await shown();
    expect(values.get("fee_cap_reached")).to.equal(1);
    expect(values.get('refused_calls error="KeystoneEscrow_PathNotOpen",dead="false"')).to.equal(1);
    const key = `chain ${A}, ${account.address.toLowerCase()}`;
    expect(await pipelineWarnings(fixture.pipeline)).to.deep.equal([
      `${key}: a transaction is stuck at the cap on fees`,
    ]);
  });

  it("show nonces that are missing, keys that cannot pay and a budget that is spent", async () => {
    await fixture.chain.client.setBalance({ address: account.address, value: 0n });
    await submit(fixture.pipeline, fixture.draft("a"));
    const [lane] = fixture.pipeline.lanes;
    if (lane === undefined) throw new Error("no lane");
    lane.gap = 2;
    fixture.pipeline.settings = { ...fixture.pipeline.settings, gasBudgets: new Map([[A, 0n]]) };
    const key = `chain ${A}, ${account.address.toLowerCase()}`;
    expect(await pipelineWarnings(fixture.pipeline)).to.deep.equal([
      `chain ${A}: the gas budget of a day is spent or reserved`,
      `${key}: cannot pay for what is asked of it`,
      `${key}: nonces are missing, nothing is built`,
    ]);
    expect((await shown()).get("nonce_gap")).to.equal(2);
  });

  it("show gas keys that a living relayer of another attester has too, and say so in the log once", async () => {
    const lines: string[] = [];
    const log = createLogger("info", { write: (line) => void lines.push(line) });
    const { db, chain } = fixture;
    const peer = pipelineOn(db, chain);
    const stranger = pipelineOn(db, chain, { attester: localAccount(11).address, log });
    await renewLeases(peer);
    expect((await shown()).get("shared_gas_keys")).to.equal(0);
    await renewLeases(stranger);
    await renewLeases(stranger);
    const key = `chain ${A}, ${account.address.toLowerCase()}`;
    const of = (address: string) =>
      `${key}: relayers of the attester ${address.toLowerCase()} have this gas key too; give each attester's keys of their own`;
    expect((await shown()).get("shared_gas_keys")).to.equal(1);
    expect(await pipelineWarnings(fixture.pipeline)).to.deep.equal([of(localAccount(11).address)]);
    expect(await pipelineWarnings(stranger)).to.deep.equal([of(ATTESTER)]);
    expect(lines.filter((line) => line.includes("another attester's relayer has the same gas key"))).to.have.length(1);
    await expire(stranger);
    expect((await shown()).get("shared_gas_keys")).to.equal(0);
    expect(await pipelineWarnings(fixture.pipeline)).to.deep.equal([]);
  });

  it("show what is in flight by keys that no living relayer has", async () => {
    const { db, chain, draft } = fixture;
    const other = localAccount(11);
    await chain.client.setBalance({ address: other.address, value: 10n ** 18n });
    const leaving = pipelineOn(db, chain, { gas: [other] });
    await renewLeases(leaving);
    await submit(leaving, draft("a"));
    expect(await pipelineWarnings(fixture.pipeline)).to.deep.equal([]);
    await releaseLeases(leaving);
    const key = `chain ${A}, ${other.address.toLowerCase()}`;
    expect(await pipelineWarnings(fixture.pipeline)).to.deep.equal([
      `${key}: 1 in flight, and no living relayer has the key`,
    ]);
    expect((await shown()).get("orphaned_transactions")).to.equal(1);
  });
});
