import { expect } from "chai";
import { nameOf } from "../../src/act/act.ts";
import type { Facts } from "../../src/facts/types.ts";
import { plan } from "../../src/plan/plan.ts";
import {
  A,
  B,
  cleared,
  created,
  dvp,
  escrow,
  factsOf,
  guid,
  heads,
  legsIn,
  NOW,
  policy,
  sent,
  T0,
} from "../support/facts.ts";

const names = (facts: Facts, now = NOW) => plan(facts, now, policy).map(nameOf);
const later = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);

describe("plan: locks and messages", () => {
  const terms = dvp(A, B);
  const waiting = { coordinator: created("AWAITING_DEPOSITS"), ...cleared(terms), legs: legsIn("deposited", 2) };
  const revealed = new Set([1, 3]);
  const lockedOnB = new Map([
    [A, escrow({ locked: true, lockReported: true, revealed })],
    [B, escrow({ locked: true, revealed })],
  ]);
  const message = (age: number, received = false) => [
    {
      guid: guid(1),
      kind: "LOCKED" as const,
      sourceChainId: B,
      targetChainId: A,
      sentTransaction: guid(2),
      sentAt: T0 - age,
      received,
    },
  ];

  it("reports a lock that was never reported, with the fee, from the chain of the lock", () => {
    expect(names(factsOf(terms, { ...waiting, escrows: lockedOnB }))).to.deep.equal([`notify_locked:${B}:`]);
  });

  it("waits while a report is on its way, looks for an overdue one, sends again only after the longer interval", () => {
    const at = (age: number) =>
      plan(factsOf(terms, { ...waiting, escrows: lockedOnB, messages: message(age) }), NOW, policy);
    expect(at(7)).to.deep.equal([]);
    expect(at(8)).to.deep.equal([{ type: "recover", message: message(8)[0], again: null }]);
    const [overdue] = at(20);
    expect(overdue).to.have.nested.property("again.kind", "notify_locked");
    expect(overdue).to.have.nested.property("again.subject", "");
  });

  it("counts the attempts of its own calls in the subject, at growing intervals", () => {
    const at = (seconds: number, count: number) => {
      const transactions = Array.from({ length: count }, (_, index) =>
        sent("notify_locked", B, index === 0 ? "" : `#${index + 1}`),
      );
      const facts = factsOf(terms, { ...waiting, escrows: lockedOnB, messages: message(500), transactions });
      const [action] = plan(facts, later(seconds), policy);
      return (action as { again: { subject: string } | null }).again?.subject ?? null;
    };
    expect(at(19, 1)).to.equal(null);
    expect(at(20, 1)).to.equal("#2");
    expect(at(39, 2)).to.equal(null);
    expect(at(40, 2)).to.equal("#3");
  });

  it("tries a lock that its escrow did not take, until the deposit deadline", () => {
    const escrows = new Map([
      [A, escrow({ revealed })],
      [B, escrow({ revealed })],
    ]);
    expect(names(factsOf(terms, { ...waiting, escrows }))).to.deep.equal([
      `notify_locked:${A}:`,
      `notify_locked:${B}:`,
    ]);
    const late = names(factsOf(terms, { ...waiting, escrows, heads: heads(600) }));
    expect(late).to.deep.equal([`refund:${A}:0`, `refund:${B}:1`]);
  });

  it("dispatches the verdict to every escrow that has not heard it, and never to the coordinator's own", () => {
    const facts = {
      coordinator: created("EXECUTING_SWAP", "execute"),
      legs: legsIn("deposited", 2),
      escrows: lockedOnB,
    };
    expect(names(factsOf(terms, facts))).to.deep.equal([`dispatch:${A}:${B}`, `release:${A}:0`]);
  });

  it("dispatches a rollback only where it frees something", () => {
    const rolledBack = { coordinator: created("ROLLED_BACK", "rollback", 50n) };
    const on = (locked: boolean, deposited: boolean, seconds: number) =>
      names(
        factsOf(terms, {
          ...rolledBack,
          heads: heads(seconds),
          escrows: new Map([[B, escrow({ locked })]]),
          legs: [null, deposited ? { status: "deposited", blockNumber: 50n } : null],
        }),
      ).filter((name) => name.startsWith("dispatch") || name.startsWith("refund"));
    expect(on(false, false, 0)).to.deep.equal([]);
    expect(on(false, true, 0)).to.deep.equal([`dispatch:${A}:${B}`]);
    expect(on(false, true, 600)).to.deep.equal([`refund:${B}:1`]);
    expect(on(true, true, 700)).to.deep.equal([`dispatch:${A}:${B}`]);
  });
});
