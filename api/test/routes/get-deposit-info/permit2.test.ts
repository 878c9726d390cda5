import { permit2DepositTypedData, termsFromJson } from "@keystoneos/protocol";
import { expect } from "chai";
import { hashTypedData } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import type { Json } from "../../support/client.ts";
import { AWAY, HOME, testDeployment } from "../../support/deployment.ts";
import { indexState, setHeads } from "../../support/facts.ts";
import { matchTrade, type Trade } from "../../support/trades.ts";
import { useWorld } from "../../support/world.ts";

describe("GET /v1/settlements/{settlement_id}/legs/{leg_index}/deposit-info 200, the deposit by signature", () => {
  const world = useWorld();

  async function prepared(): Promise<[Trade, Json]> {
    await setHeads(world(), 1000);
    const trade = await matchTrade(world());
    const { body } = await world().call("GET", `/v1/settlements/${trade.settlementId}`, { token: trade.seller.token });
    await indexState(world(), body.settlement_hash, "AWAITING_DEPOSITS");
    return [trade, body];
  }
  const permit = async (trade: Trade, who: "seller" | "buyer", leg: number): Promise<Json> => {
    const path = `/v1/settlements/${trade.settlementId}/legs/${leg}/deposit-info`;
    return (await world().call("GET", path, { token: trade[who].token })).body.permit2;
  };

  it("is what the escrow hands to Permit2, of exactly these terms, to the digest", async () => {
    const [trade, settlement] = await prepared();
    for (const [who, legIndex, chainId] of [
      ["seller", 0, HOME],
      ["buyer", 1, AWAY],
    ] as const) {
      const typed = await permit(trade, who, legIndex);
      expect(typed.domain).to.deep.include({ name: "Permit2", chainId });
      expect(typed.message.witness.terms).to.deep.equal(settlement.terms);
      expect(typed.message.spender).to.equal(testDeployment().contracts.escrow);
      const deadline = Date.parse(settlement.deposit_deadline) / 1000;
      expect(typed.message.deadline).to.equal(String(deadline));
      const terms = termsFromJson(settlement.terms);
      const nonce = BigInt(typed.message.nonce);
      const expected = permit2DepositTypedData({ terms, legIndex, nonce, deadline: BigInt(deadline) });
      expect(hashTypedData(typed)).to.equal(hashTypedData(expected));
    }
  });

  it("can be signed as it stands, also by wallets that want every type spelt out", async () => {
    const [trade] = await prepared();
    const typed = await permit(trade, "seller", 0);
    const account = privateKeyToAccount(generatePrivateKey());
    expect(await account.signTypedData(typed)).to.match(/^0x[0-9a-f]{130}$/);
    expect(typed.types.EIP712Domain.map(({ name }: Json) => name)).to.deep.equal(Object.keys(typed.domain));
    for (const [name, fields] of Object.entries(typed.types) as [string, Json[]][]) {
      for (const { type } of fields) {
        const struct = type.replace("[]", "");
        const plain = /^(u?int\d+|bytes\d+|address|string)$/.test(struct);
        expect(plain || struct in typed.types, `${name} refers to ${struct}`).to.equal(true);
      }
    }
  });

  it("has one nonce for a leg however often it is asked for, and another for every other leg", async () => {
    const [trade] = await prepared();
    const [other] = await prepared();
    const nonces = await Promise.all([
      permit(trade, "seller", 0),
      permit(trade, "seller", 0),
      permit(trade, "buyer", 1),
      permit(other, "seller", 0),
    ]);
    const [first, again, ...others] = nonces.map(({ message }) => message.nonce);
    expect(again).to.equal(first);
    expect(new Set([first, ...others]).size).to.equal(3);
  });
});
