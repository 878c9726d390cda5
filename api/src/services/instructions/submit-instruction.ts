import { randomUUID } from "node:crypto";
import type { StoreTransaction } from "@keystoneos/store";
import { transaction } from "@keystoneos/store";
import type { Caller } from "../../auth/caller.ts";
import type { Dependencies, RequestFacts } from "../../context.ts";
import { ApiError } from "../../errors/api-error.ts";
import type { InstructionCreate, InstructionRead } from "../../schemas/instruction.ts";
import { callersActivity, recordActivity, systemActivity } from "../activity.ts";
import { instructionEvent } from "../events/instruction-events.ts";
import { type NewEvent, storeEvents } from "../events/store-events.ts";
import { findReplay, type IdempotentRequest, lockKey, rememberKey } from "../idempotency.ts";
import { rememberTokens } from "../instruments/remember-tokens.ts";
import { lockReference } from "../matching/lock-reference.ts";
import { type MatchOutcome, matchInstruction } from "../matching/match-instruction.ts";
import type { Side } from "../matching/side.ts";
import { checkRestriction } from "../restriction.ts";
import { createdActivities } from "../settlements/created-activities.ts";
import { wholeSecond } from "../time.ts";
import { takeCommitments } from "../trades/check-commitments.ts";
import { checkTimes } from "../trades/check-timeout.ts";
import { partyOf } from "../trades/party-of.ts";
import { type CheckedInstruction, checkInstruction } from "./check-instruction.ts";
import { readInstruction } from "./get-instruction.ts";

const DAY_MS = 86_400_000;

export interface Submission {
  caller: Caller;
  input: InstructionCreate;
  request: IdempotentRequest;
  facts: RequestFacts;
}

export interface SubmissionResult {
  instruction: InstructionRead;
  /** The key had made it before. */
  replayed: boolean;
}

/**
 * Stores an instruction and matches it at once when it can. One transaction under the lock of its trade reference, so that of any
 * number of simultaneous submissions exactly one pair matches. Throws ApiError 403, 409, 422, ValidationError; then nothing is stored.
 */
export async function submitInstruction(deps: Dependencies, submission: Submission): Promise<SubmissionResult> {
  const { caller, input, request } = submission;
  checkRestriction(caller, null);
  const made = await findReplay(deps.db, request);
  if (made !== null) return { instruction: await readInstruction(deps.db, caller, made), replayed: true };
  if (caller.platformStatus === "suspended") {
    throw new ApiError("platform_suspended", "The platform is suspended and cannot submit new instructions");
  }
  // Chain reads come before the transaction: no lock is held while a node is asked.
  const checked = await checkInstruction(deps, caller, input);
  return transaction(deps.db, async (trx) => {
    await lockKey(trx, request);
    const meanwhile = await findReplay(trx, request);
    const id = meanwhile ?? (await storeAndMatch(deps, trx, submission, checked));
    return { instruction: await readInstruction(trx, caller, id), replayed: meanwhile !== null };
  });
}

