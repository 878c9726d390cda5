import type { StoreTransaction } from "@keystoneos/store";
import type { Dependencies } from "../../context.ts";
import type { MatchField } from "../../schemas/instruction.ts";
import { draftSettlement } from "../settlements/draft-settlement.ts";
import { storeSettlement } from "../settlements/store-settlement.ts";
import type { Template } from "../templates/find-template.ts";
import { findCandidates, isTaken } from "./find-candidates.ts";
import { firstDifference } from "./first-difference.ts";
import type { Side } from "./side.ts";

export interface MatchInput {
  side: Side;
  template: Template;
  tradeReference: string;
  counterpartyPlatformSlug: string | null;
  /** The database's clock. */
  now: Date;
}

export type MatchOutcome =
  | { matched: true; settlementId: string; counterpart: Side }
  /** `field`: what keeps the oldest visible candidate apart; null when there is none. */
  | { matched: false; field: MatchField | null };

/**
 * Looks for the oldest compatible instruction under the reference and makes the settlement of the two. The reference must be locked
 * by `trx`, and the instruction stored as pending.
 */
export async function matchInstruction(
  deps: Dependencies,
  trx: StoreTransaction,
  input: MatchInput,
): Promise<MatchOutcome> {
  const { side, template, now, tradeReference } = input;
  const search = {
    tradeReference,
    instructionId: side.instructionId,
    platformSlug: side.platformSlug,
    counterpartyPlatformSlug: input.counterpartyPlatformSlug,
    now,
  };
  if (await isTaken(trx, search)) return { matched: false, field: null };
  const rules = {
    config: template.config,
    coordinatorChainId: deps.deployment.coordinatorChainId,
    now,
    minTimeoutSeconds: deps.settings.minTimeoutSeconds,
  };
  let field: MatchField | null = null;
  for (const candidate of await findCandidates(trx, search)) {
    const difference = firstDifference(side, candidate, rules);
    const draft = difference === null ? draftSettlement(deps.deployment, template.config, [candidate, side]) : null;
    if (draft !== null) {
      await storeSettlement(deps, trx, { draft, template, first: candidate, second: side, tradeReference, now });
      await markMatched(trx, [candidate.instructionId, side.instructionId], draft.id, now);
      return { matched: true, settlementId: draft.id, counterpart: candidate };
    }
    field ??= difference ?? "legs";
  }
  return { matched: false, field };
}

async function markMatched(trx: StoreTransaction, ids: string[], settlementId: string, now: Date): Promise<void> {
  await trx
    .updateTable("keystone.instruction")
    .set({
      status: "matched",
      settlement_id: settlementId,
      match_failure_field: null,
      matched_at: now,
      updated_at: now,
    })
    .where("id", "in", ids)
    .execute();
}
