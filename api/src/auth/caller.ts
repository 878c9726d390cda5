import type { Store } from "@keystoneos/store";
import type { JWTPayload } from "jose";
import { ApiError } from "../errors/api-error.ts";
import { rightsOf } from "./rights.ts";

/** Who calls: one environment of one platform, by a machine token. */
export interface Caller {
  environmentId: string;
  environmentSlug: string;
  platformId: string;
  platformSlug: string;
  platformStatus: "active" | "suspended";
  /** The OIDC client. */
  clientId: string;
  rights: ReadonlySet<string>;
}

/** Binds verified claims to an environment by the client they were issued to. Throws ApiError 403. */
export async function findCaller(db: Store, claims: JWTPayload): Promise<Caller> {
  const clientId = typeof claims.azp === "string" ? claims.azp : claims.client_id;
  const environment =
    typeof clientId === "string"
      ? await db
          .selectFrom("keystone.environment as environment")
          .innerJoin("keystone.platform as platform", "platform.id", "environment.platform_id")
          .select(["environment.id", "environment.slug", "environment.is_active", "platform.id as platform_id"])
          .select(["platform.slug as platform_slug", "platform.status as platform_status"])
          .where("environment.auth0_client_id", "=", clientId)
          .executeTakeFirst()
      : undefined;
  if (environment === undefined) {
    throw new ApiError("environment_unknown", "The token's client is bound to no environment; register its client id");
  }
  if (!environment.is_active) {
    throw new ApiError("environment_inactive", "The environment is inactive; a platform manager can reactivate it");
  }
  return {
    environmentId: environment.id,
    environmentSlug: environment.slug,
    platformId: environment.platform_id,
    platformSlug: environment.platform_slug,
    platformStatus: environment.platform_status,
    clientId: clientId as string,
    rights: rightsOf(claims.scope),
  };
}
