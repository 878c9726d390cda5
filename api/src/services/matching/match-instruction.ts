import type { StoreTransaction } from "@keystoneos/store";
import type { Dependencies } from "../../context.ts";
import type { MatchField } from "../../schemas/instruction.ts";
import type { NewEvent } from "../events/store-events.ts";
import { draftTrade, type TradeDraft } from "../settlements/draft-trade.ts";
import { closingSeconds, storeTrade } from "../settlements/store-trade.ts";
import type { Template } from "../templates/find-template.ts";
import { findCandidates } from "./find-candidates.ts";
import { earlier, firstDifference } from "./first-difference.ts";
import { listedBy, pairLegs } from "./pair-legs.ts";
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
  /** `events`: the settlement's first, to be stored. */
  | { matched: true; draft: TradeDraft; counterpart: Side; events: NewEvent[] }
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
  const rules = {
    config: template.config,
    coordinatorChainId: deps.deployment.coordinatorChainId,
    now,
    minTimeoutSeconds: deps.settings.minTimeoutSeconds,
  };
  let field: MatchField | null = null;
  for (const candidate of await findCandidates(trx, search)) {
    const difference = firstDifference(side, candidate, rules);
    const draft = difference === null ? await draftMatch(deps, trx, template, [candidate, side]) : null;
    if (draft !== null) {
      const { feeMode, repo } = candidate;
      const events = await storeTrade(deps, trx, draft, {
        ...{ template, owner: candidate, feeMode, repo, tradeReference, now },
        externalReference: null,
        createdBy: "system:matching",
      });
      await markMatched(trx, [candidate.instructionId, side.instructionId], draft.opening.id, now);
      return { matched: true, draft, counterpart: candidate, events };
    }
    field ??= difference ?? "legs";
  }
  return { matched: false, field };
}

/** The settlements of two compatible sides; null when together they are more than the contracts take. */
async function draftMatch(
  { deployment }: Dependencies,
  trx: StoreTransaction,
  { config }: Template,
  sides: readonly [Side, Side],
): Promise<TradeDraft | null> {
  const [{ repo, feeMode }] = sides;
  const timeoutSeconds =
    repo === null
      ? 0
      : await closingSeconds(
          trx,
          sides.map(({ environmentId }) => environmentId),
        );
  const draft = draftTrade(deployment, {
    config,
    parties: sides.toSorted((a, b) => config.required_roles.indexOf(a.role) - config.required_roles.indexOf(b.role)),
    legs: pairLegs(listedBy(sides), config.required_roles).legs,
    feeMode,
    timeoutAt: earlier(sides[0].timeoutAt, sides[1].timeoutAt),
    repo: repo === null ? null : { ...repo, timeoutSeconds },
  });
  return "fault" in draft ? null : draft;
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
