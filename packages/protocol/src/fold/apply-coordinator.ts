import type { Hex } from "viem";
import { ProtocolError } from "../errors.ts";
import { fromAbiRuleset } from "../rulesets/codec.ts";
import { StateKind } from "../rulesets/types.ts";
import type { Terms } from "../terms/types.ts";
import type { CoordinatorEvent } from "./events.ts";
import type { ChainWorld, CoordinatorSettlement } from "./world.ts";

/** Takes in one event of the coordinator. Changes `chain` in place. */
export function applyCoordinatorEvent(chain: ChainWorld, event: CoordinatorEvent): void {
  if (event.eventName === "RulesetRegistered") {
    chain.rulesets.set(event.args.rulesetId, fromAbiRuleset(event.args.ruleset));
    return;
  }
  const settlement = chain.settlements.get(event.args.settlementId) ?? emptySettlement();
  apply(chain, settlement, event);
  chain.settlements.set(event.args.settlementId, settlement);
}

function apply(
  chain: ChainWorld,
  settlement: CoordinatorSettlement,
  event: Exclude<CoordinatorEvent, { eventName: "RulesetRegistered" }>,
): void {
  switch (event.eventName) {
    case "SettlementCreated":
      create(chain, settlement, event.args);
      break;
    case "StateTransition": {
      const { from, to, gate, evidenceHash, caller } = event.args;
      settlement.kind = kindOf(chain, settlement.rulesetId, to);
      settlement.state = to;
      settlement.transitions.push({ from, to, gate, evidenceHash, caller });
      break;
    }
    case "VerdictTaken":
      settlement.verdict = event.args.verdict;
      break;
    case "VerdictDispatched": {
      const { chainId, verdict, guid } = event.args;
      settlement.dispatches.push({ chainId: Number(chainId), verdict, guid });
      break;
    }
    case "LockReported":
      settlement.lockReports.push(Number(event.args.chainId));
      break;
    case "ReleaseReported":
      settlement.releaseReports.push(Number(event.args.chainId));
      break;
    case "StepFailed":
      settlement.failedSteps.push(event.args.reason);
      break;
    default:
      event satisfies never;
  }
}

function create(
  chain: ChainWorld,
  settlement: CoordinatorSettlement,
  args: { ref: Hex; ruleset: Hex; terms: Terms },
): void {
  const initial = chain.rulesets.get(args.ruleset)?.states.findIndex(({ kind }) => kind === StateKind.INITIAL) ?? -1;
  if (initial < 0) throw unknownRuleset(args.ruleset);
  settlement.created = true;
  settlement.ref = args.ref;
  settlement.rulesetId = args.ruleset;
  settlement.terms = args.terms;
  settlement.state = initial;
  settlement.kind = StateKind.INITIAL;
}

function kindOf(chain: ChainWorld, rulesetId: Hex | null, state: number): number {
  const kind = rulesetId === null ? undefined : chain.rulesets.get(rulesetId)?.states[state]?.kind;
  if (kind === undefined) throw unknownRuleset(rulesetId);
  return kind;
}

function unknownRuleset(rulesetId: Hex | null): ProtocolError {
  return new ProtocolError(
    "event_input",
    `no RulesetRegistered event before the use of ${rulesetId}: logs are missing`,
  );
}

function emptySettlement(): CoordinatorSettlement {
  return {
    created: false,
    ref: null,
    rulesetId: null,
    terms: null,
    state: 0,
    kind: StateKind.INITIAL,
    verdict: 0,
    lockReports: [],
    releaseReports: [],
    transitions: [],
    dispatches: [],
    failedSteps: [],
  };
}
