import { randomUUID } from "node:crypto";
import { expect } from "chai";
import { decodeFunctionData, type Hex, parseAbi } from "viem";
import type { Json } from "../../support/client.ts";
import { HOME, testDeployment } from "../../support/deployment.ts";
import { indexState, setHeads } from "../../support/facts.ts";
import { cash } from "../../support/instructions.ts";
import { create, gives, settle } from "../../support/settlements.ts";
import { createTenant, type Tenant } from "../../support/tenants.ts";
import { useWorld } from "../../support/world.ts";

const abi = parseAbi([
  "function approve(address spender, uint256 value)",
  "function setApprovalForAll(address operator, bool approved)",
  "function authorizeOperatorByPartition(bytes32 partition, address operator)",
]);
const PARTITION = `0x${"7".repeat(64)}` as const;
const { escrow } = testDeployment().contracts;

/** An instrument, the leg of it, and what of the leg stands in the terms, in the settlement and in the approval. */
const STANDARDS: {
  standard: "ERC-721" | "ERC-1155" | "ERC-1400" | "ERC-3643";
  decimals: number;
  leg: Record<string, unknown>;
  terms: [standard: number, tokenId: string, amount: string, partition: string];
  approval: { functionName: string; args: unknown[] };
}[] = [
  {
    standard: "ERC-721",
    decimals: 18,
    leg: { quantity: "1", token_id: "7" },
    terms: [1, "7", "1", `0x${"0".repeat(64)}`],
    approval: { functionName: "approve", args: [escrow, 7n] },
  },
  {
    standard: "ERC-1155",
    decimals: 0,
    leg: { quantity: "25", token_id: "0" },
    terms: [4, "0", "25", `0x${"0".repeat(64)}`],
    approval: { functionName: "setApprovalForAll", args: [escrow, true] },
  },
  {
    standard: "ERC-1400",
    decimals: 2,
    leg: { quantity: "2.5", partition: PARTITION },
    terms: [2, "0", "250", PARTITION],
    approval: { functionName: "authorizeOperatorByPartition", args: [PARTITION, escrow] },
  },
  {
    standard: "ERC-3643",
    decimals: 6,
    leg: { quantity: "3" },
    terms: [3, "0", "3000000", `0x${"0".repeat(64)}`],
    approval: { functionName: "approve", args: [escrow, 3_000_000n] },
  },
];

describe("POST /v1/settlements, the token standards", () => {
  const world = useWorld();
  let tenant: Tenant;
  before(async () => {
    tenant = await createTenant(world());
    await setHeads(world(), 1000);
    for (const { standard, decimals } of STANDARDS) {
      await world()
        .db.insertInto("keystone.instrument")
        .values({
          environment_id: tenant.environmentId,
          alias: standard,
          alias_type: "custom",
          chain_id: BigInt(HOME),
          token_address: `0x${randomUUID().replaceAll("-", "")}00000000`,
          token_standard: standard,
          decimals,
          leg_type: null,
          name: null,
          token_id: null,
        })
        .execute();
    }
  });

  for (const { standard, leg, terms, approval } of STANDARDS) {
    it(`settles ${standard}: in the terms, in the settlement and in what its owner approves`, async () => {
      const sent = { instrument_id: standard, chain_id: HOME, ...leg };
      const json = settle({ legs: [gives("seller", sent), gives("buyer", cash({ chain_id: HOME }))] });
      const { status, body } = await create(world(), tenant, json);
      expect(status, JSON.stringify(body)).to.equal(201);
      const [agreed] = body.terms.legs;
      expect([agreed.standard, agreed.tokenId, agreed.amount, agreed.partition]).to.deep.equal(terms);
      const [, tokenId, amount, partition] = terms;
      expect(body.legs[0]).to.deep.include({
        token_standard: standard,
        token_id: "token_id" in leg ? tokenId : null,
        partition: "partition" in leg ? partition : null,
        amount,
        quantity: leg.quantity,
      });
      await indexState(world(), body.settlement_hash, "AWAITING_DEPOSITS");
      const path = `/v1/settlements/${body.id}/legs/0/deposit-info`;
      const info: Json = (await world().call("GET", path, { token: tenant.token })).body;
      expect(decodeFunctionData({ abi, data: info.approval_calldata as Hex })).to.deep.equal(approval);
      expect(info).to.deep.include({ deposit_amount: amount, token_standard: standard, permit2: null });
    });
  }

  it("does not divide a deed for a fee", async () => {
    const sent = { instrument_id: "ERC-721", chain_id: HOME, quantity: "1", token_id: "8", leg_type: "payment" };
    const legs = [gives("seller", cash({ chain_id: HOME, leg_type: "asset_delivery" })), gives("buyer", sent)];
    const { status, body } = await create(world(), tenant, settle({ template_slug: "dvp-brokered", legs }));
    expect(status, JSON.stringify(body)).to.equal(201);
    expect(body.terms.legs[1]).to.deep.include({ amount: "1", fees: [] });
  });
});
