import { hashTerms, TokenStandard, type TokenStandardName, termsFromJson } from "@keystoneos/protocol";
import type { NewRow } from "@keystoneos/store";
import { expect } from "chai";
import fc from "fast-check";
import { decodeFunctionData, parseAbi } from "viem";
import type { Json } from "../../support/client.ts";
import { HOME, TOKENS, testDeployment } from "../../support/deployment.ts";
import { indexState, setHeads } from "../../support/facts.ts";
import { bond, buy, cash, sell, sellOpen } from "../../support/instructions.ts";
import { instrument, registrar } from "../../support/instruments.ts";
import { createTenant, type Tenant } from "../../support/tenants.ts";
import { matchTrade, submit } from "../../support/trades.ts";
import { useWorld } from "../../support/world.ts";

const approvals = parseAbi([
  "function approve(address spender, uint256 value)",
  "function setApprovalForAll(address operator, bool approved)",
  "function authorizeOperatorByPartition(bytes32 partition, address operator)",
]);
const PARTITION = `0x${"ab".repeat(32)}` as const;
const MAX_UINT256 = (1n << 256n) - 1n;

describe("instruments in instructions", function () {
  this.timeout(60_000);
  const world = useWorld();
  const { escrow } = testDeployment().contracts;
  let seller: Tenant;
  let buyer: Tenant;
  before(async () => {
    [seller, buyer] = [await createTenant(world()), await createTenant(world())];
    await setHeads(world(), 1000);
  });
  const register = async (tenant: Tenant, changes: Json): Promise<Json> => {
    const token = await registrar(world(), tenant);
    const { status, body } = await world().call("POST", "/v1/instruments", { token, json: instrument(changes) });
    expect(status, JSON.stringify(body)).to.equal(201);
    return body;
  };

  interface Standard {
    name: TokenStandardName;
    code: number;
    decimals: number;
    leg: { quantity: string; token_id?: string; partition?: string };
    amount: string;
    approval: { functionName: string; args: readonly unknown[] };
  }
  const id = MAX_UINT256.toString();
  const standards: Standard[] = [
    {
      name: "ERC-3643",
      code: TokenStandard.ERC3643,
      decimals: 2,
      leg: { quantity: "12.5" },
      amount: "1250",
      approval: { functionName: "approve", args: [escrow, 1250n] },
    },
    {
      name: "ERC-721",
      code: TokenStandard.ERC721,
      decimals: 0,
      leg: { quantity: "1", token_id: id },
      amount: "1",
      approval: { functionName: "approve", args: [escrow, MAX_UINT256] },
    },
    {
      name: "ERC-1155",
      code: TokenStandard.ERC1155,
      decimals: 0,
      leg: { quantity: "40", token_id: "7" },
      amount: "40",
      approval: { functionName: "setApprovalForAll", args: [escrow, true] },
    },
    {
      name: "ERC-1400",
      code: TokenStandard.ERC1400,
      decimals: 18,
      leg: { quantity: "0.000000000000000001", partition: PARTITION },
      amount: "1",
      approval: { functionName: "authorizeOperatorByPartition", args: [PARTITION, escrow] },
    },
  ];
  for (const { name, code, decimals, leg, amount, approval } of standards) {
    it(`of ${name} become legs of the terms, with the approval that their token knows`, async () => {
      const token_address = `0x${code.toString().repeat(40)}`;
      const standard = { token_standard: name, decimals, token_address };
      const [sold, bought] = [await register(seller, standard), await register(buyer, standard)];
      const delivered = { ...leg, chain_id: HOME };
      const trade = await matchTrade(world(), {
        tenants: [seller, buyer],
        seller: {
          legs: [
            bond({ ...delivered, instrument_id: sold.alias, direction: "deliver" }),
            cash({ direction: "receive" }),
          ],
        },
        buyer: {
          legs: [
            bond({ ...delivered, instrument_id: bought.alias, direction: "receive" }),
            cash({ direction: "deliver" }),
          ],
        },
      });
      const path = `/v1/settlements/${trade.settlementId}`;
      const { body } = await world().call("GET", path, { token: seller.token });
      expect(body.legs[0]).to.deep.include({
        instrument_id: sold.alias,
        token_address: sold.token_address,
        token_standard: name,
        token_id: leg.token_id ?? null,
        partition: leg.partition ?? null,
        decimals,
        quantity: leg.quantity,
        amount,
      });
      const terms = termsFromJson(body.terms);
      expect(hashTerms(terms)).to.equal(body.settlement_hash);
      expect(terms.legs[0]).to.deep.include({
        standard: code,
        tokenId: BigInt(leg.token_id ?? 0),
        partition: leg.partition ?? `0x${"0".repeat(64)}`,
        amount: BigInt(amount),
        fees: [],
      });
      await indexState(world(), body.settlement_hash, "AWAITING_DEPOSITS");
      const info = await world().call("GET", `${path}/legs/0/deposit-info`, { token: seller.token });
      expect(info.status, JSON.stringify(info.body)).to.equal(200);
      expect(info.body).to.deep.include({ token_standard: name, deposit_amount: amount, permit2: null });
      expect(decodeFunctionData({ abi: approvals, data: info.body.approval_calldata })).to.deep.equal(approval);
    });
  }

  it("scale every quantity exactly by their decimals, or refuse it", async () => {
    const quantity = fc
      .tuple(fc.stringMatching(/^(0|[1-9][0-9]{0,38})$/), fc.stringMatching(/^([0-9]{0,38}[1-9])?$/))
      .map(([whole, fraction]) => ({ whole, fraction }));
    const { chain_id, ...token } = instrument();
    const rows = Array.from({ length: 78 }, (_, decimals) => ({
      ...(token as Omit<NewRow<"instrument">, "chain_id">),
      environment_id: seller.environmentId,
      chain_id: BigInt(chain_id),
      token_address: TOKENS.bond.toLowerCase() as `0x${string}`,
      alias: `EXACT-${decimals}`,
      decimals,
    }));
    await world().db.insertInto("keystone.instrument").values(rows).execute();
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 77 }), quantity, async (decimals, { whole, fraction }) => {
        const sent = fraction === "" ? whole : `${whole}.${fraction}`;
        const legs = [bond({ instrument_id: `EXACT-${decimals}`, quantity: sent, direction: "deliver" })];
        const { status, body } = await submit(world(), seller, sellOpen({ legs }));
        // 10^77 times the quantity is a whole number, so that no rounding can hide in the comparison.
        const scaled = BigInt(whole + fraction) * 10n ** BigInt(77 - fraction.length);
        const unit = 10n ** BigInt(77 - decimals);
        if (scaled === 0n) expect(body.code).to.equal("validation_error");
        else if (fraction.length > decimals) expect(body.code).to.equal("quantity_precision");
        else if (scaled / unit > MAX_UINT256) expect(body.code).to.equal("quantity_out_of_range");
        else {
          expect(status, JSON.stringify(body)).to.equal(201);
          expect(BigInt(body.legs[0].amount) * unit).to.equal(scaled);
          expect(body.legs[0].quantity).to.equal(sent);
        }
      }),
      { numRuns: 120 },
    );
  });

  it("with one token id need none in the leg, and match what names it", async () => {
    const token_address = `0x${"5d".repeat(20)}`;
    const deed = await register(seller, { token_standard: "ERC-721", decimals: 0, token_id: "7", token_address });
    const any = await register(buyer, { token_standard: "ERC-721", decimals: 0, token_address });
    const legs = (alias: string, sold: string, bought: string, token_id?: string) => [
      bond({ instrument_id: alias, quantity: "1", direction: sold, token_id }),
      cash({ direction: bought }),
    ];
    const first = await submit(world(), seller, sell({ legs: legs(deed.alias, "deliver", "receive") }));
    expect(first.body.legs[0].token_id).to.equal("7");
    const reference = { trade_reference: first.body.trade_reference };
    const other = await submit(world(), buyer, buy({ ...reference, legs: legs(any.alias, "receive", "deliver", "8") }));
    expect(other.body.match_failure).to.deep.equal({ field: "legs.token_id" });
    const same = await submit(world(), buyer, buy({ ...reference, legs: legs(any.alias, "receive", "deliver", "7") }));
    expect(same.body.status).to.equal("matched");
  });
});
