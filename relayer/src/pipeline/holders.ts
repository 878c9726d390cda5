import { sql } from "kysely";
import type { Address } from "viem";
import type { Pipeline } from "./types.ts";

interface Holding {
  chain_id: bigint;
  signer: Address;
}

/**
 * Gas keys of this process that a living relayer of another attester has too. A word can be sent by its own attester's relayers alone, and by
 * no other process while that relayer has the lease: it may wait for ever.
 */
export async function sharedKeys({ db, lanes, attester }: Pipeline): Promise<(Holding & { attester: Address })[]> {
  const { rows } = await sql<Holding & { attester: Address }>`
    SELECT DISTINCT chain_id, signer, attester FROM keystone.signer_candidate
    WHERE expires_at > clock_timestamp() AND attester <> ${attester.toLowerCase()}
    ORDER BY chain_id, signer, attester`.execute(db);
  return rows.filter(({ chain_id, signer }) =>
    lanes.some((lane) => lane.role === "relayer" && BigInt(lane.chain.chainId) === chain_id && lane.address === signer),
  );
}

/** Keys that no living relayer has, with what they have in flight: nobody follows it, and its effects are nobody else's to make. */
export async function orphans({ db }: Pipeline): Promise<(Holding & { count: bigint })[]> {
  const { rows } = await sql<Holding & { count: bigint }>`
    SELECT chain_id, signer, count(*) AS count FROM keystone.chain_transaction AS sent
    WHERE status IN ('queued', 'submitted', 'pending', 'safe') AND NOT EXISTS (
      SELECT FROM keystone.signer_candidate AS living
      WHERE living.chain_id = sent.chain_id AND living.signer = sent.signer AND living.expires_at > clock_timestamp())
    GROUP BY chain_id, signer ORDER BY chain_id, signer`.execute(db);
  return rows;
}
