import type { SettlementRead } from "../../schemas/settlement.ts";
import { showTime, showTimeOrNull } from "../time.ts";
import type { LoadedSettlement } from "./load-settlements.ts";
import { renderChains, renderOnChain, renderTransactions } from "./render-chains.ts";
import { renderCompliance } from "./render-compliance.ts";
import { type RenderContext, stateOf } from "./render-context.ts";
import { renderLeg } from "./render-leg.ts";
import { renderParty } from "./render-party.ts";
import { renderRepo } from "./render-repo.ts";
import { renderTransitions } from "./render-transitions.ts";

/** A settlement as one environment sees it. */
export function renderSettlement(loaded: LoadedSettlement, context: RenderContext): SettlementRead {
  const { row, parties, legs, chain } = loaded;
  // An operator sees it as the environment does whose it is.
  const viewpoint = context.caller.environmentId ?? row.environment_id;
  const own = parties.find((party) => party.environment_id === viewpoint);
  const indexedAt = new Date(Number(chain.settlement?.block_timestamp ?? 0) * 1000);
  return {
    id: row.id,
    platform_id: row.platform_id,
    environment_id: row.environment_id,
    idempotency_key: own?.idempotency_key ?? null,
    external_reference: row.trade_reference === null ? row.external_reference : (own?.external_reference ?? null),
    trade_reference: row.trade_reference,
    template_id: row.template_id,
    template_slug: row.template_slug,
    template_version: row.template_version,
    settlement_type: row.settlement_type,
    settlement_category: row.settlement_category,
    // State names of the shipped rulesets; the schema lists them.
    state: stateOf(loaded) as SettlementRead["state"],
    next_transitions: renderTransitions(loaded, context),
    parties: parties.map((party) => renderParty(party, loaded, context)),
    legs: legs.map((leg) => renderLeg(leg, loaded, context)),
    timeout_at: showTime(row.timeout_at),
    deposit_deadline: showTime(row.deposit_deadline),
    created_at: showTime(row.created_at),
    updated_at: showTime(indexedAt > row.updated_at ? indexedAt : row.updated_at),
    fee_mode: row.fee_mode,
    parent_settlement_id: row.parent_settlement_id,
    maturity_at: showTimeOrNull(row.maturity_at),
    repo_metadata: renderRepo(loaded, own?.repo_rate ?? null),
    compliance: renderCompliance(loaded, context),
    settlement_hash: row.settlement_hash,
    ruleset_id: row.terms.ruleset,
    coordinator: { chain_id: Number(row.terms.chainId), address: row.terms.coordinator },
    terms: row.terms,
    on_chain_state: chain.settlement?.state ?? null,
    on_chain: renderOnChain(loaded, context),
    chains: renderChains(loaded, context),
    transactions: renderTransactions(loaded, context),
  };
}
