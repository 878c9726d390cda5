import type { StoreTransaction } from "@keystoneos/store";
import { sql } from "kysely";
import type { Hex } from "viem";
import type { Finality } from "../settlements/finality.ts";
import { CLOSING_INITIAL_STATE } from "../settlements/render-context.ts";
import { showTime } from "../time.ts";
import type { EventName } from "./catalogue.ts";
import { eventId } from "./event-id.ts";
import { type NewEvent, storeEvents } from "./store-events.ts";

/** Where a chain says what happened. */
export interface ChainFact {
  chain_id: number;
  block_number: number;
  block_hash: Hex;
  tx_hash: Hex;
  log_index: number;
  finality: Finality;
}

export interface SettlementFact {
  settlementId: string;
  event: EventName;
  at: Date;
  /** Null for what the platform itself knows. */
  chain: ChainFact | null;
  /** What the event is derived from where no log says so; the settlement by default. */
  objectId?: string;
  /** The state that was entered, and the one before, by default the one told last; null when the event is about something else. */
  entered: { state: string; previous?: string | null | undefined } | null;
  /** What the event says beyond what every event of a settlement says; `own` are the parties of the environment that is told. */
  adds?: (own: { partyIds: ReadonlySet<string> }) => Record<string, unknown>;
}

/**
 * Tells every environment with a party in the settlement, once each. Facts of one settlement come in the order in which they happened.
 * They get its next sequences; an event about something else than a state names the state told last.
 */
export async function recordSettlementEvents(trx: StoreTransaction, facts: SettlementFact[]): Promise<void> {
  if (facts.length === 0) return;
  const { events, sequences } = await settlementEvents(trx, facts, { lock: true });
  for (const [settlementId, { last, state }] of sequences) {
    await trx
      .insertInto("keystone.event_sequence")
      .values({ settlement_id: settlementId, last, state })
      .onConflict((conflict) => conflict.column("settlement_id").doUpdateSet({ last, state }))
      .execute();
  }
  await storeEvents(trx, events);
}

/**
 * The events of facts for every environment with a party in the settlement, and how far that brings each settlement's sequence. With
 * `lock` nobody else continues the sequences until the transaction ends; without, they are what they would be were the events recorded now.
 */
export async function settlementEvents(
  trx: StoreTransaction,
  facts: SettlementFact[],
  { lock }: { lock: boolean },
): Promise<{ events: NewEvent[]; sequences: ReadonlyMap<string, { last: number; state: string }> }> {
  if (facts.length === 0) return { events: [], sequences: new Map() };
  const subjects = await readSubjects(trx, [...new Set(facts.map(({ settlementId }) => settlementId))], lock);
  const events: NewEvent[] = [];
  for (const fact of facts) {
    const subject = subjects.get(fact.settlementId);
    if (subject === undefined) throw new Error(`settlement ${fact.settlementId} does not exist`);
    events.push(...nextEvents(fact, subject));
  }
  return { events, sequences: subjects };
}

/** A settlement as its events tell of it. */
export interface Subject {
  hash: Hex;
  type: string;
  tradeReference: string | null;
  ownReference: string | null;
  last: number;
  state: string;
  traceparent: string | null;
  /** By environment, in the order of the parties. */
  receivers: Map<string, Receiver>;
}

interface Receiver {
  reference: string | null;
  partyIds: Set<string>;
}

/** A party, and what it calls the settlement. */
interface Told {
  id: string;
  environment_id: string;
  external_reference: string | null;
}

/** Who is told of a settlement, and under which reference of their own: without instructions the settlement itself has one. */
export function receiversOf(
  parties: readonly Told[],
  { tradeReference, ownReference }: Pick<Subject, "tradeReference" | "ownReference">,
): Map<string, Receiver> {
  const receivers = new Map<string, Receiver>();
  for (const { id, environment_id, external_reference } of parties) {
    const known = receivers.get(environment_id);
    const reference = tradeReference === null ? ownReference : external_reference;
    if (known !== undefined) known.partyIds.add(id);
    else receivers.set(environment_id, { reference, partyIds: new Set([id]) });
  }
  return receivers;
}

