import { act } from "./act/act.ts";
import type { ActContext } from "./act/context.ts";
import { Patience } from "./act/patience.ts";
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
 * One look at everything: what became of our transactions, then what every open intent needs next. It holds nothing that it could not
 * read again, so it may be killed anywhere and started any number of times.
 */
export class Reconciler {
  readonly #context: ActContext;
  readonly #source: FactsSource;
  readonly #patience = new Patience();
  readonly #agreements: AgreementCache = new Map();

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
    const intents = await this.#context.db
      .selectFrom("keystone.intent")
      .select("id")
      .where("kind", "=", "settle")
      .where("status", "=", "open")
      .orderBy("created_at")
      .execute();
    for (let start = 0; start < intents.length; start += PAGE) {
      const ids = intents.slice(start, start + PAGE).map((intent) => intent.id);
      const facts = await loadFacts(this.#source, ids, this.#agreements);
      await inParallel(facts, CONCURRENCY, (one) => this.#settle(one));
    }
  }

  /** Actions that only write to the database open the way to others at once; chains take their time, and the next pass sees them. */
  async #settle(facts: Facts): Promise<void> {
    let present: Facts | undefined = facts;
    for (let round = 0; present !== undefined && round < ROUNDS; round++) {
      const actions = plan(present, new Date(), this.#context.policy);
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
