import { setTimeout as sleep } from "node:timers/promises";
import type { Settlement } from "../api/shapes.ts";
import type { Dependencies } from "../context.ts";
import { shortMessage } from "../log.ts";
import { depositLeg } from "./deposit.ts";
import { scriptOf } from "./mirror.ts";
import { owedLegs } from "./progress.ts";

export interface Rounds {
  /** Why the last attempt at a settlement's deposits failed; null where it did not. Forgotten at a restart, and found again. */
  faultOf(settlementId: string): string | null;
  /** When the platform was last asked with success. */
  readonly lastRound: Date | null;
  /** Begins nothing more, and waits for what is under way, at most `graceMs`; a restart takes up the rest. */
  stop(graceMs: number): Promise<void>;
}

const LONGEST_PAUSE_MS = 60_000;

/**
 * Plays the counterparty's deposits, for ever: each round reads from the platform which settlements await them. Nothing is remembered that
 * matters, so a process that was killed goes on where the chains are.
 */
export function startRounds(deps: Dependencies, tickMs: number): Rounds {
  const { own, log } = deps;
  const busy = new Map<string, Promise<void>>();
  const faults = new Map<string, { message: string; failures: number; notBefore: number }>();
  const ending = new AbortController();
  let lastRound: Date | null = null;

  async function round(): Promise<void> {
    const waiting = await own.awaitingDeposits();
    lastRound = new Date();
    const ids = new Set(waiting.map(({ id }) => id));
    for (const id of faults.keys()) if (!ids.has(id)) faults.delete(id);
    for (const settlement of waiting) {
      const { id } = settlement;
      if (busy.has(id) || (faults.get(id)?.notBefore ?? 0) > Date.now() || !deposits(settlement)) continue;
      busy.set(
        id,
        play(settlement).finally(() => busy.delete(id)),
      );
    }
  }

  async function play(settlement: Settlement): Promise<void> {
    const { id } = settlement;
    try {
      for (const leg of owedLegs(settlement)) {
        if (leg.status !== "pending" || ending.signal.aborted) continue;
        const paid = await depositLeg(deps, settlement, leg);
        if (paid) log.info({ settlement_id: id, leg_index: leg.leg_index, chain_id: leg.chain_id }, "deposited");
      }
      faults.delete(id);
    } catch (error) {
      const failures = (faults.get(id)?.failures ?? 0) + 1;
      const notBefore = Date.now() + Math.min(tickMs * 2 ** failures, LONGEST_PAUSE_MS);
      faults.set(id, { message: shortMessage(error), failures, notBefore });
      log.warn({ settlement_id: id, failures, err: error }, "the deposit is tried again");
    }
  }

  const running = (async () => {
    while (!ending.signal.aborted) {
      await round().catch((error: unknown) => log.warn({ err: error }, "the platform is asked again"));
      await sleep(tickMs, undefined, { signal: ending.signal }).catch(() => {});
    }
  })();

  return {
    faultOf: (settlementId) => faults.get(settlementId)?.message ?? null,
    get lastRound() {
      return lastRound;
    },
    async stop(graceMs) {
      ending.abort();
      const done = running.then(() => Promise.all(busy.values()));
      await Promise.race([done, sleep(graceMs, undefined, { ref: false })]);
    },
  };
}

/** Whether this is the sandbox's own, by a script that pays, with something left to pay. */
function deposits(settlement: Settlement): boolean {
  const owed = owedLegs(settlement);
  if (!owed.some(({ status }) => status === "pending")) return false;
  const script = settlement.parties.map(({ external_reference }) => scriptOf(external_reference)).find((each) => each);
  return script !== "match_only";
}
