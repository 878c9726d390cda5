import type { Dependencies } from "../../context.ts";
import { showAddress } from "../../schemas/primitives.ts";
import type { Status } from "../../schemas/status.ts";
import { API_VERSIONS, LATEST_API_VERSION } from "../../version.ts";

type ChainStatus = Status["chains"][number];

/** How far each chain is indexed. Degraded when one lags behind its limit or is not indexed at all. */
export async function getStatus(deps: Dependencies): Promise<Status> {
  const rows = await deps.db.selectFrom("indexer.chain_head").selectAll().execute().catch(notIndexed);
  const chains = await Promise.all(
    deps.deployment.chains.map((chain) => {
      const row = rows.find(({ chain_id }) => Number(chain_id) === chain.chainId);
      const indexed = row && { block: Number(row.block_number), timestamp: Number(row.block_timestamp) };
      return chainStatus(deps, chain, indexed);
    }),
  );
  const lags = chains.some((chain) => chain.lag_seconds > deps.settings.maxLagSeconds || chain.indexed_block === 0);
  return {
    status: lags ? "degraded" : "ok",
    version: LATEST_API_VERSION,
    api_versions: [...API_VERSIONS],
    chains,
  };
}

async function chainStatus(
  { deployment, chains }: Dependencies,
  chain: Dependencies["deployment"]["chains"][number],
  indexed: { block: number; timestamp: number } | undefined,
): Promise<ChainStatus> {
  const isHome = chain.chainId === deployment.coordinatorChainId;
  const block = indexed?.block ?? 0;
  // Without a node the newest block known here is the indexed one; the age of that block still tells the lag in seconds.
  const head = Math.max(block, (await chains.headBlock(chain.chainId)) ?? 0);
  const { escrow, messenger, root } = deployment.contracts;
  const contracts = isHome ? deployment.contracts : { root, escrow, messenger };
  const depth = (confirmations: number) => Math.max(0, block - Math.max(0, confirmations - 1));
  return {
    chain_id: chain.chainId,
    name: chain.name,
    role: isHome ? "coordinator" : "escrow",
    contracts: Object.fromEntries(Object.entries(contracts).map(([name, address]) => [name, showAddress(address)])),
    head_block: head,
    indexed_block: block,
    safe_block: depth(chain.finality.safe),
    finalized_block: depth(chain.finality.finalized),
    lag_blocks: head - block,
    lag_seconds: Math.max(0, Math.floor(Date.now() / 1000) - (indexed?.timestamp ?? 0)),
  };
}

/** The status of a world whose indexer has not made its views yet is degraded, not an error. */
function notIndexed(error: unknown): [] {
  const state = (error as { code?: unknown }).code;
  if (state === "42P01" || state === "3F000") return [];
  throw error;
}
