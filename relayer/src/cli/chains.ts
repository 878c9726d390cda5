import { type Store, sqlState } from "@keystoneos/store";
import { InputError } from "./command.ts";

/** Chains of which the database knows anything, ascending: relayers have keys there, or they are indexed. */
export async function knownChains(db: Store): Promise<number[]> {
  const leases = await db.selectFrom("keystone.signer_lease").select("chain_id").distinct().execute();
  const heads = await indexedHeads(db);
  const pauses = await db.selectFrom("keystone.relayer_pause").select("chain_id").execute();
  const ids = [...leases, ...heads, ...pauses].map(({ chain_id }) => Number(chain_id));
  return [...new Set(ids)].sort((a, b) => a - b);
}

/** The indexer's heads; none where it has never run on this database. */
export async function indexedHeads(db: Store): Promise<{ chain_id: bigint; block_timestamp: bigint }[]> {
  try {
    return await db.selectFrom("indexer.chain_head").select(["chain_id", "block_timestamp"]).execute();
  } catch (error) {
    if (sqlState(error) === "42P01" || sqlState(error) === "3F000") return [];
    throw error;
  }
}

/** Throws InputError for a chain that nobody works on: a slip of the pen would pause nothing. */
export async function expectKnown(db: Store, chainId: number): Promise<void> {
  const known = await knownChains(db);
  if (!known.includes(chainId)) {
    throw new InputError(
      `--chain: ${chainId} is not known to this database: ${known.length === 0 ? "it knows none yet" : `give one of ${known.join(", ")}`}`,
    );
  }
}
