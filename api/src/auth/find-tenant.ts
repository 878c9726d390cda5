import type { Store } from "@keystoneos/store";
import { sql } from "kysely";

/** An environment with its platform, and all that is asked of a call to it. */
export interface Tenant {
  environment_id: string;
  is_active: boolean;
  api_version: string | null;
  rate_limit_rpm: number | null;
  /** CIDR; no entry means from anywhere. */
  allowed_ips: string[];
  platform_id: string;
  platform_slug: string;
  platform_status: "active" | "suspended";
}

/** Every environment with its platform; the caller says which. */
export function tenants(db: Store) {
  return db
    .selectFrom("keystone.environment as environment")
    .innerJoin("keystone.platform as platform", "platform.id", "environment.platform_id")
    .select(["environment.id as environment_id", "environment.is_active", "environment.api_version"])
    .select(["environment.rate_limit_rpm", "platform.id as platform_id", "platform.slug as platform_slug"])
    .select(["platform.status as platform_status"])
    .select(
      sql<string[]>`ARRAY(SELECT cidr::text FROM keystone.allowed_ip
        WHERE allowed_ip.environment_id = environment.id)`.as("allowed_ips"),
    );
}

/** The environment that a machine's client is bound to. */
export function tenantOfClient(db: Store, clientId: string): Promise<Tenant | undefined> {
  return tenants(db).where("environment.auth0_client_id", "=", clientId).executeTakeFirst();
}

/** The environment that a user chose, among those of the user's organization. */
export function tenantOfUser(db: Store, orgId: string, slug: string): Promise<Tenant | undefined> {
  return tenants(db).where("platform.auth0_org_id", "=", orgId).where("environment.slug", "=", slug).executeTakeFirst();
}

export interface Platform {
  platform_id: string;
  platform_slug: string;
  platform_status: "active" | "suspended";
}

/** The platform of an organization. */
export function platformOf(db: Store, orgId: string): Promise<Platform | undefined> {
  return db
    .selectFrom("keystone.platform as platform")
    .select(["platform.id as platform_id", "platform.slug as platform_slug", "platform.status as platform_status"])
    .where("platform.auth0_org_id", "=", orgId)
    .executeTakeFirst();
}
