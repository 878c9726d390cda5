import { liesIn, parseAddress, parseBlock } from "../addresses.ts";
import type { Dependencies } from "../context.ts";
import { ApiError } from "../errors/api-error.ts";
import type { Access } from "./access.ts";
import type { Actor, Caller, PlatformCaller } from "./caller.ts";
import { findSession } from "./find-session.ts";
import { platformOf, type Tenant, tenantOfClient, tenantOfUser } from "./find-tenant.ts";
import { type Identity, identityOf } from "./identity.ts";
import { rightsOf } from "./rights.ts";

/** What of a request decides who calls. */
export interface Credentials {
  /** The bearer token. */
  token: string;
  method: string;
  /** Where the call comes from; null when that is not known. */
  ip: string | null;
  /** `X-Keystone-Environment`. */
  environmentSlug: string | undefined;
}

/** A caller that is known, with the environment it calls for where there is one. What it may do here is not judged yet. */
export type Admission =
  | { on: "environment"; caller: Caller; tenant: Tenant }
  | { on: "platform"; caller: PlatformCaller; tenant: Tenant | null }
  | { on: "admin"; caller: Actor; tenant: Tenant | null };

/** Finds out who calls. Throws ApiError 400, 401, 403, or 503 while the issuer's keys cannot be had. */
export async function admit(deps: Dependencies, access: Access, credentials: Credentials): Promise<Admission> {
  if (deps.sessions.claims(credentials.token)) return { on: access.on, ...(await admitSession(deps, credentials)) };
  const identity = identityOf(await deps.tokens.verify(credentials.token));
  if (identity.kind === "user") return admitUser(deps, access, credentials, identity);
  return { on: access.on, ...(await admitMachine(deps, credentials, identity)) };
}

async function admitSession(
  { db, sessions }: Dependencies,
  { token }: Credentials,
): Promise<{ caller: Caller; tenant: Tenant }> {
  const sessionId = await sessions.verify(token);
  const { tenant, scopes, settlementIds } = await findSession(db, sessionId);
  checkActive(tenant);
  const actor: Actor = { kind: "session", actorId: sessionId, rights: rightsOf("session", scopes) };
  return { caller: callerOf(actor, tenant, settlementIds), tenant };
}

async function admitMachine(
  { db }: Dependencies,
  { ip }: Credentials,
  { clientId, rights }: Extract<Identity, { kind: "m2m" }>,
): Promise<{ caller: Caller; tenant: Tenant }> {
  const tenant = clientId === null ? undefined : await tenantOfClient(db, clientId);
  if (tenant === undefined || clientId === null) {
    throw new ApiError("environment_unknown", "The token's client is bound to no environment; register its client id");
  }
  checkActive(tenant);
  checkAddress(tenant, ip);
  const actor: Actor = { kind: "m2m", actorId: clientId, rights };
  return { caller: callerOf(actor, tenant, null), tenant };
}

async function admitUser(
  { db }: Dependencies,
  access: Access,
  { environmentSlug, method }: Credentials,
  { userId, orgId, rights, admin }: Extract<Identity, { kind: "user" }>,
): Promise<Admission> {
  const actor: Actor = { kind: "user", actorId: userId, rights };
  if (access.on === "admin") {
    const caller = admin
      ? ({ ...actor, kind: "admin", rights: rightsOf("admin", ["keystone:admin"]) } as const)
      : actor;
    return { on: "admin", caller, tenant: null };
  }
  const platform = orgId === null ? undefined : await platformOf(db, orgId);
  if (platform === undefined || orgId === null) {
    throw new ApiError("environment_unknown", "The token's organization is no platform");
  }
  if (access.on === "platform") {
    const { platform_id, platform_slug, platform_status } = platform;
    const owner = { platformId: platform_id, platformSlug: platform_slug, platformStatus: platform_status };
    return { on: "platform", caller: { ...actor, ...owner, environmentId: null }, tenant: null };
  }
  const loc = ["header", "x-keystone-environment"];
  if (environmentSlug === undefined || environmentSlug === "") {
    const detail = "Send the header X-Keystone-Environment with the slug of an environment";
    throw new ApiError("environment_header_required", detail, { loc });
  }
  const tenant = await tenantOfUser(db, orgId, environmentSlug);
  if (tenant === undefined) throw new ApiError("environment_unknown", "The platform has no such environment", { loc });
  // A user still reads an inactive environment, to decide whether to reactivate it.
  if (method !== "GET") checkActive(tenant);
  return { on: "environment", caller: callerOf(actor, tenant, null), tenant };
}

function callerOf(actor: Actor, tenant: Tenant, settlementIds: Caller["settlementIds"]): Caller {
  return {
    ...actor,
    platformId: tenant.platform_id,
    platformSlug: tenant.platform_slug,
    platformStatus: tenant.platform_status,
    environmentId: tenant.environment_id,
    settlementIds,
  };
}

function checkActive(tenant: Tenant): void {
  if (tenant.is_active) return;
  throw new ApiError("environment_inactive", "The environment is inactive; a platform manager can reactivate it");
}

function checkAddress({ allowed_ips }: Tenant, ip: string | null): void {
  if (allowed_ips.length === 0) return;
  const address = ip === null ? null : parseAddress(ip);
  if (address !== null && liesIn(address, allowed_ips.map(parseBlock))) return;
  throw new ApiError("ip_not_allowed", "The environment takes machine tokens from listed addresses only");
}
