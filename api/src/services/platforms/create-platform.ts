import { createHash } from "node:crypto";
import type { StoreTransaction } from "@keystoneos/store";
import type { Actor } from "../../auth/caller.ts";
import type { Dependencies, RequestFacts } from "../../context.ts";
import { ApiError } from "../../errors/api-error.ts";
import type { PlatformCreate, PlatformRead } from "../../schemas/platform.ts";
import { callersActivity, recordActivity } from "../activity.ts";
import { writeToDirectory } from "../directory-write.ts";
import { checkClient, clientTaken, taken } from "../environments/check-client.ts";
import type { IdempotentRequest } from "../idempotency.ts";
import { findPlatform, renderPlatform } from "./select-platform.ts";

export interface PlatformSubmission {
  caller: Actor;
  input: PlatformCreate;
  request: IdempotentRequest | null;
  facts: RequestFacts;
}

/** What an organization's name may have at most. */
const MAX_NAME = 50;

/**
 * Registers a platform: its organization in the directory, its row, and the environment `development` bound to the client. Throws
 * ApiError 409 slug_taken, client_id_taken, idempotency_key_reused, ValidationError for a client that the directory does not have,
 * ApiError 503; then there is no platform.
 */
export async function createPlatform(
  deps: Dependencies,
  { caller, input, request, facts }: PlatformSubmission,
): Promise<{ platform: PlatformRead; replayed: boolean }> {
  const { name, slug, auth0_client_id } = input;
  const write = { kind: "create_organization", platformId: null, subject: slug, request } as const;
  const { id, replayed } = await taken(
    writeToDirectory(deps, write, async (trx, attempt) => {
      await checkFree(trx, input);
      await checkClient(deps, auth0_client_id, null);
      await attempt.begin();
      const organization = { name: organizationName(slug), displayName: name, platformId: attempt.id };
      const auth0_org_id = await deps.directory.createOrganization(organization);
      if (auth0_org_id === null) {
        throw new ApiError("slug_taken", "The directory has another organization of this name", {
          loc: ["body", "slug"],
        });
      }
      const platform = { id: attempt.id, name, slug, auth0_org_id };
      await trx.insertInto("keystone.platform").values(platform).execute();
      const environment = await trx
        .insertInto("keystone.environment")
        .values({ platform_id: attempt.id, name: "Development", slug: "development", auth0_client_id })
        .returning(["id", "slug"])
        .executeTakeFirstOrThrow();
      const doer = { ...caller, platformId: attempt.id, environmentId: null };
      await recordActivity(trx, [
        callersActivity(doer, facts, {
          type: "platform.created",
          category: "platform",
          description: `Platform ${slug} registered`,
          resourceType: "platform",
          resourceId: attempt.id,
          statusCode: 201,
          detail: { slug, auth0_org_id },
        }),
        callersActivity({ ...doer, environmentId: environment.id }, facts, {
          type: "environment.created",
          category: "environment",
          description: `Environment ${environment.slug} created`,
          resourceType: "environment",
          resourceId: environment.id,
          statusCode: 201,
          detail: { slug: environment.slug, auth0_client_id },
        }),
      ]);
      return attempt.id;
    }),
  );
  return { platform: renderPlatform(await findPlatform(deps.db, id)), replayed };
}

/** Before anything is asked of the directory: what is taken here would only leave an organization behind. */
async function checkFree(trx: StoreTransaction, { slug, auth0_client_id }: PlatformCreate): Promise<void> {
  const platform = await trx.selectFrom("keystone.platform").select("id").where("slug", "=", slug).executeTakeFirst();
  if (platform !== undefined)
    throw new ApiError("slug_taken", "A platform has this slug already", { loc: ["body", "slug"] });
  const bound = await trx
    .selectFrom("keystone.environment")
    .select("id")
    .where("auth0_client_id", "=", auth0_client_id)
    .executeTakeFirst();
  if (bound !== undefined) throw clientTaken();
}

/** The slug, which may be longer than a name: then its beginning and a digest. */
function organizationName(slug: string): string {
  if (slug.length <= MAX_NAME) return slug;
  const digest = createHash("sha256").update(slug).digest("hex").slice(0, 16);
  return `${slug.slice(0, MAX_NAME - digest.length - 1)}-${digest}`;
}
