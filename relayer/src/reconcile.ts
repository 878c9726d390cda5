import { sql } from "kysely";
import type { Hex } from "viem";
import { act } from "./act/act.ts";
import type { ActContext } from "./act/context.ts";
import { Patience } from "./act/patience.ts";
import { Agenda } from "./agenda/agenda.ts";
import { type Cursor, readChanges } from "./agenda/changes.ts";
import { restAfter } from "./agenda/rest.ts";
import { shortMessage } from "./chains/revert.ts";
import { type AgreementCache, type FactsSource, loadFacts } from "./facts/load.ts";
import type { Facts } from "./facts/types.ts";
import { track } from "./pipeline/track.ts";
import type { Action } from "./plan/actions.ts";
import { plan } from "./plan/plan.ts";

/** Settlements worked on at once; the sends of one chain wait for each other anyway. */
const CONCURRENCY = 8;
const PAGE = 200;
/** A round of screening, then its checks, then signing, then sending. */
const ROUNDS = 4;
const OPENING: readonly Action["type"][] = ["begin_round", "screen", "sign"];

/**
 * One look at what may have something to do: what became of our transactions, then what every open intent that has changed, or whose time
 * has come, needs next. It holds nothing that it could not read again, so it may be killed anywhere and started any number of times.
 */
export class Reconciler {
  readonly #context: ActContext;
  readonly #source: FactsSource;
  readonly #patience = new Patience();
  readonly #agreements: AgreementCache = new Map();
  readonly #agenda = new Agenda();
  #cursor: Cursor = { heads: new Map(), at: null };

  constructor(context: ActContext) {
    this.#context = context;
    const { db, deployment, attester, pipeline, secrets, log } = context;
    const operator = pipeline.operator?.address ?? null;
    this.#source = { db, deployment, attester: attester.address, operator, secrets, log };
  }

  /** Never throws: what fails is logged and looked at again in the next pass. */
  async pass(): Promise<void> {
    const { pipeline } = this.#context;
    await Promise.all(
      [...pipeline.chains.values()].map((chain) =>
        this.#guard(`tracking chain ${chain.chainId}`, () => track(pipeline, chain)),
      ),
    );
    await this.#guard("reconciling", () => this.#reconcile());
    this.#patience.sweep();
  }

  async #reconcile(): Promise<void> {
    const { db } = this.#context;
    const changes = await readChanges(db, this.#cursor);
    const open = await db
      .selectFrom("keystone.intent as i")
      .innerJoin("keystone.settlement as s", "s.id", "i.settlement_id")
      .select(["i.id", "i.settlement_id", "s.settlement_hash"])
      .select(sql<Hex>`s.terms->>'parent'`.as("parent"))
      .where("i.kind", "=", "settle")
      .where("i.status", "=", "open")
      .orderBy("i.created_at")
      .execute();
    if (changes.reorged) this.#agenda.wakeAll();
    for (const { id, settlement_id, settlement_hash, parent } of open) {
      const { settlementIds, settlementHashes } = changes;
      if (settlementIds.has(settlement_id) || settlementHashes.has(settlement_hash) || settlementHashes.has(parent)) {
        this.#agenda.wake(id);
      }
    }
    this.#agenda.keep(new Set(open.map(({ id }) => id)));
    // Only now: what fails before is read again.
    this.#cursor = changes.cursor;
    const now = new Date();
    const due = open.filter(({ id }) => this.#agenda.isDue(id, changes.cursor.heads, now));
    for (let start = 0; start < due.length; start += PAGE) {
      const ids = due.slice(start, start + PAGE).map(({ id }) => id);
      const facts = await loadFacts(this.#source, ids, this.#agreements);
      await inParallel(facts, CONCURRENCY, (one) => this.#settle(one));
    }
  }

  /** Actions that only write to the database open the way to others at once; chains take their time, and the next pass sees them. */
  async #settle(facts: Facts): Promise<void> {
    const { policy } = this.#context;
    let present: Facts | undefined = facts;
    for (let round = 0; present !== undefined && round < ROUNDS; round++) {
      const now = new Date();
      const actions = plan(present, now, policy);
      const rest = restAfter(present, actions, now, policy);
      if (rest !== null) return this.#agenda.rest(present.intentId, rest);
      for (const action of actions) await act(this.#context, this.#patience, present, action);
      if (!actions.some((action) => OPENING.includes(action.type))) return;
      [present] = await loadFacts(this.#source, [present.intentId], this.#agreements);
    }
  }

  async #guard(what: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#context.log.error({ error: shortMessage(error) }, `${what} failed`);
    }
  }
}

async function inParallel<T>(items: readonly T[], width: number, work: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values();
  const lane = async () => {
    for (const item of rest) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, lane));
}
