import { isUniqueViolation, type StoreTransaction, transaction } from "@keystoneos/store";
import { sql } from "kysely";
import { keccak256 } from "viem";
import type { Chain } from "../chains/client.ts";
import type { StoredTransaction } from "./broadcast.ts";
import { type Draft, type Pipeline, signerOf } from "./types.ts";

export interface Fees {
  maxFeePerGas: bigint;
  maxPriorityFeePerGas: bigint;
}

/**
 * Takes the next nonce, signs, and stores nonce and signed bytes in one database transaction; nothing is broadcast here. Signers are
 * serialised by a lock that ends with the transaction, so a crash leaves either nothing or bytes that recovery sends. Null when the
 * effect has its transaction already.
 */
export async function storeSigned(
  pipeline: Pipeline,
  chain: Chain,
  draft: Draft,
  gasLimit: bigint,
  fees: Fees,
): Promise<StoredTransaction | null> {
  const signer = signerOf(pipeline, draft);
  try {
    return await transaction(pipeline.db, async (trx) => {
      await lockSigner(trx, chain.chainId, signer.address);
      if (await isTaken(trx, draft)) return null;
      const nonce = await nextNonce(trx, chain, signer.address);
      const { to, data, value } = draft;
      const request = {
        type: "eip1559" as const,
        chainId: chain.chainId,
        nonce,
        to,
        data,
        value,
        gas: gasLimit,
        ...fees,
      };
      const raw = await signer.signTransaction(request);
      return trx
        .insertInto("keystone.chain_transaction")
        .values({
          chain_id: chain.chainId,
          signer: lower(signer.address),
          nonce,
          intent_id: draft.intentId,
          settlement_id: draft.settlementId,
          kind: draft.kind,
          subject: draft.subject,
          to_address: lower(to),
          data,
          value,
          gas_limit: gasLimit,
          max_fee_per_gas: fees.maxFeePerGas,
          max_priority_fee_per_gas: fees.maxPriorityFeePerGas,
          raw,
          hash: keccak256(raw),
        })
        .returning(["id", "hash", "raw", "status", "nonce", "kind", "subject", "settlement_id", "updated_at"])
        .executeTakeFirstOrThrow();
    });
  } catch (error) {
    if (isUniqueViolation(error, "chain_transaction_one_per_effect")) return null;
    throw error;
  }
}

async function lockSigner(trx: StoreTransaction, chainId: number, signer: string): Promise<void> {
  const name = `signer:${chainId}:${signer.toLowerCase()}`;
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${name}, 0))`.execute(trx);
}

async function isTaken(trx: StoreTransaction, draft: Draft): Promise<boolean> {
  const row = await trx
    .selectFrom("keystone.chain_transaction")
    .select("id")
    .where("chain_id", "=", BigInt(draft.chainId))
    .where("settlement_id", "=", draft.settlementId)
    .where("kind", "=", draft.kind)
    .where("subject", "=", draft.subject)
    .where("status", "<>", "failed")
    .executeTakeFirst();
  return row !== undefined;
}

/** One above everything stored, never below what the chain has seen of this key. */
async function nextNonce(trx: StoreTransaction, chain: Chain, signer: `0x${string}`): Promise<number> {
  const { last } = await trx
    .selectFrom("keystone.chain_transaction")
    .select((eb) => eb.fn.max<bigint | null>("nonce").as("last"))
    .where("chain_id", "=", BigInt(chain.chainId))
    .where("signer", "=", lower(signer))
    .executeTakeFirstOrThrow();
  const seen = await chain.client.getTransactionCount({ address: signer, blockTag: "pending" });
  return last === null ? seen : Math.max(Number(last) + 1, seen);
}

function lower(address: string): `0x${string}` {
  return address.toLowerCase() as `0x${string}`;
}
