import type { SettlementRead } from "../../schemas/settlement.ts";
import { showTime } from "../time.ts";
import { confirmations, finalityOf } from "./finality.ts";
import type { LoadedSettlement } from "./load-settlements.ts";
import type { RenderContext } from "./render-context.ts";

/** Where the settlement stands at the coordinator; null until it is indexed. */
export function renderOnChain({ chain }: LoadedSettlement, context: RenderContext): SettlementRead["on_chain"] {
  const indexed = chain.settlement;
  if (indexed === undefined) return null;
  const chainId = context.deployment.coordinatorChainId;
  const depth = confirmations(context.heads, chainId, Number(indexed.block_number));
  return {
    state: indexed.state,
    verdict: indexed.verdict,
    block_number: Number(indexed.block_number),
    block_hash: indexed.block_hash,
    tx_hash: indexed.tx_hash,
    confirmations: depth,
    finality: finalityOf(context.deployment, chainId, depth),
  };
}

/** The coordinator's chain and every chain with a leg. */
export function renderChains({ row, chain }: LoadedSettlement, context: RenderContext): SettlementRead["chains"] {
  const { deployment, heads } = context;
  const home = deployment.coordinatorChainId;
  const withLegs = new Set(row.terms.legs.map((leg) => Number(leg.chainId)));
  return deployment.chains
    .filter(({ chainId }) => chainId === home || withLegs.has(chainId))
    .map(({ chainId }) => {
      const fact = chain.chains.get(chainId);
      const newest = chain.newestBlock.get(chainId);
      const depth = newest === undefined ? 0 : confirmations(heads, chainId, newest);
      return {
        chain_id: chainId,
        escrow_address: withLegs.has(chainId) ? deployment.contracts.escrow : null,
        locked: fact?.locked ?? false,
        verdict: (chainId === home ? chain.settlement?.verdict : fact?.verdict) ?? "none",
        indexed_block: heads.get(chainId)?.block ?? 0,
        confirmations: depth,
        finality: newest === undefined ? "pending" : finalityOf(deployment, chainId, depth),
      };
    });
}

/** What the relayer has sent, and the deposits that the parties have. */
export function renderTransactions(
  { transactions, interventions, chain }: LoadedSettlement,
  { deployment, heads }: RenderContext,
): SettlementRead["transactions"] {
  const sent = transactions.map((row) => ({
    at: row.created_at,
    chain_id: Number(row.chain_id),
    hash: row.hash,
    block_number: row.block_number === null ? null : Number(row.block_number),
    kind: row.kind,
    status: row.status,
    intent_id: row.intent_id,
  }));
  // Several legs may be deposited by one transaction.
  const deposits = new Map(chain.deposits.map((deposit) => [`${deposit.chain_id}:${deposit.tx_hash}`, deposit]));
  const seen = [...deposits.values()].map((deposit) => {
    const chainId = Number(deposit.chain_id);
    const depth = confirmations(heads, chainId, Number(deposit.block_number));
    return {
      at: new Date(Number(deposit.block_timestamp) * 1000),
      chain_id: chainId,
      hash: deposit.tx_hash,
      block_number: Number(deposit.block_number),
      kind: "deposit" as const,
      status: finalityOf(deployment, chainId, depth),
      intent_id: null,
    };
  });
  // What an operator has asked for, while the relayer has not sent it, or when the chain would not take it.
  const asked = interventions.flatMap(({ id, status, created_at }) => {
    if (status === "done" || transactions.some((row) => row.intent_id === id)) return [];
    return {
      at: created_at,
      chain_id: deployment.coordinatorChainId,
      hash: null,
      block_number: null,
      kind: "manual" as const,
      status: status === "open" ? ("queued" as const) : status,
      intent_id: id,
    };
  });
  return [...sent, ...seen, ...asked]
    .sort((a, b) => a.at.getTime() - b.at.getTime())
    .map(({ at, ...transaction }) => ({ ...transaction, created_at: showTime(at) }));
}
