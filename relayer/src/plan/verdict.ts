import type { Facts } from "../facts/types.ts";
import type { Action } from "./actions.ts";
import { planMessage } from "./messages.ts";
import type { Policy } from "./policy.ts";
import { escrowOf, legChains, legsOn, timeOn, verdictOf } from "./terms.ts";

/** The verdict for every escrow that has not received it and needs it. The one beside the coordinator reads it there. */
export function planDispatch(facts: Facts, now: Date, policy: Policy): Action[] {
  const chainId = facts.coordinatorChainId;
  return legChains(facts)
    .filter((target) => escrowOf(facts, target).verdict === "none" && isNeeded(facts, target))
    .flatMap((target) =>
      planMessage(
        facts,
        {
          kind: "dispatch",
          chainId,
          subject: String(target),
          call: { name: "dispatch", target },
          message: "VERDICT",
          target,
        },
        now,
        policy,
      ),
    );
}

/** ROLLBACK is worth a message only where it frees a deposit: unlocked ones free themselves at the deposit deadline. */
function isNeeded(facts: Facts, target: number): boolean {
  const verdict = verdictOf(facts);
  if (verdict !== "rollback") return verdict === "execute";
  const held = legsOn(facts, target).some((index) => {
    const status = facts.legs[index]?.status;
    return status === "deposited" || status === "claimable";
  });
  return held && (escrowOf(facts, target).locked || timeOn(facts, target) < facts.terms.depositDeadline);
}
