import { ALL_RIGHTS, type CallerKind, mayHold } from "../../../src/auth/rights.ts";
import { screenTrade } from "../../support/checks.ts";
import { indexState, setHeads } from "../../support/facts.ts";
import { sell } from "../../support/instructions.ts";
import { addMember, managerToken, operatorToken } from "../../support/members.ts";
import { matchRepo, showState } from "../../support/repos.ts";
import { createSession } from "../../support/sessions.ts";
import { addEnvironment, createTenant, createToken, type Tenant } from "../../support/tenants.ts";
import { matchTrade, submit, type Trade } from "../../support/trades.ts";
import { createEndpoint, WEBHOOKS } from "../../support/webhooks.ts";
import type { World } from "../../support/world.ts";
import { Ownership } from "./ownership.ts";
import { createPools, learn, type Pools } from "./pools.ts";

const DAY = 86_400;

/** A tenant that calls, by each kind of token. Two of a side trade with each other, and with nobody else. */
export interface Player {
  tenant: Tenant;
  name: string;
  side: string;
  tokens: Record<Exclude<CallerKind, "admin">, string>;
  pools: Pools;
}

export interface Cast {
  players: [Player, Player, Player, Player];
  /** An operator: sees everything, and changes platforms that nobody calls for. */
  admin: { token: string; pools: Pools };
  expired: string;
  ownership: Ownership;
  /** Where webhooks go. */
  receiverUrl: string;
  /** Objects of every kind, in every state that an operation needs. */
  supply(): Promise<void>;
}

const rightsOf = (kind: CallerKind) => ALL_RIGHTS.filter((right) => mayHold(kind, right));

/** Tenants, their tokens and objects. `world.call` must reach the API that is asked. */
export async function createCast(world: World, receiverUrl: string): Promise<Cast> {
  const ownership = new Ownership();
  const player = async (name: string, side: string): Promise<Player> => {
    const tenant = await createTenant(world);
    const { platformId, platformSlug, orgId, environmentId, environmentSlug, clientId } = tenant;
    ownership.own(name, side, platformSlug, orgId, environmentSlug, clientId);
    // A settlement names the platform and the environment of every party.
    ownership.ownBySide(side, platformId, environmentId);
    const scope = rightsOf("m2m").join(" ");
    const tokens = {
      m2m: await createToken(world, { clientId, scope, expiresIn: DAY }),
      user: await managerToken(world, tenant, { userId: `auth0|${name}` }),
      session: (await createSession(world, tenant, { scopes: rightsOf("session"), expiresIn: DAY })).token,
    };
    return { tenant, name, side, tokens, pools: createPools() };
  };
  const players: Cast["players"] = [
    await player("ada", "first"),
    await player("ben", "first"),
    await player("cyd", "second"),
    await player("dan", "second"),
  ];
  const admin = { token: await operatorToken(world), pools: createPools() };
  for (const path of ["/v1/settlement-templates", "/v1/instruments", "/v1/platforms/me/roles"]) {
    ownership.share(
      (await world.call("GET", path, { token: players[0].tokens.user, headers: scopeTo(players[0]) })).body,
    );
  }
  const circuit = {
    circuit_state: "closed",
    failure_threshold: 5,
    reset_timeout_seconds: 60,
    half_open_max_calls: 2,
  } as const;
  await world.db
    .insertInto("keystone.provider_health")
    .values({ name: "sanctions_list", ...circuit })
    .execute();
  admin.pools.add("provider_name", "sanctions_list");
  const cast: Cast = {
    players,
    admin,
    expired: await createToken(world, { clientId: players[0].tenant.clientId, expiresIn: -60 }),
    ownership,
    receiverUrl,
    async supply() {
      await setHeads(world, 1000);
      await supplySide(world, cast, players[0], players[1]);
      await supplySide(world, cast, players[2], players[3]);
      const victim = await createTenant(world);
      admin.pools.add("platform_id", victim.platformId);
      admin.pools.add("env_id", victim.environmentId);
    },
  };
  return cast;
}

/** The header with which a user says which environment is meant. */
export const scopeTo = ({ tenant }: Player) => ({ "x-keystone-environment": tenant.environmentSlug });

async function supplySide(world: World, cast: Cast, seller: Player, buyer: Player): Promise<void> {
  for (const player of [seller, buyer]) await supplyTenant(world, player, cast.receiverUrl);
  const tenants: [Tenant, Tenant] = [seller.tenant, buyer.tenant];
  const know = (settlementId: string, ...purposes: string[]) => {
    for (const pools of [seller.pools, buyer.pools, cast.admin.pools]) {
      for (const purpose of ["settlement_id", ...purposes]) pools.add(purpose, settlementId);
    }
  };
  const agreed = async (): Promise<Trade & { hash: `0x${string}` }> => {
    const trade = await matchTrade(world, { tenants });
    const { body } = await world.call("GET", `/v1/settlements/${trade.settlementId}`, { token: seller.tenant.token });
    return { ...trade, hash: body.settlement_hash };
  };
  const flagged = { seller_entity: "flagged", buyer_entity: "flagged" } as const;
  for (const purpose of ["decideCompliance", "overrideCompliance"]) {
    const trade = await agreed();
    await indexState(world, trade.hash, "COMPLIANCE_CHECKING");
    await screenTrade(world, trade, flagged);
    know(trade.settlementId, purpose);
  }
  const fresh = await agreed();
  await indexState(world, fresh.hash, "INSTRUCTED");
  know(fresh.settlementId, "transitionSettlement", "rollbackSettlement", "retrySettlement");
  const awaiting = await agreed();
  await indexState(world, awaiting.hash, "AWAITING_DEPOSITS");
  know(awaiting.settlementId);
  seller.pools.add("getDepositInfo", awaiting.settlementId, { leg_index: "0" });
  buyer.pools.add("getDepositInfo", awaiting.settlementId, { leg_index: "1" });
  const final = await agreed();
  await indexState(world, final.hash, "FINALIZED");
  know(final.settlementId);
  const repo = await matchRepo(world, { tenants });
  await showState(world, repo.opening.settlement_hash, "FINALIZED", "execute");
  await showState(world, repo.closing.settlement_hash, "INSTRUCTED");
  know(repo.opening.id, "triggerMaturity");
  know(repo.closing.id);
  const { body } = await world.call("GET", "/v1/admin/compliance-checks", { token: cast.admin.token });
  learn(cast.admin.pools, "listAdminComplianceChecks", {}, body);
}

/** What a tenant has by itself: environments to change, members to remove, webhooks, and an instruction that waits. */
async function supplyTenant(world: World, { tenant, pools }: Player, url: string): Promise<void> {
  for (let count = 0; count < 3; count++) {
    pools.add("env_id", (await addEnvironment(world, tenant.platformId)).environmentId);
  }
  for (let count = 0; count < 2; count++) pools.add("user_id", (await addMember(world, tenant)).userId);
  await makeRoom(world, tenant);
  pools.add("endpoint_id", (await createEndpoint(world, tenant, { url })).id);
  for (let count = 0; count < 4; count++) {
    pools.add("cancelInstruction", (await submit(world, tenant, sell())).body.id);
  }
}

/** An environment may have 16 endpoints, and whoever has none left is answered nothing new about creating one. */
async function makeRoom(world: World, { token }: Tenant): Promise<void> {
  const { body } = await world.call("GET", WEBHOOKS, { token });
  for (const { id } of body.items.slice(4)) await world.call("DELETE", `${WEBHOOKS}/${id}`, { token });
}
