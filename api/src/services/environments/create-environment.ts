import type { PlatformCaller } from "../../auth/caller.ts";
import type { Dependencies, RequestFacts } from "../../context.ts";
import type { EnvironmentCreate, EnvironmentRead } from "../../schemas/environment.ts";
import { callersActivity, recordActivity } from "../activity.ts";
import { type IdempotentRequest, makeOnce } from "../idempotency.ts";
import { findPlatform } from "../platforms/select-platform.ts";
import { checkClient, taken } from "./check-client.ts";
import { keepWebhook } from "./keep-webhook.ts";
import { findEnvironment, renderEnvironment } from "./select-environment.ts";

export interface EnvironmentSubmission {
  caller: PlatformCaller;
  input: EnvironmentCreate;
  request: IdempotentRequest | null;
  facts: RequestFacts;
}

/**
 * Makes an environment of the caller's platform. Throws ApiError 409 slug_taken, client_id_taken, idempotency_key_reused, 422
 * webhook_url_forbidden, ValidationError for a client that the directory does not have, ApiError 503; then there is none.
 */
export async function createEnvironment(
  deps: Dependencies,
  { caller, input, request, facts }: EnvironmentSubmission,
): Promise<{ environment: EnvironmentRead; replayed: boolean }> {
  const { db, directory } = deps;
  const { name, slug, auth0_client_id, default_timeout_seconds } = input;
  const make = () =>
    makeOnce(db, request, async (trx) => {
      const platform = await findPlatform(trx, caller.platformId);
      const { id } = await trx
        .insertInto("keystone.environment")
        .values({ platform_id: caller.platformId, name, slug, auth0_client_id, default_timeout_seconds })
        .returning("id")
        .executeTakeFirstOrThrow();
      await keepWebhook(trx, deps, { id, webhook_endpoint_id: null }, input);
      await recordActivity(trx, [
        callersActivity({ ...caller, environmentId: id }, facts, {
          type: "environment.created",
          category: "environment",
          description: `Environment ${slug} created`,
          resourceType: "environment",
          resourceId: id,
          statusCode: 201,
          detail: { slug, auth0_client_id },
        }),
      ]);
      // Last, when the database has no objection left: the directory is only read.
      await checkClient(deps, auth0_client_id, platform.auth0_org_id);
      return id;
    });
  const { id, replayed } = await taken(directory.limited(make));
  return { environment: renderEnvironment(await findEnvironment(db, caller.platformId, id)), replayed };
}