async function storeAndMatch(
  deps: Dependencies,
  trx: StoreTransaction,
  { caller, input, request, facts }: Submission,
  checked: CheckedInstruction,
): Promise<string> {
  const tradeReference = input.trade_reference ?? `KS-${randomUUID()}`;
  const now = await lockReference(trx, tradeReference);
  const timeoutAt = wholeSecond(input.timeout_at);
  const { template, legs, repo } = checked;
  checkTimes(deps, { config: template.config, legs, timeoutAt, repo, now });
  await takeCommitments(trx, checked.commitments);
  const side: Side = {
    instructionId: randomUUID(),
    idempotencyKey: request.key,
    platformId: caller.platformId,
    platformSlug: caller.platformSlug,
    environmentId: caller.environmentId,
    templateId: template.id,
    role: input.role,
    feeMode: checked.feeMode,
    open: checked.open,
    timeoutAt,
    repo,
    repoRate: input.repo_rate ?? null,
    party: partyOf(input.party),
    legs,
  };
  const counterpartyPlatformSlug = input.counterparty_platform_slug ?? null;
  await rememberTokens(trx, checked.learned);
  await trx
    .insertInto("keystone.instruction")
    .values({
      id: side.instructionId,
      platform_id: side.platformId,
      environment_id: side.environmentId,
      idempotency_key: request.key,
      trade_reference: tradeReference,
      template_id: side.templateId,
      template_slug: input.template_slug,
      role: side.role,
      status: "pending_match",
      party: JSON.stringify(side.party),
      legs: JSON.stringify(side.legs),
      open: side.open,
      fee_mode: input.fee_mode ?? null,
      counterparty_platform_slug: counterpartyPlatformSlug,
      settlement_category: input.settlement_category ?? null,
      maturity_at: repo?.maturityAt ?? null,
      repayment_amount: repo?.repaymentAmount ?? null,
      repo_rate: side.repoRate,
      timeout_at: timeoutAt,
      expires_at: new Date(Math.min(now.getTime() + DAY_MS, timeoutAt.getTime())),
      created_at: now,
      updated_at: now,
    })
    .execute();
  await rememberKey(trx, request, side.instructionId);
  // A reference that was made here is nobody else's yet.
  const outcome: MatchOutcome =
    input.trade_reference == null
      ? { matched: false, field: null }
      : await matchInstruction(deps, trx, { side, template, tradeReference, counterpartyPlatformSlug, now });
  if (!outcome.matched && outcome.field !== null) {
    await trx
      .updateTable("keystone.instruction")
      .set({ match_failure_field: outcome.field })
      .where("id", "=", side.instructionId)
      .execute();
  }
  await recordSubmission(trx, caller, facts, side, tradeReference, outcome);
  await storeEvents(trx, eventsOf(side, tradeReference, outcome, now));
  return side.instructionId;
}

/** Tells both owners what came of a match and that it was one, or the one owner what kept its instruction from matching. */
function eventsOf(side: Side, tradeReference: string, outcome: MatchOutcome, at: Date): NewEvent[] {
  const about = ({ instructionId, environmentId }: Side) => ({ instructionId, environmentId, tradeReference, at });
  if (outcome.matched) {
    const { draft, counterpart } = outcome;
    const matched = { event: "instruction.matched", status: "matched", settlementId: draft.opening.id } as const;
    const owners = [counterpart, side];
    return [...outcome.events, ...owners.map((owner) => instructionEvent({ ...about(owner), ...matched }))];
  }
  if (outcome.field === null) return [];
  const failed = { event: "instruction.match_failed", status: "pending_match", field: outcome.field } as const;
  return [instructionEvent({ ...about(side), ...failed })];
}

async function recordSubmission(
  trx: StoreTransaction,
  caller: Caller,
  facts: RequestFacts,
  side: Side,
  tradeReference: string,
  outcome: MatchOutcome,
): Promise<void> {
  const instruction = (id: string, type: string, description: string) =>
    ({ type, category: "instruction", description, resourceType: "instruction", resourceId: id }) as const;
  const rows = [
    callersActivity(caller, facts, {
      ...instruction(side.instructionId, "instruction.created", `Instruction submitted as ${side.role}`),
      statusCode: 201,
      detail: { trade_reference: tradeReference, role: side.role },
    }),
  ];
  if (outcome.matched) {
    const { draft, counterpart } = outcome;
    const settlementId = draft.opening.id;
    const owners = [side, counterpart];
    for (const owner of owners) {
      const matched = instruction(owner.instructionId, "instruction.matched", `Instruction matched as ${owner.role}`);
      rows.push(systemActivity(owner, "matching", { ...matched, detail: { settlement_id: settlementId } }));
    }
    const environments = new Map(owners.map((owner) => [owner.environmentId, owner]));
    for (const owner of environments.values()) {
      for (const activity of createdActivities(draft, "by matching instructions", {
        trade_reference: tradeReference,
      })) {
        rows.push(systemActivity(owner, "matching", activity));
      }
    }
  }
  await recordActivity(trx, rows);
}
