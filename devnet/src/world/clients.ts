import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { connect } from "@keystoneos/store";
import { DevnetError } from "../errors.ts";

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

const PLATFORMS = [
  { platform: "northwind", name: "Northwind Custody", environment: "local" },
  { platform: "meridian", name: "Meridian Bank", environment: "local" },
] as const;

/** Has the issuer create one client for each platform, unless `file` (mode 0600) holds them already. */
export async function ensureClients(
  file: string,
  issuerUrl: string,
  adminToken: string,
): Promise<[WorldClient, WorldClient]> {
  if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8"));
  const create = async (platform: (typeof PLATFORMS)[number]): Promise<WorldClient> => {
    const response = await fetch(`${issuerUrl}clients`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${adminToken}` },
      body: JSON.stringify({ name: platform.name }),
    });
    if (response.status !== 201)
      throw new DevnetError("ClientNotCreated", `The issuer refused: ${await response.text()}`);
    const { client_id, client_secret } = (await response.json()) as { client_id: string; client_secret: string };
    return { ...platform, clientId: client_id, clientSecret: client_secret };
  };
  const clients: [WorldClient, WorldClient] = [await create(PLATFORMS[0]), await create(PLATFORMS[1])];
  writeFileSync(`${file}.new`, `${JSON.stringify(clients, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
  return clients;
}

/** Gives every client its platform and environment in the database. Repeating it changes nothing. */
export async function seedPlatforms(databaseUrl: string, clients: readonly WorldClient[]): Promise<void> {
  const db = connect({ databaseUrl });
  try {
    for (const { platform, name, environment, clientId } of clients) {
      const { id } = await db
        .insertInto("keystone.platform")
        .values({ slug: platform, name, auth0_org_id: `org_local_${platform}` })
        .onConflict((conflict) => conflict.column("slug").doUpdateSet({ name }))
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
