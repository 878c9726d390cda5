import { StateKind, templateRuleset } from "@keystoneos/protocol";
import { type StoreTransaction, transaction } from "@keystoneos/store";
import type { Dependencies } from "../../context.ts";
import { notFound } from "../../errors/api-error.ts";
import type { Intervention } from "../../schemas/admin/intervention.ts";
import { isUuid } from "../../schemas/primitives.ts";
import type { Heads } from "../settlements/finality.ts";
import type { LoadedSettlement } from "../settlements/load-settlements.ts";
import { CLOSING_INITIAL_STATE, stateOf } from "../settlements/render-context.ts";
import { answerOf, openIntent, type Request, storeIntent, type Wanted } from "./intervention.ts";
import { lockSettlement } from "./lock-settlement.ts";
import { allowedTargets, isTerminal, notAllowed, terminal } from "./request-transition.ts";

/**
 * Has a repo's closing opened: at maturity by having the relayer try anew, before only where the ruleset lets the operator do it.
 * `settlementId` is the opening's or the closing's. Throws ApiError 404, 409.
 */
export function requestMaturity(deps: Dependencies, request: Request): Promise<Intervention> {
  return transaction(deps.db, async (trx) => {
    const closingId = await closingOf(trx, request.settlementId);
    const { loaded, heads } = await lockSettlement(deps, trx, closingId);
    if (isTerminal(loaded)) throw terminal();
    if (stateOf(loaded) !== CLOSING_INITIAL_STATE) return answerOf(loaded, "trigger_maturity", "already_done", null);
    const wanted = wantedOf(deps, loaded, heads);
    const open = await openIntent(trx, closingId, wanted);
    if (open !== null) return answerOf(loaded, "trigger_maturity", "already_done", open);
    return storeIntent(trx, loaded, request, wanted);
  });
}

/** The closing of a repo by either of its settlements. Throws ApiError 404, 409 for what is neither. */
async function closingOf(trx: StoreTransaction, id: string): Promise<string> {
  if (!isUuid(id)) throw notFound("Settlement");
  const row = await trx
    .selectFrom("keystone.settlement as settlement")
    .leftJoin("keystone.settlement as closing", "closing.parent_settlement_id", "settlement.id")
    .select(["settlement.id", "settlement.settlement_category", "closing.id as closing_id"])
    .where("settlement.id", "=", id)
    .executeTakeFirst();
  if (row === undefined) throw notFound("Settlement");
  const closing = row.settlement_category === "repo_close" ? row.id : row.closing_id;
  if (closing === null) throw notAllowed([]);
  return closing;
}

function wantedOf(deps: Dependencies, loaded: LoadedSettlement, heads: Heads): Wanted {
  const { row } = loaded;
  const now = heads.get(deps.deployment.coordinatorChainId)?.timestamp ?? 0;
  const allowed = allowedTargets(deps, loaded, heads);
  if (now >= row.terms.notBefore) {
    // The opening has ended otherwise than FINALIZED: its closing never opens.
    if (loaded.repo?.verdict === "rollback") throw notAllowed(allowed);
    return { action: "trigger_maturity", target: null };
  }
  const { states } = templateRuleset(row.template_config, row.terms.ruleset);
  const opens = allowed.find(
    ({ target, gate }) =>
      gate === "MANUAL" && states.some(({ name, kind }) => name === target && kind === StateKind.ACTIVE),
  );
  if (opens === undefined) throw notAllowed(allowed);
  return { action: "trigger_maturity", target: opens.target };
}
