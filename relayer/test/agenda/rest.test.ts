import { expect } from "chai";
import fc from "fast-check";
import { restAfter } from "../../src/agenda/rest.ts";
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
  leg,
  legsIn,
  NOW,
  policy,
  sent,
  T0,
  termsOf,
} from "../support/facts.ts";

/** Decided, or waiting for somebody's wallet: in which blocks, and after how many it is final. */
interface Drawn {
  decided: boolean;
  blocks: [own: bigint, first: bigint, second: bigint];
  finalized: number;
}

const terms = dvp(A, B);
const waiting = (changes: Partial<Facts> = {}) =>
  factsOf(terms, { ...cleared(terms), coordinator: created("AWAITING_DEPOSITS"), ...changes });
const rest = (facts: Facts) => restAfter(facts, plan(facts, NOW, policy), NOW, policy);

describe("how long a settlement rests", function () {
  this.timeout(20_000);
  it("not at all while something is to be done", () => {
    expect(rest(factsOf(terms))).to.equal(null);
  });

  it("half a minute at most while it waits for its parties, and to the next deadline of each chain", () => {
    expect(rest(waiting())).to.deep.equal({
      until: NOW.getTime() + 30_000,
      deadlines: new Map([
        [A, terms.depositDeadline],
        [B, terms.depositDeadline],
      ]),
      finals: new Map(),
    });
    const after = rest(waiting({ heads: heads(600) }));
    expect(after?.deadlines).to.deep.equal(new Map([A, B].map((chainId) => [chainId, terms.settleDeadline])));
  });

  it("less while a message is on its way, a leg wants another attempt, or a call failed", () => {
    const message = { guid: guid(1), kind: "LOCKED" as const, sourceChainId: B, targetChainId: A };
    const messages = [{ ...message, sentTransaction: guid(2), sentAt: T0, received: false }];
    expect(rest(waiting({ messages }))?.until).to.equal(NOW.getTime() + 2000);
    const claimable = { coordinator: created("FINALIZED", "execute"), legs: legsIn("claimable", 2) };
    const verdicts = new Map(
      [A, B].map((chainId) => [chainId, escrow({ locked: true, verdict: "execute", releaseReported: true })]),
    );
    const claims = [0, 1].map((leg) => sent("claim", leg === 0 ? A : B, `${leg}`));
    expect(rest(waiting({ ...claimable, escrows: verdicts, transactions: claims }))?.until).to.equal(
      NOW.getTime() + 2000,
    );
    const failed = [sent("reveal", A, "0", { status: "failed", createdAt: NOW })];
    expect(rest(waiting({ transactions: failed }))?.until).to.equal(NOW.getTime() + 2000);
  });

  it("to the block on each chain that makes something of it final", () => {
    const legs = [99n, 97n].map((blockNumber) => ({ status: "refunded" as const, blockNumber }));
    const ended = waiting({ coordinator: created("ROLLED_BACK", "rollback", 98n), legs });
    expect(rest(ended)).to.deep.include({
      finals: new Map([
        [A, 103n],
        [B, 102n],
      ]),
    });
    const reached = { intentId: "another", step: { target: "ROLLED_BACK", evidenceHash: guid(1) }, reachedIn: 96n };
    expect(rest({ ...ended, interventions: [reached] })?.finals.get(A)).to.equal(101n);
    expect(rest({ ...ended, heads: heads(0, 103n) })?.finals).to.deep.equal(new Map([[A, 104n]]));
    expect(rest({ ...ended, heads: heads(0, 104n) }), "then it is closed").to.equal(null);
  });

  it("never beyond a block at which finality alone asks for a step", () => {
    const open = termsOf([leg(A, 1, 5), leg(B, 3, 1)], 3);
    const block = fc.bigInt({ min: 60n, max: 100n });
    const drawn = fc.record({ decided: fc.boolean(), blocks: fc.tuple(block, block, block), finalized: fc.nat(60) });
    const at = ({ decided, blocks: [own, first, second], finalized }: Drawn, number: bigint) =>
      factsOf(open, {
        ...cleared(open),
        heads: new Map([A, B].map((chainId) => [chainId, { number, timestamp: T0, finalized }])),
        coordinator: decided ? created("ROLLED_BACK", "rollback", own) : created("AWAITING_DEPOSITS", "none", own),
        escrows: new Map([[A, escrow({ revealed: new Set([1]) })]]),
        legs: [first, second].map((blockNumber) => ({ status: decided ? "refunded" : "deposited", blockNumber })),
      });
    fc.assert(
      fc.property(drawn, fc.bigInt({ min: 0n, max: 70n }), (one, ahead) => {
        const present = rest(at(one, 100n));
        fc.pre(present !== null);
        if ([...present.finals.values()].some((final) => 100n + ahead >= final)) return;
        expect(plan(at(one, 100n + ahead), NOW, policy)).to.deep.equal([]);
      }),
    );
  });

  it("never beyond a moment at which time alone asks for a step", () => {
    const states = fc.constantFrom("INSTRUCTED", "COMPLIANCE_CHECKING", "AWAITING_DEPOSITS");
    const deadlines = fc.record({
      deposit: fc.integer({ min: 1, max: 500 }),
      settle: fc.integer({ min: 500, max: 900 }),
    });
    fc.assert(
      fc.property(
        states,
        fc.integer({ min: 0, max: 1000 }),
        deadlines,
        fc.nat(1000),
        (state, at, { deposit, settle }, ahead) => {
          const own = { ...terms, depositDeadline: T0 + deposit, settleDeadline: T0 + settle };
          const facts = (seconds: number) =>
            factsOf(own, { ...cleared(own), coordinator: created(state), heads: heads(seconds) });
          const present = restAfter(facts(at), plan(facts(at), NOW, policy), NOW, policy);
          fc.pre(present !== null);
          const reached = [...present.deadlines.values()].some((seconds) => T0 + at + ahead >= seconds);
          if (reached) return;
          expect(plan(facts(at + ahead), NOW, policy)).to.deep.equal([]);
        },
      ),
    );
  });
});
