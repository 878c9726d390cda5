import type { TransactionKind } from "@keystoneos/store";
import type { Facts, MessageFacts, MessageKindName } from "../facts/types.ts";
import type { Action, Call, SendAction } from "./actions.ts";
import { nextAttempt } from "./attempt.ts";
import type { Policy } from "./policy.ts";
import { timeOn } from "./terms.ts";

interface Report {
  kind: TransactionKind;
  /** Chain of the call. */
  chainId: number;
  subject: string;
  call: Call;
  /** What the call sends, and where to. */
  message: MessageKindName;
  target: number;
}

/**
 * A call whose purpose is a message. The first is sent at once; while one is on its way we wait. One that is overdue is looked for at its
 * target, and sent again only when it is not even verified there after the longer interval: the first may still arrive, and no harm if so.
 */
export function planMessage(facts: Facts, report: Report, now: Date, policy: Policy): Action[] {
  if (!facts.heads.has(report.chainId)) return [];
  const subject = nextAttempt(facts, report, now, policy.messageResendSeconds);
  const again: SendAction | null =
    subject === null ? null : { type: "send", chainId: report.chainId, kind: report.kind, subject, call: report.call };
  const last = newest(facts, report);
  if (last === undefined) return again === null ? [] : [again];

  const retriedAt = facts.retry?.askedAt.getTime() ?? 0;
  const age = last.sentAt * 1000 < retriedAt ? Number.POSITIVE_INFINITY : timeOn(facts, report.chainId) - last.sentAt;
  const overdue = age >= policy.messageResendSeconds ? again : null;
  if (last.received) return overdue === null ? [] : [overdue];
  if (age < policy.messageRetrySeconds) return [];
  return [{ type: "recover", message: last, again: overdue }];
}

function newest(facts: Facts, report: Report): MessageFacts | undefined {
  return facts.messages
    .filter((m) => m.kind === report.message && m.sourceChainId === report.chainId && m.targetChainId === report.target)
    .sort((a, b) => b.sentAt - a.sentAt)[0];
}
