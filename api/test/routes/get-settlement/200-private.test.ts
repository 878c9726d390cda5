import { walletCommitment } from "@keystoneos/protocol";
import { expect } from "chai";
import type { Json } from "../../support/client.ts";
import { testDeployment } from "../../support/deployment.ts";
import { indexAttestation, indexState, setHeads } from "../../support/facts.ts";
import { BUYER_WALLET, SELLER_WALLET } from "../../support/instructions.ts";
import { createSession } from "../../support/sessions.ts";
import { createToken, createUserToken } from "../../support/tenants.ts";
import { matchTrade, type Trade } from "../../support/trades.ts";
import { useWorld } from "../../support/world.ts";

describe("GET /v1/settlements/{settlement_id} 200, what is private", () => {
  const world = useWorld();
  const { templates } = testDeployment();
  const read = async (trade: Trade, who: "seller" | "buyer" = "seller"): Promise<Json> => {
    const { status, body } = await world().call("GET", `/v1/settlements/${trade.settlementId}`, {
      token: trade[who].token,
    });
    expect(status).to.equal(200);
    return body;
  };

  describe("and its deposit secrets", () => {
    let trade: Trade;
    let hash: `0x${string}`;
    before(async () => {
      await setHeads(world(), 1000);
      trade = await matchTrade(world());
      hash = (await read(trade)).settlement_hash;
    });

    it("gives them in AWAITING_DEPOSITS only, each to its owner only", async () => {
      for (const state of ["INSTRUCTED", "COMPLIANCE_CLEARED", "EXECUTING_SWAP", "FINALIZED"] as const) {
        await indexState(world(), hash, state);
        const { legs } = await read(trade);
        expect(legs.map(({ deposit_secret }: Json) => deposit_secret)).to.deep.equal([null, null]);
      }
      await indexState(world(), hash, "AWAITING_DEPOSITS");
      const [mine, theirs] = [await read(trade, "seller"), await read(trade, "buyer")];
      expect(mine.legs[1].deposit_secret).to.equal(null);
      expect(theirs.legs[0].deposit_secret).to.equal(null);
      expect(walletCommitment(mine.legs[0].deposit_secret, SELLER_WALLET)).to.equal(mine.legs[0].deposit_key);
      expect(walletCommitment(theirs.legs[1].deposit_secret, BUYER_WALLET)).to.equal(theirs.legs[1].deposit_key);
    });

    it("gives them to no token that only reads", async () => {
      await indexState(world(), hash, "AWAITING_DEPOSITS");
      const token = await createToken(world(), { clientId: trade.seller.clientId, scope: "settlements:read" });
      const { body } = await world().call("GET", `/v1/settlements/${trade.settlementId}`, { token });
      expect(body.legs.map(({ deposit_secret }: Json) => deposit_secret)).to.deep.equal([null, null]);
    });

    it("tells everybody on the way not to keep them", async () => {
      const path = `/v1/settlements/${trade.settlementId}`;
      const { headers } = await world().call("GET", path, { token: trade.seller.token });
      expect(headers.get("cache-control")).to.equal("no-store");
    });

    it("neither lists nor logs them", async () => {
      await indexState(world(), hash, "AWAITING_DEPOSITS");
      const { legs } = await read(trade);
      const secret = legs[0].deposit_secret.slice(2);
      const list = await world().call("GET", "/v1/settlements", { token: trade.seller.token });
      expect(JSON.stringify(list.body)).to.not.include(secret);
      expect(world().logged.join("\n")).to.not.include(secret).and.not.include(trade.seller.token);
      const activities = await world().db.selectFrom("keystone.activity_log").selectAll().execute();
      expect(JSON.stringify(activities)).to.not.include(secret);
      const stored = await world().db.selectFrom("keystone.commitment_secret").selectAll().execute();
      expect(stored.some(({ ciphertext }) => ciphertext.toString("hex").includes(secret))).to.equal(false);
    });
  });

  describe("and its compliance", () => {
    it("sums up all parties and shows own checks, their details only to who may write", async () => {
      const trade = await matchTrade(world());
      const parties = await world()
        .db.selectFrom("keystone.party")
        .select(["id", "role"])
        .where("settlement_id", "=", trade.settlementId)
        .orderBy("position")
        .execute();
      const check = (party: number, check_type: "entity" | "wallet", status: "pass" | "flagged" | "fail" | "pending") =>
        world()
          .db.insertInto("keystone.compliance_check")
          .values({
            settlement_id: trade.settlementId,
            party_id: parties[party]?.id as string,
            check_type,
            provider: "sanctions_list",
            status,
            reference_id: `ref-${party}-${check_type}`,
            risk_score: 12.5,
            matched_lists: ["OFAC"],
            decided_by: null,
            decision_reason: null,
          })
          .onConflict((c) => c.columns(["settlement_id", "party_id", "check_type", "provider"]).doUpdateSet({ status }))
          .execute();
      const status = async () => (await read(trade)).compliance.status;
      await check(0, "entity", "pass");
      expect(await status()).to.equal("pending");
      await check(0, "wallet", "pass");
      await check(1, "entity", "flagged");
      expect(await status()).to.equal("flagged");
      await check(1, "entity", "pass");
      expect(await status()).to.equal("pending");
      await check(1, "wallet", "pass");
      expect(await status()).to.equal("cleared");

      const { compliance, settlement_hash, terms } = await read(trade);
      expect(compliance.checks).to.have.length(2);
      expect(compliance.checks.every(({ party_id }: Json) => party_id === parties[0]?.id)).to.equal(true);
      expect(compliance.checks[0]).to.deep.include({
        check_type: "entity",
        reference_id: "ref-0-entity",
        risk_score: 12.5,
        matched_lists: ["OFAC"],
        attestation: null,
      });
      await indexAttestation(world(), settlement_hash, terms, 1);
      expect((await read(trade)).compliance.checks[0].attestation).to.deep.include({
        attester: templates.attesters[0],
      });

      const token = await createToken(world(), { clientId: trade.seller.clientId, scope: "settlements:read" });
      const reader = await world().call("GET", `/v1/settlements/${trade.settlementId}`, { token });
      expect(reader.body.compliance.checks[0]).to.deep.include({
        reference_id: null,
        risk_score: null,
        matched_lists: null,
      });
      const shownTo = async (...permissions: string[]) => {
        const token = await createUserToken(world(), { orgId: trade.seller.orgId, permissions });
        const headers = { "x-keystone-environment": trade.seller.environmentSlug };
        const path = `/v1/settlements/${trade.settlementId}`;
        return (await world().call("GET", path, { token, headers })).body.compliance.checks[0].reference_id;
      };
      expect(await shownTo("settlements:read", "settlements:write")).to.equal(null);
      expect(await shownTo("settlements:read", "compliance:decide")).to.equal("ref-0-entity");
      const scopes = ["settlements:read", "settlements:write"] as const;
      const session = await createSession(world(), trade.seller, { scopes });
      const onSession = await world().call("GET", `/v1/settlements/${trade.settlementId}`, { token: session.token });
      expect(onSession.body.compliance.checks[0].reference_id).to.equal(null);
      await check(1, "wallet", "fail");
      expect(await status()).to.equal("failed");
    });
  });
});
