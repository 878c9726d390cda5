import { type Terms, termsFromJson } from "@keystoneos/protocol";
import { registryAbi } from "@keystoneos/protocol/abi";
import { ConflictError } from "@keystoneos/sdk";
import { expect } from "chai";
import pg from "pg";
import { type Address, createTestClient, createWalletClient, type Hex, http, zeroHash } from "viem";
import type { Settlement } from "../../devnet/src/demo/api-shapes.ts";
import { type Chains, reachChains } from "../../devnet/src/demo/chains.ts";
import { type Role, twoChains, uniqueKey } from "../../devnet/src/demo/context.ts";
import { connectPlatform, type Platform } from "../../devnet/src/demo/platform.ts";
import { until } from "../../devnet/src/demo/wait.ts";
import { localAccount } from "../../devnet/src/keys.ts";
import { crossChainSpec } from "./support/trade.ts";
import { sharedWorld, type World } from "./support/world.ts";

interface Check {
  check_type: string;
  status: string;
  decided_by: string | null;
  attestation: { attester: Address; tx_hash: Hex; block: number } | null;
}
type Screened = Settlement & { compliance: { status: string; checks: Check[] } };

/** Near a name of the shipped list, and on none. */
const NEAR_NAME = "KEYSTONE TEST BLOCKED 09";

