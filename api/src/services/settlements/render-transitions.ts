import {
  type CoordinatorRecord,
  clearance,
  compileRuleset,
  gateName,
  nextTransitions,
  stateName,
  type TemplateConfig,
  templateRuleset,
  termsFromJson,
  Verdict,
} from "@keystoneos/protocol";
import type { Address } from "viem";
import type { SettlementRead } from "../../schemas/settlement.ts";
import type { RepoHalf } from "./load-repo-halves.ts";
import type { LoadedSettlement } from "./load-settlements.ts";
import type { RenderContext } from "./render-context.ts";
import { newestStatements } from "./statements.ts";

const VERDICTS = { none: Verdict.NONE, execute: Verdict.EXECUTE, rollback: Verdict.ROLLBACK } as const;

/**
 * The edges out of the indexed state, and whether their gates hold at the indexed head; none before the settlement is on chain. A MANUAL
 * one holds for `sender` alone.
 */
export function renderTransitions(
  { row, chain, repo }: LoadedSettlement,
  { deployment, heads }: Pick<RenderContext, "deployment" | "heads">,
  sender?: Address,
): SettlementRead["next_transitions"] {
  const indexed = chain.settlement;
  if (indexed === undefined || !indexed.created) return [];
  const ruleset = templateRuleset(row.template_config, row.terms.ruleset);
  const state = ruleset.states.findIndex(({ name }) => name === indexed.state);
  const kind = ruleset.states[state]?.kind;
  if (kind === undefined) return [];
  const mask = (reported: "lock_reported" | "release_reported") =>
    deployment.chains.reduce((bits, { chainId, row: bit }) => {
      return chain.chains.get(chainId)?.[reported] ? bits | (1 << bit) : bits;
    }, 0);
  const record: CoordinatorRecord = {
    created: true,
    state,
    kind,
    verdict: VERDICTS[indexed.verdict],
    lockMask: mask("lock_reported"),
    releaseMask: mask("release_reported"),
  };
  const terms = termsFromJson(row.terms);
  const now = heads.get(deployment.coordinatorChainId)?.timestamp ?? Number(indexed.block_timestamp);
  const { parties, attesters, threshold, settleDeadline } = terms;
  const statements = newestStatements(chain.attestations, parties);
  return nextTransitions({
    terms,
    ruleset,
    record,
    clearance: clearance({ parties, attesters, threshold, validThrough: settleDeadline, now, statements }),
    now,
    chainIds: deployment.chains.map(({ chainId }) => chainId),
    parentKind: repo === null ? undefined : kindOf(row.template_config, repo),
    caller: sender,
  }).map(({ target, gate, satisfied }) => ({
    target: stateName(ruleset, target) as SettlementRead["state"],
    gate: gateName(gate) ?? String(gate),
    satisfied,
  }));
}

/** Kind of the state that a repo's opening is in at the coordinator, by the template's own ruleset. */
function kindOf(config: TemplateConfig, { created, state }: RepoHalf): number | undefined {
  if (!created) return undefined;
  return compileRuleset(config).states.find(({ name }) => name === state)?.kind;
}
