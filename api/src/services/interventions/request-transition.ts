import { templateRuleset } from "@keystoneos/protocol";
import { transaction } from "@keystoneos/store";
import type { Dependencies } from "../../context.ts";
import { ApiError } from "../../errors/api-error.ts";
import { ValidationError } from "../../errors/validation.ts";
import type { Intervention } from "../../schemas/admin/intervention.ts";
import { TERMINAL_STATES } from "../admin/settlement-filters.ts";
import type { Heads } from "../settlements/finality.ts";
import type { LoadedSettlement } from "../settlements/load-settlements.ts";
import { stateOf } from "../settlements/render-context.ts";
import { renderTransitions } from "../settlements/render-transitions.ts";
import { answerOf, openIntent, type Request, storeIntent } from "./intervention.ts";
import { lockSettlement } from "./lock-settlement.ts";

/**
 * Has the relayer take a step along an edge that the chain allows now. Throws ApiError 404, 409 settlement_terminal,
 * transition_not_allowed_on_chain; ValidationError when the ruleset has no such state.
 */
export function requestTransition(deps: Dependencies, request: Request, target: string): Promise<Intervention> {
  return transaction(deps.db, async (trx) => {
    const { loaded, heads } = await lockSettlement(deps, trx, request.settlementId);
    checkTarget(loaded, target);
    const wanted = { action: "transition", target } as const;
    const open = await openIntent(trx, loaded.row.id, wanted);
    if (open !== null || stateOf(loaded) === target) return answerOf(loaded, "transition", "already_done", open);
    if (isTerminal(loaded)) throw terminal();
    checkEdge(deps, loaded, heads, target);
    return storeIntent(trx, loaded, request, wanted);
  });
}

/** The same with the target ROLLED_BACK; what is at an end already is left there. Throws ApiError 404, 409. */
export function requestRollback(deps: Dependencies, request: Request): Promise<Intervention> {
  return transaction(deps.db, async (trx) => {
    const { loaded, heads } = await lockSettlement(deps, trx, request.settlementId);
    const wanted = { action: "rollback", target: "ROLLED_BACK" } as const;
    const open = await openIntent(trx, loaded.row.id, wanted);
    if (open !== null || isTerminal(loaded)) return answerOf(loaded, "rollback", "already_done", open);
    checkEdge(deps, loaded, heads, wanted.target);
    return storeIntent(trx, loaded, request, wanted);
  });
}

export function isTerminal(loaded: LoadedSettlement): boolean {
  return TERMINAL_STATES.includes(stateOf(loaded));
}

export function terminal(): ApiError {
  return new ApiError("settlement_terminal", "The settlement is at an end; nothing more is decided");
}

function checkTarget({ row }: LoadedSettlement, target: string): void {
  const { states } = templateRuleset(row.template_config, row.terms.ruleset);
  if (states.some(({ name }) => name === target)) return;
  const msg = `Input should be a state of the template: ${states.map(({ name }) => name).join(", ")}`;
  throw new ValidationError([{ loc: ["body", "target_state"], msg, type: "enum" }]);
}

/** The states that a step may lead to now, by edges that are open to anyone or to our operator. */
export function allowedTargets(deps: Dependencies, loaded: LoadedSettlement, heads: Heads) {
  const { deployment } = deps;
  return renderTransitions(loaded, { deployment, heads }, deployment.templates.operator)
    .filter(({ satisfied }) => satisfied)
    .map(({ target, gate }) => ({ target, gate }));
}

function checkEdge(deps: Dependencies, loaded: LoadedSettlement, heads: Heads, wanted: string): void {
  const allowed_targets = allowedTargets(deps, loaded, heads);
  if (allowed_targets.some(({ target }) => target === wanted)) return;
  throw notAllowed(allowed_targets);
}

export function notAllowed(allowed_targets: { target: string; gate: string }[]): ApiError {
  const detail = "The settlement's ruleset has no open edge to this state from where it is";
  return new ApiError("transition_not_allowed_on_chain", detail, { context: { allowed_targets } });
}
