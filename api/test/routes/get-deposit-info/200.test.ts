import { hashTerms, termsFromJson, walletCommitment } from "@keystoneos/protocol";
import { escrowAbi } from "@keystoneos/protocol/abi";
import { expect } from "chai";
import { decodeFunctionData, erc20Abi, type Hex } from "viem";
import type { Json } from "../../support/client.ts";
import { AWAY, HOME, TOKENS, testDeployment } from "../../support/deployment.ts";
import { hashOf, indexState, setHeads } from "../../support/facts.ts";
import { BUYER_WALLET, bond, buyOpen, cash, SELLER_WALLET, sellOpen } from "../../support/instructions.ts";
import { matchTrade, type Trade } from "../../support/trades.ts";
import { useWorld } from "../../support/world.ts";

describe("GET /v1/settlements/{settlement_id}/legs/{leg_index}/deposit-info 200", () => {
  const world = useWorld();
  const { escrow } = testDeployment().contracts;

  async function awaitingDeposits(changes: Parameters<typeof matchTrade>[1] = {}): Promise<[Trade, Json]> {
    await setHeads(world(), 1000);
    const trade = await matchTrade(world(), changes);
    const { body } = await world().call("GET", `/v1/settlements/${trade.settlementId}`, { token: trade.seller.token });
    await indexState(world(), body.settlement_hash, "AWAITING_DEPOSITS");
    return [trade, body];
  }
  const info = async (trade: Trade, who: "seller" | "buyer", leg: number, query = ""): Promise<Json> => {
    const path = `/v1/settlements/${trade.settlementId}/legs/${leg}/deposit-info${query}`;
    const { status, body } = await world().call("GET", path, { token: trade[who].token });
    expect(status, JSON.stringify(body)).to.equal(200);
    return body;
  };

  it("gives the owner the two calls that deposit the leg, and nobody's secret but its own", async () => {
    const [trade, settlement] = await awaitingDeposits();
    const body = await info(trade, "seller", 0);
    expect(body).to.deep.include({
      settlement_id: trade.settlementId,
      settlement_hash: settlement.settlement_hash,
      leg_index: 0,
      escrow_address: escrow,
      chain_id: HOME,
      token_address: TOKENS.bond,
      token_standard: "ERC-20",
      token_id: null,
      deposit_amount: `1000000${"0".repeat(18)}`,
      approval_amount: `1000000${"0".repeat(18)}`,
      depositor: SELLER_WALLET,
      value: "0",
      message_fee: null,
      deadline: settlement.deposit_deadline,
    });
    const approval = decodeFunctionData({ abi: erc20Abi, data: body.approval_calldata });
    expect(approval).to.deep.equal({ functionName: "approve", args: [escrow, 1_000_000n * 10n ** 18n] });
    const deposit = decodeFunctionData({ abi: escrowAbi, data: body.calldata });
    expect(deposit.functionName).to.equal("depositLeg");
    const [terms, legIndex, secret, openings] = deposit.args as unknown as [never, bigint, Hex, unknown[]];
    expect(hashTerms(terms)).to.equal(settlement.settlement_hash);
    expect(terms).to.deep.equal(termsFromJson(settlement.terms));
    expect(legIndex).to.equal(0n);
    expect(openings).to.deep.equal([]);
    expect(walletCommitment(secret, SELLER_WALLET)).to.equal(settlement.terms.parties[1]);
    const other = await info(trade, "buyer", 1);
    const [, , buyersSecret] = decodeFunctionData({ abi: escrowAbi, data: other.calldata }).args as unknown as [
      never,
      bigint,
      Hex,
    ];
    expect(walletCommitment(buyersSecret, BUYER_WALLET)).to.equal(settlement.terms.parties[3]);
    expect(JSON.stringify(body)).to.not.include(buyersSecret.slice(2));
  });

  it("opens the wallet where it is paid and deposits nothing", async () => {
    const [trade, settlement] = await awaitingDeposits();
    const { reveal } = await info(trade, "seller", 0);
    expect(reveal).to.deep.include({ chain_id: AWAY, escrow_address: escrow });
    const call = decodeFunctionData({ abi: escrowAbi, data: reveal.calldata });
    expect(call.functionName).to.equal("reveal");
    const [terms, [opening]] = call.args as unknown as [never, [{ partyIndex: number; secret: Hex; wallet: Hex }]];
    expect(hashTerms(terms)).to.equal(settlement.settlement_hash);
    expect(opening.partyIndex).to.equal(1);
    expect(opening.wallet).to.equal(SELLER_WALLET);
    expect(walletCommitment(opening.secret, opening.wallet)).to.equal(settlement.terms.parties[1]);
  });

  it("has nothing to open on one chain, nor where the wallet is open already", async () => {
    const template_slug = "dvp-standard";
    const home = cash({ chain_id: HOME });
    const [same] = await awaitingDeposits({
      seller: { template_slug, legs: [bond({ direction: "deliver" }), { ...home, direction: "receive" }] },
      buyer: { template_slug, legs: [bond({ direction: "receive" }), { ...home, direction: "deliver" }] },
    });
    expect((await info(same, "seller", 0)).reveal).to.equal(null);
    const [trade, settlement] = await awaitingDeposits();
    await world()
      .db.insertInto("indexer.revealed_wallet")
      .values({
        chain_id: BigInt(AWAY),
        settlement_hash: settlement.settlement_hash,
        party_index: 1,
        wallet: SELLER_WALLET,
        tx_hash: hashOf("opened"),
      })
      .execute();
    expect((await info(trade, "seller", 0)).reveal).to.equal(null);
  });

  it("goes on without a fee quote while no node answers", async () => {
    const [trade] = await awaitingDeposits();
    expect(await info(trade, "buyer", 1)).to.deep.include({ chain_id: AWAY, message_fee: null, value: "0" });
  });

  it("attaches the quoted fee off the coordinator's chain, for terms and all", async () => {
    const [trade, settlement] = await awaitingDeposits();
    const asked: unknown[] = [];
    const chains = {
      ...world().deps.chains,
      quoteLocked: async (...args: unknown[]) => {
        asked.push(args);
        return 123_456n;
      },
    };
    const { call } = await world().serve({ chains });
    const path = (leg: number) => `/v1/settlements/${trade.settlementId}/legs/${leg}/deposit-info`;
    const away = await call("GET", path(1), { token: trade.buyer.token });
    expect(away.body).to.deep.include({ message_fee: "123456", value: "123456" });
    const home = await call("GET", path(0), { token: trade.seller.token });
    expect(home.body).to.deep.include({ message_fee: null, value: "0" });
    expect(asked).to.deep.equal([[AWAY, termsFromJson(settlement.terms)]]);
  });

  it("takes the accepted terms of a party that named nothing to receive", async () => {
    const [trade, settlement] = await awaitingDeposits({ seller: sellOpen(), buyer: { legs: buyOpen().legs } });
    for (const [who, leg] of [
      ["seller", 0],
      ["buyer", 1],
    ] as const) {
      const accepted = await info(trade, who, leg, `?settlement_hash=${settlement.settlement_hash}`);
      expect(accepted.calldata).to.be.a("string");
    }
    const upper = settlement.settlement_hash.toUpperCase().replace("0X", "0x");
    expect((await info(trade, "seller", 0, `?settlement_hash=${upper}`)).leg_index).to.equal(0);
  });

  it("takes the hash from a party that need not send it", async () => {
    const [trade, settlement] = await awaitingDeposits();
    const body = await info(trade, "seller", 0, `?settlement_hash=${settlement.settlement_hash}`);
    expect(body.settlement_hash).to.equal(settlement.settlement_hash);
  });

  it("has no calldata once the secret is gone", async () => {
    const [trade] = await awaitingDeposits();
    await world().db.deleteFrom("keystone.commitment_secret").where("settlement_id", "=", trade.settlementId).execute();
    expect(await info(trade, "seller", 0)).to.deep.include({ calldata: null, reveal: null });
  });
});
