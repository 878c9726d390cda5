import { expect } from "chai";
import { nameOf } from "../../src/act/act.ts";
import type { Facts } from "../../src/facts/types.ts";
import { plan } from "../../src/plan/plan.ts";
import { A, B, cleared, created, dvp, escrow, factsOf, heads, legsIn, NOW, policy, sent } from "../support/facts.ts";

const names = (facts: Facts, now = NOW) => plan(facts, now, policy).map(nameOf);
const later = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);

describe("plan: payouts and the end", () => {
  const terms = dvp(A, B);
  const escrows = (verdict: "execute" | "rollback", changes = {}) =>
    new Map([
      [A, escrow({ verdict, locked: true, lockReported: true, ...changes })],
      [B, escrow({ verdict, locked: true, lockReported: true, ...changes })],
    ]);

  it("pays by the verdict that the escrow itself has, and tries a failed leg alone, at growing intervals", () => {
    const facts = { coordinator: created("EXECUTING_SWAP", "execute"), escrows: escrows("execute") };
    expect(names(factsOf(terms, { ...facts, legs: legsIn("deposited", 2) }))).to.deep.equal([
      `release:${A}:0`,
      `release:${B}:1`,
    ]);
    expect(names(factsOf(terms, { ...facts, legs: legsIn("claimable", 2) }))).to.deep.equal([
      `claim:${A}:0`,
      `notify_released:${A}:`,
      `claim:${B}:1`,
      `notify_released:${B}:`,
    ]);
    const transactions = [sent("claim", A, "0")];
    const again = (seconds: number) =>
      names(factsOf(terms, { ...facts, legs: legsIn("claimable", 2), transactions }), later(seconds));
    expect(again(29)).to.not.include(`claim:${A}:0#2`);
    expect(again(30)).to.include(`claim:${A}:0#2`);
  });

  it("refunds after a rollback, or without any verdict when the deposits came too late to lock", () => {
    const rollback = { coordinator: created("TIMED_OUT", "rollback"), escrows: escrows("rollback") };
    expect(names(factsOf(terms, { ...rollback, legs: legsIn("deposited", 2) }))).to.deep.equal([
      `refund:${A}:0`,
      `refund:${B}:1`,
    ]);
    const expired = { coordinator: created("AWAITING_DEPOSITS"), ...cleared(terms), heads: heads(600) };
    const legs = [{ status: "deposited" as const, blockNumber: 90n }, null];
    expect(names(factsOf(terms, { ...expired, legs }))).to.deep.equal([`refund:${A}:0`]);
    expect(
      names(
        factsOf(terms, { ...expired, legs, escrows: new Map([[A, escrow({ locked: true, lockReported: true })]]) }),
      ),
    ).to.deep.equal([]);
  });

  it("gives a waived leg back whatever the verdict, before there is one too, and calls it settled at once", () => {
    const legs = [...legsIn("waived", 1), ...legsIn("deposited", 1)];
    const undecided = { coordinator: created("AWAITING_DEPOSITS"), ...cleared(terms) };
    const locked = new Map([
      [A, escrow({ locked: true, lockReported: true, revealed: new Set([3]) })],
      [B, escrow({ revealed: new Set([1]) })],
    ]);
    const awaited = [...legsIn("waived", 1), null];
    expect(names(factsOf(terms, { ...undecided, legs: awaited, escrows: locked }))).to.deep.equal([`claim:${A}:0`]);

    const executing = { coordinator: created("EXECUTING_SWAP", "execute"), escrows: escrows("execute") };
    expect(names(factsOf(terms, { ...executing, legs }))).to.deep.equal([
      `claim:${A}:0`,
      `notify_released:${A}:`,
      `release:${B}:1`,
    ]);
    const returned = [...legsIn("returned", 1), ...legsIn("released", 1)];
    expect(names(factsOf(terms, { ...executing, legs: returned }))).to.deep.equal([
      `notify_released:${A}:`,
      `notify_released:${B}:`,
    ]);
    const rolledBack = { coordinator: created("TIMED_OUT", "rollback"), escrows: escrows("rollback") };
    expect(names(factsOf(terms, { ...rolledBack, legs }))).to.deep.equal([`claim:${A}:0`, `refund:${B}:1`]);
  });

  it("sends no verdict for a leg that goes back without it", () => {
    const escrowsThere = new Map([[B, escrow({ locked: true, lockReported: true })]]);
    const rolledBack = { coordinator: created("ROLLED_BACK", "rollback"), escrows: escrowsThere };
    const at = (status: "deposited" | "waived" | "returned") =>
      names(factsOf(terms, { ...rolledBack, legs: [null, { status, blockNumber: 90n }] }));
    expect(at("deposited")).to.include(`dispatch:${A}:${B}`);
    for (const status of ["waived", "returned"] as const) expect(at(status)).to.not.include(`dispatch:${A}:${B}`);
  });

  it("closes after either verdict when what was not paid by it has gone back waived", () => {
    const end = (verdict: "execute" | "rollback", status: "released" | "refunded") =>
      names(
        factsOf(terms, {
          coordinator: created(verdict === "execute" ? "FINALIZED" : "ROLLED_BACK", verdict, 50n),
          escrows: escrows(verdict, { releaseReported: true }),
          legs: [...legsIn("returned", 1), ...legsIn(status, 1)],
        }),
      );
    expect(end("execute", "released")).to.deep.equal(["forget_secrets", "close"]);
    expect(end("rollback", "refunded")).to.deep.equal(["forget_secrets", "close"]);
    expect(
      names(
        factsOf(terms, {
          coordinator: created("FINALIZED", "execute", 50n),
          escrows: escrows("execute", { releaseReported: true }),
          legs: [...legsIn("waived", 1), ...legsIn("released", 1)],
        }),
      ),
    ).to.deep.equal([`claim:${A}:0`]);
  });

  it("forgets secrets and closes when all is paid and final, not one block earlier", () => {
    const paid = (block: bigint) =>
      names(
        factsOf(terms, {
          coordinator: created("FINALIZED", "execute", 95n),
          escrows: escrows("execute", { releaseReported: true }),
          legs: legsIn("released", 2, block),
        }),
      );
    expect(paid(96n)).to.deep.equal([]);
    expect(paid(95n)).to.deep.equal(["forget_secrets", "close"]);
  });

  it("keeps watch after a rollback while an escrow could still take a deposit", () => {
    const coordinator = created("ROLLED_BACK", "rollback", 50n);
    expect(names(factsOf(terms, { coordinator }))).to.deep.equal(["forget_secrets"]);
    expect(names(factsOf(terms, { coordinator, heads: heads(600) }))).to.deep.equal(["forget_secrets", "close"]);
  });

  it("closes nothing while a leg is claimable", () => {
    const coordinator = created("FINALIZED", "execute", 50n);
    const legs = [...legsIn("released", 1), ...legsIn("claimable", 1)];
    expect(
      names(factsOf(terms, { coordinator, legs, escrows: escrows("execute", { releaseReported: true }) })),
    ).to.deep.equal([`claim:${B}:1`]);
  });
});
