import { expect } from "chai";
import type { Facts } from "../../src/facts/types.ts";
import { planReveals, recipientsToReveal } from "../../src/plan/reveal.ts";
import { A, B, created, dvp, escrow, factsOf, heads, leg, NOW, policy, termsOf } from "../support/facts.ts";

const deposited = { status: "deposited" as const, blockNumber: 90n };
const waiting = { coordinator: created("AWAITING_DEPOSITS") };
const reveals = (facts: Facts) =>
  planReveals(facts, NOW, policy).map(({ chainId, call }) => ({
    chainId,
    ...call,
  }));

describe("plan: reveals", () => {
  it("opens the buyer where the asset is, after the payment was deposited, and the seller where the cash is, after the asset was", () => {
    const terms = dvp(A, B);
    const at = (legs: Facts["legs"]) => reveals(factsOf(terms, { ...waiting, legs }));
    expect(at([null, null])).to.deep.equal([]);
    expect(at([deposited, null])).to.deep.equal([{ chainId: B, name: "reveal", parties: [1], completesLock: false }]);
    expect(at([null, deposited])).to.deep.equal([{ chainId: A, name: "reveal", parties: [3], completesLock: false }]);
    expect(at([deposited, deposited])).to.deep.equal([
      { chainId: A, name: "reveal", parties: [3], completesLock: true },
      { chainId: B, name: "reveal", parties: [1], completesLock: true },
    ]);
  });

  it("counts a deposit that its recipient has waived", () => {
    for (const status of ["waived", "returned"] as const) {
      const legs = [{ status, blockNumber: 90n }, null];
      const facts = factsOf(dvp(A, B), { ...waiting, legs });
      expect(recipientsToReveal(facts, B)).to.deep.equal([1]);
    }
  });

  it("leaves on one chain everything to the deposits, which open their own wallets", () => {
    const terms = dvp(A, A);
    expect(reveals(factsOf(terms, { ...waiting, legs: [deposited, null] }))).to.deep.equal([]);
    expect(reveals(factsOf(terms, { ...waiting, legs: [deposited, deposited] }))).to.deep.equal([]);
  });

  it("waits for all deposits of a party that deposits several legs", () => {
    const terms = termsOf([leg(A, 1, 3), leg(A, 1, 3), leg(B, 3, 1)], 2);
    const at = (legs: Facts["legs"]) => recipientsToReveal(factsOf(terms, { ...waiting, legs }), B);
    expect(at([deposited, null, deposited])).to.deep.equal([]);
    expect(at([deposited, deposited, null])).to.deep.equal([1]);
  });

  it("leaves a party to its own deposit wherever it makes one, whatever it has deposited elsewhere", () => {
    const terms = termsOf([leg(A, 1, 3), leg(B, 1, 5), leg(A, 3, 1), leg(B, 5, 3)], 3);
    const at = (legs: Facts["legs"], chainId: number) =>
      recipientsToReveal(factsOf(terms, { ...waiting, legs }), chainId);
    expect(at([deposited, null, deposited, null], B)).to.deep.equal([3]);
    expect(at([null, deposited, null, deposited], A)).to.deep.equal([]);
  });

  it("opens a party that deposits nothing once every leg of the escrow is deposited", () => {
    const terms = termsOf([leg(A, 1, 5), leg(A, 3, 1)], 3);
    expect(reveals(factsOf(terms, { ...waiting, legs: [deposited, null] }))).to.deep.equal([]);
    expect(
      reveals(
        factsOf(terms, {
          ...waiting,
          legs: [deposited, deposited],
          escrows: new Map([[A, escrow({ revealed: new Set([1, 3]) })]]),
        }),
      ),
    ).to.deep.equal([{ chainId: A, name: "reveal", parties: [5], completesLock: true }]);
  });

  it("reveals nobody without the secret, twice, after the deposit deadline, or after a verdict", () => {
    const terms = dvp(A, B);
    const facts = factsOf(terms, { ...waiting, legs: [deposited, null] });
    const parties = facts.parties.map((party) => ({ ...party, holdsSecret: { entity: true, wallet: false } }));
    expect(reveals({ ...facts, parties })).to.deep.equal([]);
    expect(reveals({ ...facts, escrows: new Map([[B, escrow({ revealed: new Set([1]) })]]) })).to.deep.equal([]);
    expect(reveals({ ...facts, heads: heads(599) })).to.have.length(1);
    expect(reveals({ ...facts, heads: heads(600) })).to.deep.equal([]);
    expect(reveals({ ...facts, coordinator: created("ROLLED_BACK", "rollback") })).to.deep.equal([]);
  });
});
