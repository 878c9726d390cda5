import { createHash } from "node:crypto";
import { keyedHash, type SecretKeyring, type Store, type StoreTransaction, transaction } from "@keystoneos/store";
import canonicalize from "canonicalize";
import { sql } from "kysely";
import { ApiError } from "../errors/api-error.ts";
import { ValidationError } from "../errors/validation.ts";
import { idempotencyKey } from "../schemas/primitives.ts";

/** Whose key it is: by what the route is about; on admin routes nobody's but the route's. */
export type KeyOwner = { environmentId: string } | { platformId: string } | "admin";

/** One key of one owner on one route, and the body that came with it. */
export interface IdempotentRequest {
  owner: KeyOwner;
  route: string;
  key: string;
  body: BodyHashes;
}

/** Hashes of the RFC 8785 form of a body without its key, hex. */
interface BodyHashes {
  /** Under a key of this API, for a body may hold a webhook secret that could be guessed. */
  keyed: string;
  /** SHA-256, which is all that is stored of requests from before there was a key. */
  plain: string;
}

/** Key and canonical body of a request that must have a key. Throws ApiError 422, ValidationError. */
export function readIdempotency(
  keyring: SecretKeyring,
  owner: KeyOwner,
  route: string,
  rawBody: unknown,
  header: string | undefined,
): IdempotentRequest {
  const { idempotency_key: inBody, ...rest } = rawBody as Record<string, unknown>;
  checkHeader(header);
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
  return { owner, route, key, body: hashBody(keyring, rest) };
}

/** The same for a request that may have a key, and only in the header; null without one. Throws ValidationError. */
export function readOptionalIdempotency(
  keyring: SecretKeyring,
  owner: KeyOwner,
  route: string,
  rawBody: unknown,
  header: string | undefined,
): IdempotentRequest | null {
  checkHeader(header);
  return header === undefined ? null : { owner, route, key: header, body: hashBody(keyring, rawBody) };
}

function checkHeader(header: string | undefined): void {
  if (header === undefined || idempotencyKey.safeParse(header).success) return;
  const msg = "String should be 1 to 255 printable ASCII characters";
  throw new ValidationError([{ loc: ["header", "idempotency-key"], msg, type: "string_pattern_mismatch" }]);
}

function hashBody(keyring: SecretKeyring, body: unknown): BodyHashes {
  const text = canonicalize(body) as string;
  return {
    keyed: keyedHash(keyring, "idempotent body", text),
    plain: createHash("sha256").update(text).digest("hex"),
  };
}

/**
 * Makes something once for its key, in one transaction with the key: `make` resolves to the id of what it has made. Without a key
 * every call makes one. Throws ApiError 409 idempotency_key_reused, and whatever `make` does; then nothing is made.
 */
export function makeOnce(
  db: Store,
  request: IdempotentRequest | null,
  make: (trx: StoreTransaction) => Promise<string>,
): Promise<{ id: string; replayed: boolean }> {
  return transaction(db, async (trx) => {
    if (request === null) return { id: await make(trx), replayed: false };
    await lockKey(trx, request);
    const made = await findReplay(trx, request);
    if (made !== null) return { id: made, replayed: true };
    const id = await make(trx);
    await rememberKey(trx, request, id);
    return { id, replayed: false };
  });
}

/** The object that the key has made already, or null. Throws ApiError 409 when it came with another body. */
export async function findReplay(db: Store | StoreTransaction, request: IdempotentRequest): Promise<string | null> {
  const row = await db
    .selectFrom("keystone.idempotency_key")
    .select(["body_hash", "resource_id"])
    .where(...is("environment_id", environmentOf(request.owner)))
    .where(...is("platform_id", platformOf(request.owner)))
    .where("route", "=", request.route)
    .where("key", "=", request.key)
    .executeTakeFirst();
  if (row === undefined) return null;
  if (row.body_hash === request.body.keyed || row.body_hash === request.body.plain) return row.resource_id;
  throw new ApiError("idempotency_key_reused", "The idempotency key was used with another body; use a new key", {
    context: { existing_id: row.resource_id },
  });
}

/** Makes duplicates of the request wait until this transaction has ended; the later one then finds the effect of the first. */
export async function lockKey(trx: StoreTransaction, request: IdempotentRequest): Promise<void> {
  const scope = JSON.stringify([request.owner, request.route, request.key]);
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
      environment_id: environmentOf(request.owner),
      platform_id: platformOf(request.owner),
      route: request.route,
      key: request.key,
      body_hash: request.body.keyed,
      resource_id: resourceId,
    })
    .execute();
}

/** Written so that an index finds nulls too. */
function is(column: "environment_id" | "platform_id", value: string | null): [typeof column, "is" | "=", typeof value] {
  return [column, value === null ? "is" : "=", value];
}

function environmentOf(owner: KeyOwner): string | null {
  return owner !== "admin" && "environmentId" in owner ? owner.environmentId : null;
}

function platformOf(owner: KeyOwner): string | null {
  return owner !== "admin" && "platformId" in owner ? owner.platformId : null;
}
