import { expect } from "chai";
import { getAddress, keccak256, toHex } from "viem";
import { nameOf } from "../../src/act/act.ts";
import type { Facts, InterventionFacts } from "../../src/facts/types.ts";
import type { Action } from "../../src/plan/actions.ts";
import { plan } from "../../src/plan/plan.ts";
import { A, B, cleared, created, dvp, factsOf, guid, heads, legsIn, NOW, policy, sent } from "../support/facts.ts";

const OPERATOR = getAddress(`0x${"b".repeat(40)}`);
const evidenceHash = keccak256(toHex("evidence"));
const step = (target: string, changes: Partial<InterventionFacts> = {}): InterventionFacts => ({
  intentId: "asked",
  step: { target, evidenceHash },
  reachedIn: null,
  ...changes,
});

describe("plan: interventions", () => {
  const terms = { ...dvp(A, B), operator: OPERATOR };
  const facts = (state: string, asked: InterventionFacts[], changes: Partial<Facts> = {}) =>
    factsOf(terms, { coordinator: created(state), interventions: asked, operator: OPERATOR, ...changes });
  const steps = (from: Facts) =>
    plan(from, NOW, policy).filter((action): action is Extract<Action, { type: "intervene" }> => {
      return action.type === "intervene";
    });
  const names = (from: Facts) => plan(from, NOW, policy).map(nameOf);

  it("takes the step that was asked for, with its evidence, and lets no other one go ahead of it", () => {
    for (const state of ["INSTRUCTED", "COMPLIANCE_CHECKING", "COMPLIANCE_CLEARED"]) {
      const from = facts(state, [step("ROLLED_BACK")], cleared(terms));
      expect(steps(from)).to.deep.equal([
        {
          type: "intervene",
          intentId: "asked",
          allowed: true,
          send: {
            type: "send",
            chainId: A,
            kind: "manual",
            subject: "asked",
            call: { name: "transition", target: 6, evidenceHash, manual: true, intentId: "asked" },
          },
        },
      ]);
      expect(names(from)).to.not.include(`advance:${A}:${state}`);
      expect(names(facts(state, [], cleared(terms)))).to.include(`advance:${A}:${state}`);
    }
  });

  it("leaves a step that anyone may take to the gas key", () => {
    const forward = steps(facts("INSTRUCTED", [step("COMPLIANCE_CHECKING")]));
    expect(forward.map(({ send, allowed }) => [send.call, allowed])).to.deep.equal([
      [{ name: "transition", target: 1, evidenceHash, manual: false, intentId: "asked" }, true],
    ]);
    const late = steps(facts("INSTRUCTED", [step("TIMED_OUT")], { heads: heads(660) }));
    expect(
      late.map(({ send, allowed }) => [send.call.name === "transition" && send.call.manual, allowed]),
    ).to.deep.equal([[false, true]]);
    const word = cleared(terms);
    const vetoed = word.statements.map((statement) => ({ ...statement, statuses: [1, 3, 1, 1] }));
    const failed = steps(facts("COMPLIANCE_CHECKING", [step("ROLLED_BACK")], { ...word, statements: vetoed }));
    expect(failed.map(({ send }) => send.call.name === "transition" && send.call.manual)).to.deep.equal([false]);
  });

  it("has the contract refuse what no edge allows any more", () => {
    for (const from of [
      facts("AWAITING_DEPOSITS", [step("ROLLED_BACK")]),
      facts("AWAITING_DEPOSITS", [step("COMPLIANCE_CHECKING")]),
      facts("INSTRUCTED", [step("TIMED_OUT")]),
      facts("TIMED_OUT", [step("ROLLED_BACK")], { coordinator: created("TIMED_OUT", "rollback") }),
      facts("INSTRUCTED", [step("ROLLED_BACK")], { coordinator: null }),
    ]) {
      expect(steps(from).map(({ allowed }) => allowed)).to.deep.equal([false]);
    }
  });

  it("leaves a MANUAL step to a relayer that has the key of these terms, and goes on itself", () => {
    for (const operator of [null, getAddress(`0x${"9".repeat(40)}`)]) {
      const from = facts("INSTRUCTED", [step("ROLLED_BACK")], { operator });
      expect(names(from)).to.deep.equal([`advance:${A}:INSTRUCTED`]);
      expect(steps(facts("INSTRUCTED", [step("COMPLIANCE_CHECKING")], { operator }))).to.have.length(1);
    }
  });

  it("has no operator where the terms name none", () => {
    const none = factsOf(dvp(A, B), {
      coordinator: created("INSTRUCTED"),
      interventions: [step("ROLLED_BACK")],
      operator: dvp(A, B).operator,
    });
    expect(steps(none).map(({ allowed }) => allowed)).to.deep.equal([false]);
  });

  it("sends nothing more while the step is in flight or not indexed yet", () => {
    const mine = (changes: Parameters<typeof sent>[3]) => ({ transactions: [sent("manual", A, "asked", changes)] });
    for (const changes of [{ status: "submitted" as const, blockNumber: null }, { blockNumber: 101n }]) {
      expect(steps(facts("INSTRUCTED", [step("ROLLED_BACK")], mine(changes)))).to.deep.equal([]);
    }
    expect(steps(facts("INSTRUCTED", [step("ROLLED_BACK")], { heads: new Map() }))).to.deep.equal([]);
  });

  it("is done when the state was entered, by whomever, and its block is final", () => {
    const rolledBack = { coordinator: created("ROLLED_BACK", "rollback") };
    const at = (reachedIn: bigint) => names(facts("ROLLED_BACK", [step("ROLLED_BACK", { reachedIn })], rolledBack));
    expect(at(96n)).to.deep.equal([]);
    expect(at(95n)).to.deep.equal(["finish:asked"]);
  });

  it("keeps the settlement's intent open until its own end is told", () => {
    const over = {
      coordinator: created("ROLLED_BACK", "rollback", 10n),
      heads: heads(700),
      legs: legsIn("refunded", 2, 10n),
      parties: [],
    };
    expect(names(facts("ROLLED_BACK", [step("TIMED_OUT")], over))).to.deep.equal([`manual:${A}:asked`]);
    expect(names(facts("ROLLED_BACK", [], over))).to.deep.equal(["close"]);
  });

  it("has everything tried anew by being asked for", () => {
    const retry = { intentId: "asked", askedAt: new Date(NOW.getTime() - 1) };
    const before = { createdAt: new Date(NOW.getTime() - 1000) };
    const message = {
      guid: guid(1),
      kind: "VERDICT" as const,
      sourceChainId: A,
      targetChainId: B,
      sentTransaction: guid(2),
      sentAt: NOW.getTime() / 1000 - 2,
      received: false,
    };
    const from = facts("EXECUTING_SWAP", [step("", { step: null })], {
      coordinator: created("EXECUTING_SWAP", "execute"),
      messages: [message],
      transactions: [sent("dispatch", A, String(B), before)],
      escrows: new Map(),
      retry,
    });
    expect(names(from)).to.include.members(["finish:asked", `recover:${guid(1)}:again`]);
    const recover = plan(from, NOW, policy).find((action) => action.type === "recover");
    expect(recover?.again?.subject).to.equal(`${B}#2`);
    expect(names({ ...from, retry: null, interventions: [] }).join()).to.not.include("recover:");
  });
});