async function readSubjects(trx: StoreTransaction, ids: string[], lock: boolean): Promise<Map<string, Subject>> {
  const sequences = await trx
    .selectFrom("keystone.event_sequence")
    .selectAll()
    .where("settlement_id", "in", ids)
    .orderBy("settlement_id")
    .$if(lock, (query) => query.forUpdate())
    .execute();
  const rows = await trx
    .selectFrom("keystone.settlement as settlement")
    .innerJoin("keystone.template as template", "template.id", "settlement.template_id")
    .select(["settlement.id", "settlement_hash", "settlement_type", "trade_reference", "external_reference"])
    // What happens to a settlement goes on with the trace of the request that made it.
    .select((eb) =>
      eb
        .selectFrom("keystone.intent as intent")
        .select("intent.traceparent")
        .whereRef("intent.settlement_id", "=", "settlement.id")
        .where("intent.kind", "=", "settle")
        .as("traceparent"),
    )
    // A repo's closing waits for its maturity before it begins as every other settlement does.
    .select(
      sql<string>`CASE settlement_category WHEN 'repo_close' THEN ${CLOSING_INITIAL_STATE}
        ELSE template.config->>'initial_state' END`.as("initial_state"),
    )
    .where("settlement.id", "in", ids)
    .execute();
  const parties = await trx
    .selectFrom("keystone.party")
    .select(["id", "settlement_id", "environment_id", "external_reference"])
    .where("settlement_id", "in", ids)
    .orderBy("settlement_id")
    .orderBy("position")
    .execute();
  const subjects = new Map<string, Subject>();
  for (const row of rows) {
    const told = sequences.find(({ settlement_id }) => settlement_id === row.id);
    subjects.set(row.id, {
      hash: row.settlement_hash,
      type: row.settlement_type,
      tradeReference: row.trade_reference,
      ownReference: row.external_reference,
      last: told?.last ?? 0,
      state: told?.state ?? row.initial_state,
      traceparent: row.traceparent,
      receivers: receiversOf(
        parties.filter(({ settlement_id }) => settlement_id === row.id),
        { tradeReference: row.trade_reference, ownReference: row.external_reference },
      ),
    });
  }
  return subjects;
}

/** The events of the next fact about a settlement, whose sequence it takes one further. */
export function nextEvents(fact: SettlementFact, subject: Subject): NewEvent[] {
  const previous = fact.entered?.previous === undefined ? subject.state : fact.entered.previous;
  subject.last++;
  subject.state = fact.entered?.state ?? subject.state;
  return eventsOf(fact, subject, previous);
}

function eventsOf(fact: SettlementFact, subject: Subject, previous: string | null): NewEvent[] {
  const { chain, entered, event } = fact;
  const log =
    chain === null
      ? null
      : {
          chainId: chain.chain_id,
          blockNumber: chain.block_number,
          blockHash: chain.block_hash,
          logIndex: chain.log_index,
        };
  const id = eventId(event, log ?? { objectId: fact.objectId ?? fact.settlementId });
  const showsPrevious = entered !== null && previous !== null && event !== "settlement.state.instructed";
  return [...subject.receivers].map(([environmentId, receiver]) => ({
    environmentId,
    id,
    event,
    settlementId: fact.settlementId,
    data: {
      settlement_id: fact.settlementId,
      settlement_hash: subject.hash,
      state: subject.state,
      to_state: subject.state,
      ...(showsPrevious ? { previous_state: previous } : undefined),
      settlement_type: subject.type,
      sequence: subject.last,
      timestamp: showTime(fact.at),
      trade_reference: subject.tradeReference,
      external_reference: receiver.reference,
      ...fact.adds?.(receiver),
      ...(chain === null ? undefined : { chain }),
    },
    log,
    traceparent: subject.traceparent,
  }));
}
