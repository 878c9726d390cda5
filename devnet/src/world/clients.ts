import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { connect } from "@keystoneos/store";
import { DevnetError } from "../errors.ts";
import { DEFAULT_SCOPES } from "../issuer/clients.ts";

/** A platform of the local world with the credentials of its one environment. */
export interface WorldClient {
  /** Slug of the platform. */
  platform: string;
  name: string;
  /** Slug of the environment. */
  environment: string;
  clientId: string;
  clientSecret: string;
}

type Seat = Pick<WorldClient, "platform" | "name" | "environment">;

const PLATFORMS: [Seat, Seat] = [
  { platform: "northwind", name: "Northwind Custody", environment: "local" },
  { platform: "meridian", name: "Meridian Bank", environment: "local" },
];
const SANDBOX: [Seat] = [{ platform: "sandbox", name: "Sandbox Counterparty", environment: "local" }];

/** Beside the usual ones, what an integrator needs who has nobody else to ask. */
const INTEGRATOR_SCOPES = [...DEFAULT_SCOPES, "instruments:write", "platform:environments:manage"];

/** The world's two platforms, for whoever integrates. */
export function ensureClients(dir: string, issuerUrl: string, adminToken: string): Promise<[WorldClient, WorldClient]> {
  return ensure(join(dir, "clients.json"), PLATFORMS, INTEGRATOR_SCOPES, issuerUrl, adminToken);
}

/** The platform of the sandbox's counterparty. */
export async function ensureSandboxClient(dir: string, issuerUrl: string, adminToken: string): Promise<WorldClient> {
  const [client] = await ensure(join(dir, "sandbox-client.json"), SANDBOX, DEFAULT_SCOPES, issuerUrl, adminToken);
  return client;
}

/** Has the issuer create one client for each platform, unless `file` (mode 0600) holds them already. */
async function ensure<T extends [Seat, ...Seat[]]>(
  file: string,
  seats: T,
  scopes: string[],
  issuerUrl: string,
  adminToken: string,
): Promise<{ [Each in keyof T]: WorldClient }> {
  if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8"));
  const create = async (seat: Seat): Promise<WorldClient> => {
    const response = await fetch(`${issuerUrl}clients`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${adminToken}` },
      body: JSON.stringify({ name: seat.name, scopes }),
    });
    if (response.status !== 201)
      throw new DevnetError("ClientNotCreated", `The issuer refused: ${await response.text()}`);
    const { client_id, client_secret } = (await response.json()) as { client_id: string; client_secret: string };
    return { ...seat, clientId: client_id, clientSecret: client_secret };
  };
  const clients: WorldClient[] = [];
  for (const seat of seats) clients.push(await create(seat));
  writeFileSync(`${file}.new`, `${JSON.stringify(clients, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
  return clients as { [Each in keyof T]: WorldClient };
}

/**
 * Has the issuer's directory hold an organization for each platform. Resolves to their ids by the platforms' slugs. Repeating it
 * changes nothing.
 */
export async function ensureOrganizations(
  issuerUrl: string,
  directoryClient: { client_id: string; client_secret: string },
  clients: readonly WorldClient[],
): Promise<Map<string, string>> {
  const audience = `${issuerUrl}api/v2/`;
  const { access_token } = await ask<{ access_token: string }>(`${issuerUrl}oauth/token`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ grant_type: "client_credentials", audience, ...directoryClient }),
  });
  const headers = { "content-type": "application/json", authorization: `Bearer ${access_token}` };
  const ids = new Map<string, string>();
  for (const { platform, name } of clients) {
    const body = JSON.stringify({ name: platform, display_name: name });
    await ask(`${audience}organizations`, { method: "POST", headers, body }, 409);
    const { id } = await ask<{ id: string }>(`${audience}organizations/name/${platform}`, { headers });
    ids.set(platform, id);
  }
  return ids;
}

async function ask<T>(url: string, init: RequestInit, alsoFine?: number): Promise<T> {
  const response = await fetch(url, init);
  if (response.ok || response.status === alsoFine) return (await response.json()) as T;
  throw new DevnetError("OrganizationNotCreated", `The issuer refused: ${await response.text()}`);
}

/** Gives every client its platform and environment in the database. Repeating it changes nothing. */
export async function seedPlatforms(
  databaseUrl: string,
  clients: readonly WorldClient[],
  organizations: ReadonlyMap<string, string>,
): Promise<void> {
  const db = connect({ databaseUrl });
  try {
    for (const { platform, name, environment, clientId } of clients) {
      const auth0_org_id = organizations.get(platform) ?? null;
      const { id } = await db
        .insertInto("keystone.platform")
        .values({ slug: platform, name, auth0_org_id })
        .onConflict((conflict) => conflict.column("slug").doUpdateSet({ auth0_org_id }))
        .returning("id")
        .executeTakeFirstOrThrow();
      await db
        .insertInto("keystone.environment")
        .values({ platform_id: id, name: "Local", slug: environment, auth0_client_id: clientId })
        .onConflict((conflict) => conflict.columns(["platform_id", "slug"]).doUpdateSet({ auth0_client_id: clientId }))
        .execute();
    }
  } finally {
    await db.destroy();
  }
}
