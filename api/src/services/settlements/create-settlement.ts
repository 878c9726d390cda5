import type { TermsFault } from "@keystoneos/protocol";
import type { StoreTransaction } from "@keystoneos/store";
import { sql } from "kysely";
import type { Caller } from "../../auth/caller.ts";
import type { Dependencies, RequestFacts } from "../../context.ts";
import { ApiError } from "../../errors/api-error.ts";
import { ValidationError } from "../../errors/validation.ts";
import type { SettlementRead } from "../../schemas/settlement.ts";
import type { SettlementCreate } from "../../schemas/settlement-create.ts";
import { callersActivity, recordActivity } from "../activity.ts";
import { storeEvents } from "../events/store-events.ts";
import { findReplay, type IdempotentRequest, makeOnce } from "../idempotency.ts";
import { rememberTokens } from "../instruments/remember-tokens.ts";
import type { TradeParty } from "../matching/side.ts";
import { wholeSecond } from "../time.ts";
import { takeCommitments } from "../trades/check-commitments.ts";
import { checkTimes } from "../trades/check-timeout.ts";
import { partyOf } from "../trades/party-of.ts";
import { type CheckedSettlement, checkSettlement } from "./check-settlement.ts";
import { createdActivities } from "./created-activities.ts";
import { draftTrade } from "./draft-trade.ts";
import { getSettlement } from "./get-settlement.ts";
import { closingSeconds, storeTrade } from "./store-trade.ts";

export interface Creation {
  caller: Caller;
  input: SettlementCreate;
  request: IdempotentRequest;
  facts: RequestFacts;
}

/**
 * Makes a settlement whose parties are all the caller's own; of a repo the closing too. One transaction with its events, the relayer's
 * intents and the activity. Throws ApiError 403, 409, 422, ValidationError; then nothing is stored.
 */
export async function createSettlement(
  deps: Dependencies,
  creation: Creation,
): Promise<{ settlement: SettlementRead; replayed: boolean }> {
  const { caller, input, request } = creation;
  const made = await findReplay(deps.db, request);
  if (made !== null) return { settlement: await getSettlement(deps, caller, made), replayed: true };
  if (caller.platformStatus === "suspended") {
    throw new ApiError("platform_suspended", "The platform is suspended and cannot create new settlements");
  }
  // Chain reads come before the transaction: no lock is held while a node is asked.
  const checked = await checkSettlement(deps, caller, input);
  const { id, replayed } = await makeOnce(deps.db, request, (trx) => make(deps, trx, creation, checked));
  return { settlement: await getSettlement(deps, caller, id), replayed };
}

async function make(
  deps: Dependencies,
  trx: StoreTransaction,
  { caller, input, request, facts }: Creation,
  checked: CheckedSettlement,
): Promise<string> {
  const { template, legs, feeMode, repo } = checked;
  const { config } = template;
  const now = await readClock(trx);
  const timeoutAt = wholeSecond(input.timeout_at);
  checkTimes(deps, { config, legs: legs.map(({ leg }) => leg), timeoutAt, repo, now });
  await takeCommitments(trx, checked.commitments);
  const parties = checked.parties.map((party): TradeParty => {
    const { platformId, platformSlug, environmentId } = caller;
    return {
      ...{ role: party.role, platformId, platformSlug, environmentId },
      instructionId: null,
      idempotencyKey: request.key,
      party: partyOf(party),
      open: false,
      repoRate: input.repo_rate ?? null,
    };
  });
  const timeoutSeconds = repo === null ? 0 : await closingSeconds(trx, [caller.environmentId]);
  const draft = draftTrade(deps.deployment, {
    ...{ config, parties, legs, feeMode, timeoutAt },
    repo: repo === null ? null : { ...repo, timeoutSeconds },
  });
  if ("fault" in draft) throw refused(draft.fault);
  await rememberTokens(trx, checked.learned);
  const events = await storeTrade(deps, trx, draft, {
    ...{ template, owner: caller, feeMode, repo, now },
    tradeReference: null,
    externalReference: input.external_reference ?? null,
    createdBy: caller.kind === "user" ? `user:${caller.actorId}` : `m2m:${caller.environmentId}`,
  });
  const activities = createdActivities(draft, "without instructions", { template_slug: template.slug });
  await recordActivity(
    trx,
    activities.map((activity) => callersActivity(caller, facts, { ...activity, statusCode: 201 })),
  );
  await storeEvents(trx, events);
  return draft.opening.id;
}

async function readClock(trx: StoreTransaction): Promise<Date> {
  const { rows } = await sql<{ now: Date }>`SELECT clock_timestamp()::timestamptz(3) AS now`.execute(trx);
  return rows[0]?.now as Date;
}

/** What else is wrong was said before: it is too much for the contracts, or pays a fee to its own token. */
function refused({ message }: TermsFault): ValidationError {
  const msg = `The contracts do not take these legs together: ${message}`;
  return new ValidationError([{ loc: ["body", "legs"], msg, type: "terms_refused" }]);
}
