import { join } from "node:path";
import { evidenceHash } from "@keystoneos/protocol";
import { expect } from "chai";
import type { Hex } from "viem";
import type { Instruction, Settlement } from "../../devnet/src/demo/api-shapes.ts";
import { reachChains } from "../../devnet/src/demo/chains.ts";
import { type Role, twoChains, uniqueKey } from "../../devnet/src/demo/context.ts";
import { connectPlatform, type Platform } from "../../devnet/src/demo/platform.ts";
import { until } from "../../devnet/src/demo/wait.ts";
import { localAccount } from "../../devnet/src/keys.ts";
import { loadSecrets } from "../../devnet/src/world/secrets.ts";
import { crossChainSpec } from "./support/trade.ts";
import { sharedWorld, type World } from "./support/world.ts";

const OPERATOR = "operator|e2e";

interface Event {
  to_state: string;
  gate: string;
  triggered_by: string;
  evidence_hash: Hex;
  chain: { tx_hash: Hex };
}
interface Logged {
  actor_id: string;
  detail: { intent_id: string; reason: string };
}

describe("interventions of operators, on the real stack", function () {
  this.timeout(240_000);
  let world: World;
  let platforms: Record<Role, Platform>;
  let token: string;

  before(async () => {
    world = await sharedWorld();
    platforms = { seller: connectPlatform(world, world.clients[0]), buyer: connectPlatform(world, world.clients[1]) };
    const { issuerAdminToken } = loadSecrets(join(world.dir, "secrets.json"));
    const response = await fetch(new URL("/user-tokens", world.issuer.tokenUrl), {
      method: "POST",
      headers: { authorization: `Bearer ${issuerAdminToken}`, "content-type": "application/json" },
      body: JSON.stringify({ user_id: OPERATOR, permissions: ["keystone:admin"] }),
    });
    token = ((await response.json()) as { access_token: string }).access_token;
  });

  /** What an operator asks, and how it is answered. */
  async function admin<T>(path: string, json?: unknown): Promise<{ status: number; body: T }> {
    const response = await fetch(`${world.apiUrl}/admin${path}`, {
      method: json === undefined ? "GET" : "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    });
    return { status: response.status, body: (await response.json()) as T };
  }

  /** A trade that waits in COMPLIANCE_CHECKING, because the seller has no name. */
  async function flagged(): Promise<Settlement> {
    const { template, transfers } = crossChainSpec(world);
    const timeout_at = new Date(Date.now() + 600_000).toISOString();
    let made: Instruction | undefined;
    for (const [index, role] of (["seller", "buyer"] as const).entries()) {
      const name = role === "seller" ? null : "Harbour Cash Desk";
      const body = {
        template_slug: template,
        role,
        party: { external_reference: `desk-${role}`, name, wallet_address: world.parties[16 + index] },
        legs: transfers.map(({ from, alias, chainId, quantity }) => ({
          instrument_id: alias,
          chain_id: chainId,
          quantity,
          direction: from === role ? "deliver" : "receive",
        })),
        timeout_at,
        trade_reference: made?.trade_reference ?? null,
      };
      made = await platforms[role].post<Instruction>("/instructions", body, uniqueKey("intervention"));
    }
    if (made?.settlement_id == null) throw new Error("the instructions do not match");
    return reach(
      made.settlement_id,
      ({ compliance, state }) => compliance.status === "flagged" && state === "COMPLIANCE_CHECKING",
      "a flagged check of a settlement on chain",
    );
  }

  const reach = (id: string, reached: (settlement: Settlement) => boolean, what: string) =>
    until(
      () => what,
      60_000,
      async () => {
        const now = await platforms.seller.get<Settlement>(`/settlements/${id}`);
        return reached(now) ? now : undefined;
      },
    );

  it("roll back by the operator's key once, with evidence that the activity log proves to anyone", async () => {
    const { id } = await flagged();
    const ask = { reason: "The seller did not say who it is", confirm: true };
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => admin<{ status: string; intent_id: string }>(`/settlements/${id}/rollback`, ask)),
    );
    expect(answers.map(({ status }) => status)).to.deep.equal(Array(6).fill(200));
    expect(answers.filter(({ body }) => body.status === "submitted")).to.have.length(1);

    await reach(id, ({ state }) => state === "ROLLED_BACK", "the rollback");
    const { items } = await platforms.buyer.get<{ items: Event[] }>(`/settlements/${id}/events`);
    const last = items.at(-1) as Event;
    expect(last).to.include({ to_state: "ROLLED_BACK", gate: "MANUAL", triggered_by: `admin:${OPERATOR}` });
    const log = await admin<{ items: Logged[] }>(`/activity?resource_id=${id}&actor_type=admin`);
    const [row, ...more] = log.body.items as [Logged, ...Logged[]];
    expect(more).to.deep.equal([]);
    const { intent_id, reason } = row.detail;
    expect(last.evidence_hash).to.equal(evidenceHash({ intent_id, actor: row.actor_id, reason }));
    const hash = last.chain.tx_hash;
    const receipt = await reachChains(world).client(twoChains(world).home).getTransactionReceipt({ hash });
    expect(receipt.from.toLowerCase()).to.equal(localAccount("operator").address.toLowerCase());
    expect((await admin<{ status: string }>(`/settlements/${id}/rollback`, ask)).body.status).to.equal("already_done");
  });

  it("decide what is flagged, and are held by the chain from there on", async () => {
    const { id } = await flagged();
    const ask = { reason: "Known to us", confirm: true };
    const decided = await admin(`/settlements/${id}/compliance-override`, { ...ask, decision: "approve" });
    expect(decided.status).to.equal(200);
    await reach(id, ({ state }) => state === "AWAITING_DEPOSITS", "the clearance");
    const refused = await admin<{ code: string; context: unknown }>(`/settlements/${id}/rollback`, ask);
    expect(refused.status).to.equal(409);
    expect(refused.body).to.deep.include({
      code: "transition_not_allowed_on_chain",
      context: { allowed_targets: [] },
    });
    expect((await admin(`/settlements/${id}/retry`, ask)).status).to.equal(200);
    const pipeline = await admin<{ states: { state: string; count: number }[] }>("/settlements/pipeline");
    expect(pipeline.body.states.find(({ state }) => state === "AWAITING_DEPOSITS")?.count).to.be.at.least(1);
  });
});
