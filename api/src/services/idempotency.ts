import { createHash } from "node:crypto";
import type { Store, StoreTransaction } from "@keystoneos/store";
import canonicalize from "canonicalize";
import { sql } from "kysely";
import { ApiError } from "../errors/api-error.ts";
import { ValidationError } from "../errors/validation.ts";
import { idempotencyKey } from "../schemas/primitives.ts";

/** One key of one environment on one route, and the body that came with it. */
export interface IdempotentRequest {
  environmentId: string;
  route: string;
  key: string;
  /** SHA-256 of the RFC 8785 form of the body without its key, hex. */
  bodyHash: string;
}

/** Key and canonical body of a request that must have a key. Throws ApiError 422, ValidationError. */
export function readIdempotency(
  environmentId: string,
  route: string,
  rawBody: unknown,
  header: string | undefined,
): IdempotentRequest {
  const { idempotency_key: inBody, ...rest } = rawBody as Record<string, unknown>;
  if (header !== undefined && !idempotencyKey.safeParse(header).success) {
    const msg = "String should be 1 to 255 printable ASCII characters";
    throw new ValidationError([{ loc: ["header", "idempotency-key"], msg, type: "string_pattern_mismatch" }]);
  }
  const key = typeof inBody === "string" ? inBody : header;
  if (key === undefined) {
    throw new ApiError("idempotency_key_missing", "Send idempotency_key in the body or the header Idempotency-Key", {
      loc: ["body", "idempotency_key"],
    });
  }
  if (header !== undefined && header !== key) {
    throw new ApiError("idempotency_key_conflict", "idempotency_key and the header Idempotency-Key differ; send one", {
      loc: ["header", "idempotency-key"],
    });
  }
  const bodyHash = createHash("sha256")
    .update(canonicalize(rest) as string)
    .digest("hex");
  return { environmentId, route, key, bodyHash };
}

/** The same for a request that may have a key, in the header alone; null when it has none. */
export function readOptionalIdempotency(...request: Parameters<typeof readIdempotency>): IdempotentRequest | null {
  return request[3] === undefined ? null : readIdempotency(...request);
}

/** The object that the key has made already, or null. Throws ApiError 409 when it came with another body. */
export async function findReplay(db: Store | StoreTransaction, request: IdempotentRequest): Promise<string | null> {
  const row = await db
    .selectFrom("keystone.idempotency_key")
    .select(["body_hash", "resource_id"])
    .where("environment_id", "=", request.environmentId)
    .where("route", "=", request.route)
    .where("key", "=", request.key)
    .executeTakeFirst();
  if (row === undefined) return null;
  if (row.body_hash === request.bodyHash) return row.resource_id;
  throw new ApiError("idempotency_key_reused", "The idempotency key was used with another body; use a new key", {
    context: { existing_id: row.resource_id },
  });
}

/** Makes duplicates of the request wait until this transaction has ended; the later one then finds the effect of the first. */
export async function lockKey(trx: StoreTransaction, request: IdempotentRequest): Promise<void> {
  const scope = JSON.stringify([request.environmentId, request.route, request.key]);
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${scope}, 0))`.execute(trx);
}

/** Binds the key to what it made. A refused request never gets here, so its key stays free. */
export async function rememberKey(
  trx: StoreTransaction,
  request: IdempotentRequest,
  resourceId: string,
): Promise<void> {
  await trx
    .insertInto("keystone.idempotency_key")
    .values({
      environment_id: request.environmentId,
      route: request.route,
      key: request.key,
      body_hash: request.bodyHash,
      resource_id: resourceId,
    })
    .execute();
}