describe("decisions about flagged parties, on the real stack", function () {
  this.timeout(240_000);
  let world: World;
  let chains: Chains;
  let platforms: Record<Role, Platform>;
  let db: pg.Client;

  before(async () => {
    world = await sharedWorld();
    chains = reachChains(world);
    platforms = { seller: connectPlatform(world, world.clients[0]), buyer: connectPlatform(world, world.clients[1]) };
    db = new pg.Client({ connectionString: world.databaseUrl });
    await db.connect();
  });
  after(() => db?.end());

  const read = (id: string, role: Role = "seller") => platforms[role].get<Screened>(`/settlements/${id}`);
  const decide = (id: string, role: Role, decision: "approve" | "reject") =>
    platforms[role].post<Screened>(`/settlements/${id}/compliance-decision`, { decision }, uniqueKey("decision"));

  /** A match of two parties of these names; null is none. */
  async function match(names: Record<Role, string | null>): Promise<{ settlement: Screened; terms: Terms }> {
    const { template, transfers } = crossChainSpec(world);
    const timeout_at = new Date(Date.now() + 600_000).toISOString();
    let reference: string | null = null;
    let id: string | null = null;
    for (const [index, role] of (["seller", "buyer"] as const).entries()) {
      const body = {
        template_slug: template,
        role,
        party: { external_reference: `desk-${role}`, name: names[role], wallet_address: world.parties[18 + index] },
        legs: transfers.map(({ from, alias, chainId, quantity }) => ({
          instrument_id: alias,
          chain_id: chainId,
          quantity,
          direction: from === role ? "deliver" : "receive",
        })),
        timeout_at,
        trade_reference: reference,
      };
      const made: { trade_reference: string; settlement_id: string | null } = await platforms[role].post(
        "/instructions",
        body,
        uniqueKey("compliance"),
      );
      reference = made.trade_reference;
      id = made.settlement_id;
    }
    if (id === null) throw new Error("the instructions do not match");
    const settlement = await read(id);
    return { settlement, terms: termsFromJson(settlement.terms) };
  }

  /** What the attester's newest word at the registry is. */
  async function stated({ settlement, terms }: { settlement: Settlement; terms: Terms }) {
    const [statuses, validUntil, sequence] = await chains.client(twoChains(world).home).readContract({
      address: world.deployment.contracts.registry,
      abi: registryAbi,
      functionName: "statementOf",
      args: [settlement.settlement_hash, world.deployment.templates.attesters[0] as Address, [...terms.parties]],
    });
    return { word: statuses.join(), validUntil, sequence };
  }
  const untilStated = (trade: { settlement: Settlement; terms: Terms }, word: string) =>
    until(
      () => `the word ${word}`,
      60_000,
      async () => {
        const now = await stated(trade);
        return now.word === word ? now : undefined;
      },
    );
  const untilState = (id: string, state: string) =>
    until(
      () => `the state ${state}`,
      60_000,
      async () => {
        const now = await read(id);
        return now.state === state ? now : undefined;
      },
    );

  it("attest each side's own approval above what was attested before, and clear when nothing is flagged any more", async () => {
    const trade = await match({ seller: null, buyer: NEAR_NAME });
    const { id } = trade.settlement;
    const flagged = await untilStated(trade, "2,1,2,1");
    expect(flagged.validUntil).to.be.at.least(trade.terms.settleDeadline);
    expect((await untilState(id, "COMPLIANCE_CHECKING")).compliance.status).to.equal("flagged");

    const first = await decide(id, "seller", "approve");
    expect(first.state).to.equal("COMPLIANCE_CHECKING");
    expect(first.compliance.status).to.equal("flagged");
    const half = await untilStated(trade, "1,1,2,1");
    expect(half.sequence > flagged.sequence).to.equal(true);
    expect((await read(id)).state).to.equal("COMPLIANCE_CHECKING");
    const again = await decide(id, "seller", "reject").catch((error: unknown) => error);
    expect(again).to.be.instanceOf(ConflictError).with.property("code", "not_awaiting_compliance_decision");

    await decide(id, "buyer", "approve");
    const cleared = await untilStated(trade, "1,1,1,1");
    expect(cleared.sequence > half.sequence).to.equal(true);
    expect((await untilState(id, "AWAITING_DEPOSITS")).compliance.status).to.equal("cleared");

    const { checks } = (await read(id, "buyer")).compliance;
    expect(checks.map(({ check_type, status }) => [check_type, status])).to.have.deep.members([
      ["entity", "pass"],
      ["wallet", "pass"],
    ]);
    const { attestation } = checks.find(({ check_type }) => check_type === "entity") as Check;
    expect(attestation?.attester).to.equal(world.deployment.templates.attesters[0]);
    const hash = attestation?.tx_hash as Hex;
    const receipt = await chains.client(twoChains(world).home).getTransactionReceipt({ hash });
    expect(receipt.status).to.equal("success");
    expect(receipt.to?.toLowerCase()).to.equal(world.deployment.contracts.registry.toLowerCase());
    expect(Number(receipt.blockNumber)).to.equal(attestation?.block);

    const told = async () => {
      const { items } = await platforms.seller.get<{ items: { event: string }[] }>(`/events?settlement_id=${id}`);
      return items.map(({ event }) => event).filter((event) => event.startsWith("settlement.compliance."));
    };
    await until(
      () => "the event of clearance",
      60_000,
      async () => ((await told()).includes("settlement.compliance.cleared") ? true : undefined),
    );
    expect(await told()).to.deep.equal(["settlement.compliance.flagged", "settlement.compliance.cleared"]);
  });

  it("attest a rejection that was made while no relayer ran, and that ends the settlement", async () => {
    const trade = await match({ seller: "Alpine Bond Desk", buyer: NEAR_NAME });
    const { id } = trade.settlement;
    await untilStated(trade, "1,1,2,1");
    await world.kill("relayer");
    try {
      const decided = await decide(id, "buyer", "reject");
      expect(decided.compliance.status).to.equal("failed");
      expect((await stated(trade)).word).to.equal("1,1,2,1");
    } finally {
      await world.start("relayer");
    }
    await untilStated(trade, "1,1,3,1");
    await untilState(id, "ROLLED_BACK");
    const { items } = await platforms.buyer.get<{ items: { to_state: string; gate: string }[] }>(
      `/settlements/${id}/events`,
    );
    expect(items.at(-1)).to.include({ to_state: "ROLLED_BACK", gate: "COMPLIANCE_FAILED" });
    const late = await decide(id, "buyer", "approve").catch((error: unknown) => error);
    expect(late).to.be.instanceOf(ConflictError).with.property("code", "not_awaiting_compliance_decision");
  });

  it("hold for one round of screening: the next one flags again, and takes the clearance back until it is decided", async () => {
    const recheckAt = (states: string[]) =>
      db.query(
        "UPDATE keystone.template SET config = jsonb_set(config, '{compliance,recheck_at_states}', $1) WHERE slug = 'dvp-cross-chain'",
        [JSON.stringify(states)],
      );
    await recheckAt(["AWAITING_DEPOSITS"]);
    try {
      const trade = await match({ seller: "Alpine Bond Desk", buyer: NEAR_NAME });
      const { id } = trade.settlement;
      await untilStated(trade, "1,1,2,1");
      await decide(id, "buyer", "approve");
      await untilState(id, "AWAITING_DEPOSITS");
      const again = await untilStated(trade, "1,1,2,1");
      expect((await read(id, "buyer")).compliance.checks.map(({ decided_by }) => decided_by)).to.deep.equal([
        null,
        null,
      ]);
      await decide(id, "buyer", "approve");
      const cleared = await untilStated(trade, "1,1,1,1");
      expect(cleared.sequence > again.sequence).to.equal(true);
      const { rows: rounds } = await db.query(
        "SELECT round, cause FROM keystone.screening_round WHERE settlement_id = $1 ORDER BY round",
        [id],
      );
      expect(rounds).to.deep.equal([
        { round: 1, cause: "COMPLIANCE_CHECKING" },
        { round: 2, cause: "AWAITING_DEPOSITS" },
      ]);
    } finally {
      await recheckAt([]);
    }
  });

  it("are asked for anew when the attester's word would end before a verdict has to be taken", async () => {
    const trade = await match({ seller: "Alpine Bond Desk", buyer: NEAR_NAME });
    const { id, settlement_hash } = trade.settlement;
    const flagged = await untilStated(trade, "1,1,2,1");
    const { home } = twoChains(world);
    const client = chains.client(home);
    const transport = http(world.chains.find(({ chainId }) => chainId === home)?.rpcUrl);
    const { timestamp } = await client.getBlock();
    // The attester's own hand clears everybody, but for a minute only.
    const account = localAccount("attester");
    const wallet = createWalletClient({ account, transport });
    await createTestClient({ mode: "anvil", transport }).setBalance({
      address: account.address,
      value: 10n ** 18n,
    });
    const parties = [...trade.terms.parties];
    const hash = await wallet.writeContract({
      chain: null,
      address: world.deployment.contracts.registry,
      abi: registryAbi,
      functionName: "attest",
      args: [
        settlement_hash,
        parties,
        [1, 1, 1, 1],
        parties.map(() => zeroHash),
        Number(timestamp) + 60,
        flagged.sequence + 10n,
      ],
    });
    expect((await client.waitForTransactionReceipt({ hash })).status).to.equal("success");
    const renewed = await untilStated(trade, "1,1,2,1");
    expect(renewed.sequence > flagged.sequence + 10n).to.equal(true);
    expect(renewed.validUntil).to.be.at.least(trade.terms.settleDeadline);
    const { rows } = await db.query(
      "SELECT cause FROM keystone.screening_round WHERE settlement_id = $1 ORDER BY round",
      [id],
    );
    expect(rows.map(({ cause }) => cause)).to.deep.equal(["COMPLIANCE_CHECKING", "renewal"]);
    expect((await read(id)).state).to.equal("COMPLIANCE_CHECKING");
  });

  it("leave the providers' health as it is told", async () => {
    const { rows } = await db.query("SELECT * FROM keystone.provider_health");
    expect(rows).to.have.length(1);
    const [health] = rows;
    expect(health).to.deep.include({
      name: "sanctions_list",
      circuit_state: "closed",
      failure_count: 0,
      last_error: null,
    });
    expect(health.success_count).to.be.at.least(12);
  });
});
