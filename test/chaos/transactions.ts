import pg from "pg";
import type { Address, Hex } from "viem";
import type { Chains } from "../../devnet/src/demo/chains.ts";
import type { World } from "../../devnet/src/world.ts";

/** What became of the nonces of a relayer's key. */
export interface Spent {
  transactions: number;
  /** Reverted. */
  reverted: number;
  /** How often by what was called and the error, as the table has them. */
  reverts: Record<string, number>;
  /** Sent to itself, to fill or to free a nonce. */
  noops: number;
  problems: string[];
}

/** Holds the relayer's table against what the chains have of its keys: every one that was mined is known, every one that is known and did not fail is mined. */
export async function auditTransactions(world: World, chains: Chains, signers: readonly Address[]): Promise<Spent> {
  const spent: Spent = { transactions: 0, reverted: 0, reverts: {}, noops: 0, problems: [] };
  const db = new pg.Client({ connectionString: world.databaseUrl });
  await db.connect();
  for (const { chainId } of world.chains) {
    const mined = await minedBy(chains, chainId, signers);
    const { rows } = await db.query<{ hash: Hex; status: string; kind: string; error: string | null }>(
      "SELECT lower(hash) AS hash, status, kind, error FROM keystone.chain_transaction WHERE chain_id = $1",
      [chainId],
    );
    const known = new Map(rows.map((row) => [row.hash, row]));
    for (const { hash, from, to, nonce, reverted } of mined) {
      spent.transactions++;
      if (reverted) {
        spent.reverted++;
        const row = known.get(hash);
        const what = `${row?.kind} ${row?.error}`;
        spent.reverts[what] = (spent.reverts[what] ?? 0) + 1;
      }
      if (to === from) spent.noops++;
      else if (!known.has(hash)) spent.problems.push(`${hash} with nonce ${nonce} on ${chainId} is not in the table`);
    }
    const hashes = new Set(mined.map(({ hash }) => hash));
    for (const row of rows) {
      if (row.status === "failed" || hashes.has(row.hash)) continue;
      spent.problems.push(`${row.kind} ${row.hash} on ${chainId} is ${row.status}, and in no block`);
    }
  }
  await db.end();
  return spent;
}

interface Mined {
  hash: Hex;
  from: Address;
  to: Address;
  nonce: number;
  reverted: boolean;
}

async function minedBy(chains: Chains, chainId: number, signers: readonly Address[]): Promise<Mined[]> {
  const ours = new Set(signers.map((signer) => signer.toLowerCase()));
  const client = chains.client(chainId);
  const head = await client.getBlockNumber({ cacheTime: 0 });
  const mined: Mined[] = [];
  for (let number = 0n; number <= head; number++) {
    const block = await client.getBlock({ blockNumber: number, includeTransactions: true });
    for (const { hash, from, to, nonce } of block.transactions) {
      if (!ours.has(from.toLowerCase()) || to === null) continue;
      const { status } = await client.getTransactionReceipt({ hash });
      mined.push({ hash, from: lower(from), to: lower(to), nonce, reverted: status === "reverted" });
    }
  }
  return mined;
}

const lower = (address: Address) => address.toLowerCase() as Address;
