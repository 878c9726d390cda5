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
import { DueBook } from "./gauges/due.ts";
import { inParallel, Newest } from "./newest.ts";
import type { Action } from "./plan/actions.ts";
import { plan } from "./plan/plan.ts";

/** Settlements worked on at once, and calls to one chain; the sends of one key wait for each other anyway. */
const CONCURRENCY = 8;
const PAGE = 200;
/** A round of screening, then its checks, then signing, then sending. */
const ROUNDS = 4;
const OPENING: readonly Action["type"][] = ["begin_round", "screen", "sign"];

/** What is to be done for one settlement on one chain, one after the other. */
interface Work {
  facts: Facts;
  actions: Action[];
}

/**
 * One look at what every open intent that has changed, or whose time has come, needs next. What needs a chain is worked off for each chain by
 * itself, so that one whose node is slow or dead holds up nothing else. It holds nothing that it could not read again, so it may be killed
 * anywhere and started any number of times.
 */
export class Reconciler {
  readonly #context: ActContext;
  readonly #source: FactsSource;
  readonly #patience = new Patience();
  readonly #agreements: AgreementCache = new Map();
  readonly #queues: ReadonlyMap<number | "messages", Newest<Work>>;
  readonly #agenda = new Agenda();
  readonly #perform: typeof act;
  /** What is to be done, for operators. */
  readonly due = new DueBook();
  #cursor: Cursor = { heads: new Map(), at: null };

  /** `perform` does an action, or in a dry run tells what it would do. */
  constructor(context: ActContext, perform: typeof act = act) {
    this.#context = context;
    this.#perform = perform;
    const { db, deployment, attester, pipeline, secrets, deepFinality, log } = context;
    const operator = pipeline.lanes.find(({ role }) => role === "operator")?.signer.address ?? null;
    this.#source = { db, deployment, attester: attester.address, operator, deepFinality, secrets, log };
    this.#queues = new Map(
      [...pipeline.chains.keys(), "messages" as const].map((name) => [
        name,
        new Newest(CONCURRENCY, (work: Work) => this.#send(work)),
      ]),
    );
  }

  /**
   * Never throws: what fails is logged and looked at again in the next pass. What needs chains may go on after it. False where not everything
   * could be looked at.
   */
  async pass(): Promise<boolean> {
    this.#patience.sweep();
    try {
      await this.#reconcile();
      return true;
    } catch (error) {
      this.#context.log.error({ error: shortMessage(error) }, "reconciling failed");
      return false;
    }
  }

  /** Resolves when nothing that passes have begun goes on any more. */
  async settled(): Promise<void> {
    await Promise.all([...this.#queues.values()].map((queue) => queue.idle()));
  }

  /** Begins nothing more, and resolves when what is under way has ended. */
  async stop(): Promise<void> {
    await Promise.all([...this.#queues.values()].map((queue) => queue.stop()));
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
    const ids = new Set(open.map(({ id }) => id));
    this.#agenda.keep(ids);
    this.due.keep(ids);
    // Only now: what fails before is read again.
    this.#cursor = changes.cursor;
    const now = new Date();
    const due = open.filter(({ id }) => this.#agenda.isDue(id, changes.cursor.heads, now));
    const found = new Map<number | "messages", Work[]>([...this.#queues.keys()].map((name) => [name, []]));
    for (let start = 0; start < due.length; start += PAGE) {
      const ids = due.slice(start, start + PAGE).map(({ id }) => id);
      const facts = await loadFacts(this.#source, ids, this.#agreements);
      await inParallel(facts, CONCURRENCY, async (one) => {
        for (const [name, work] of await this.#settle(one)) found.get(name)?.push(work);
      });
    }
    for (const [name, queue] of this.#queues) queue.offer(found.get(name) ?? []);
  }

  /** Actions that only write to the database open the way to others at once; those that need a chain are returned by it. */
  async #settle(facts: Facts): Promise<Map<number | "messages", Work>> {
    const { policy } = this.#context;
    let present: Facts | undefined = facts;
    const sends = new Map<number | "messages", Work>();
    for (let round = 0; present !== undefined && round < ROUNDS; round++) {
      const now = new Date();
      const actions = plan(present, now, policy);
      this.due.look(present, now, policy);
      sends.clear();
      const rest = restAfter(present, actions, now, policy);
      if (rest !== null) this.#agenda.rest(present.intentId, rest);
      for (const action of actions) {
        const name = queueOf(action);
        if (name === null) await this.#perform(this.#context, this.#patience, present, action);
        else sends.set(name, { facts: present, actions: [...(sends.get(name)?.actions ?? []), action] });
      }
      if (!actions.some((action) => OPENING.includes(action.type))) return sends;
      [present] = await loadFacts(this.#source, [present.intentId], this.#agreements);
    }
    return sends;
  }

  async #send({ facts, actions }: Work): Promise<void> {
    for (const action of actions) await this.#perform(this.#context, this.#patience, facts, action);
  }
}

/** The chain whose node an action needs; an overdue message needs two. */
function queueOf(action: Action): number | "messages" | null {
  switch (action.type) {
    case "send":
      return action.chainId;
    case "intervene":
      return action.send.chainId;
    case "recover":
      return "messages";
    default:
      return null;
  }
}
