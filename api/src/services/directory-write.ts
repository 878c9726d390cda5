import { randomUUID } from "node:crypto";
import type { DirectoryIntentKind, StoreTransaction } from "@keystoneos/store";
import { sql } from "kysely";
import type { Dependencies } from "../context.ts";
import { notFound } from "../errors/api-error.ts";
import { type IdempotentRequest, makeOnce } from "./idempotency.ts";

export interface DirectoryWrite {
  kind: DirectoryIntentKind;
  /** Null while there is no platform yet. */
  platformId: string | null;
  /** What is written; writes of one subject take turns. */
  subject: string;
  /** Of a creating request. */
  request?: IdempotentRequest | null;
}

/** One try of a write, and what it knows of earlier ones. */
export interface Attempt {
  /** The same for every try until one is recorded. */
  id: string;
  /** An earlier try broke off after it had begun: the directory may have its effect already. */
  resumed: boolean;
  /** To be awaited before anything is written at the directory. */
  begin(): Promise<void>;
}

/**
 * Writes at the directory and records it here. The two share no transaction, so `begin` commits an intent first; then `work` writes at
 * the directory, and the effect, its activity row and the end of the intent are one transaction. When the process dies or the directory
 * fails in between, the intent stays, and the next request for the same subject is told so: what it asks for may be there already, and
 * it is taken up instead of done twice. Resolves to the id that `work` resolves to, or that its idempotency key has made before.
 */
export function writeToDirectory(
  { db, directory }: Pick<Dependencies, "db" | "directory">,
  { kind, platformId, subject, request = null }: DirectoryWrite,
  work: (trx: StoreTransaction, attempt: Attempt) => Promise<string>,
): Promise<{ id: string; replayed: boolean }> {
  return directory.limited(() =>
    makeOnce(db, request, async (trx) => {
      const scope = JSON.stringify([kind, platformId, subject]);
      await sql`SELECT pg_advisory_xact_lock(hashtextextended(${scope}, 1))`.execute(trx);
      const intent = await trx
        .selectFrom("keystone.directory_intent")
        .select("id")
        .where("kind", "=", kind)
        .where("platform_id", platformId === null ? "is" : "=", platformId)
        .where("subject", "=", subject)
        .executeTakeFirst();
      const id = intent?.id ?? randomUUID();
      // On a connection of its own: what is about to happen must be known even if this transaction is not committed.
      const begin = async () => {
        const row = { id, kind, platform_id: platformId, subject };
        await db
          .insertInto("keystone.directory_intent")
          .values(row)
          .onConflict((conflict) => conflict.doNothing())
          .execute();
      };
      const made = await work(trx, { id, resumed: intent !== undefined, begin });
      await trx.deleteFrom("keystone.directory_intent").where("id", "=", id).execute();
      return made;
    }),
  );
}

/** The organization of a platform. Throws ApiError 404 for a platform that was never given one. */
export function organizationOf(platform: { auth0_org_id: string | null }): string {
  if (platform.auth0_org_id !== null) return platform.auth0_org_id;
  throw notFound("Organization");
}
