import { coordinatorReport, ruleset, settlement, transition } from "ponder:schema";
import { fromAbiRuleset, StateKind } from "@keystoneos/protocol";
import { coordinatorAbi } from "@keystoneos/protocol/abi";
import type { Hex } from "viem";
import { type Fact, listen, type Place } from "./listen.ts";
import { gateAt, stateAt, stateName, type Verdict, verdictAt } from "./names.ts";

listen("coordinator", coordinatorAbi, {
  async RulesetRegistered({ args, at, db }) {
    const { states, edges } = fromAbiRuleset(args.ruleset);
    const named = states.map(({ kind }, index) => ({
      name: stateName(args.ruleset.states[index]?.name ?? "0x"),
      kind,
    }));
    await db
      .insert(ruleset)
      .values({ chainId: at.chainId, id: args.rulesetId, states: named, edges: [...edges] })
      .onConflictDoNothing();
  },

  async SettlementCreated({ args, at, data, db }) {
    const rules = await db.find(ruleset, { chainId: at.chainId, id: args.ruleset });
    const initial = rules?.states.findIndex(({ kind }) => kind === StateKind.INITIAL) ?? 0;
    const state = stateAt(rules, Math.max(initial, 0));
    const created = {
      ref: args.ref,
      ruleset: args.ruleset,
      // The log's data is abi.encode(terms): the very bytes that the chain published.
      terms: data,
      created: true,
      state,
      ...lastEvent(at),
    };
    await db
      .insert(settlement)
      .values({ ...key(args.settlementId, at), verdict: "none", transitionCount: 0, ...created })
      .onConflictDoUpdate(created);
    const first = { fromState: null, toState: state, gate: null, evidenceHash: null, caller: at.txFrom, ...place(at) };
    await db
      .insert(transition)
      .values({ ...key(args.settlementId, at), sequence: 1, ...first })
      .onConflictDoUpdate(first);
  },

  async StateTransition({ args, at, db }) {
    const known = await db.find(settlement, key(args.settlementId, at));
    const rules = known?.ruleset ? await db.find(ruleset, { chainId: at.chainId, id: known.ruleset }) : null;
    const state = stateAt(rules, args.to);
    const count = (known?.transitionCount ?? 0) + 1;
    const step = {
      fromState: stateAt(rules, args.from),
      toState: state,
      gate: gateAt(args.gate),
      evidenceHash: args.evidenceHash,
      caller: args.caller,
      ...place(at),
    };
    await db
      .insert(transition)
      .values({ ...key(args.settlementId, at), sequence: count + 1, ...step })
      .onConflictDoUpdate(step);
    const moved = { state, transitionCount: count, ...lastEvent(at) };
    await db
      .insert(settlement)
      .values({ ...key(args.settlementId, at), created: false, verdict: "none", ...moved })
      .onConflictDoUpdate(moved);
  },

  async VerdictTaken(fact) {
    const { args, at, db } = fact;
    const verdict = verdictAt(args.verdict);
    const decided = { verdict, ...lastEvent(at) };
    // Without a creation this is a timeout, and all that there will ever be: the id can no longer be created.
    await db
      .insert(settlement)
      .values({ ...key(args.settlementId, at), created: false, state: "TIMED_OUT", transitionCount: 0, ...decided })
      .onConflictDoUpdate(decided);
    await report(args.settlementId, at.chainId, fact, (row) => ({ ...row, verdict: given(verdict) }));
  },

  async VerdictDispatched(fact) {
    await touch(fact);
    await report(fact.args.settlementId, fact.args.chainId, fact, (row) => ({
      ...row,
      dispatched: row.dispatched + 1,
    }));
  },

  async LockReported(fact) {
    await touch(fact);
    await report(fact.args.settlementId, fact.args.chainId, fact, (row) => ({ ...row, lockReported: true }));
  },

  async ReleaseReported(fact) {
    await touch(fact);
    await report(fact.args.settlementId, fact.args.chainId, fact, (row) => ({ ...row, releaseReported: true }));
  },

  StepFailed: touch,
});

interface Report {
  lockReported: boolean;
  releaseReported: boolean;
  dispatched: number;
  verdict: "execute" | "rollback" | null;
}

/** Notes what the coordinator said of a settlement at one chain's escrow. */
async function report(
  settlementHash: Hex,
  escrowChainId: bigint,
  { at, db }: Pick<Fact, "at" | "db">,
  change: (row: Report) => Report,
): Promise<void> {
  const nothing: Report = { lockReported: false, releaseReported: false, dispatched: 0, verdict: null };
  await db
    .insert(coordinatorReport)
    .values({ chainId: at.chainId, escrowChainId, settlementHash, ...change(nothing) })
    .onConflictDoUpdate(({ lockReported, releaseReported, dispatched, verdict }) =>
      change({ lockReported, releaseReported, dispatched, verdict }),
    );
}

/** Moves a known settlement's last event to here. */
async function touch({ args, at, db }: Fact<{ settlementId: Hex }>): Promise<void> {
  const known = await db.find(settlement, key(args.settlementId, at));
  if (known !== null) await db.update(settlement, key(args.settlementId, at)).set(lastEvent(at));
}

function key(settlementHash: Hex, { chainId }: Place) {
  return { chainId, settlementHash };
}

function lastEvent({ blockNumber, blockHash, blockTimestamp, txHash }: Place) {
  return { blockNumber, blockHash, blockTimestamp, txHash };
}

function place(at: Place) {
  return { ...lastEvent(at), logIndex: at.logIndex };
}

function given(verdict: Verdict): "execute" | "rollback" | null {
  return verdict === "none" ? null : verdict;
}
