import { expect } from "chai";
import fc from "fast-check";
import type { Hex } from "viem";
import { REPO_RULESET, type Ruleset, rulesetId, STANDARD_RULESET } from "../src/index.ts";
import { type Leg, ProtocolError, type Terms, type TermsContext, validateTerms } from "../src/terms/index.ts";
import { wellFormedTerms } from "./support/arbitraries.ts";
import { PATIENCE } from "./support/patience.ts";
import { context, terms, withLeg } from "./support/sample.ts";
import { faultyTerms } from "./support/terms-faults.ts";

describe("validateTerms", function () {
  this.timeout(PATIENCE);

  it("takes the sample and any well-formed terms", () => {
    expect(validateTerms(terms, context)).to.equal(null);
    fc.assert(
      fc.property(wellFormedTerms(context), (good) => {
        expect(validateTerms(good, context)).to.equal(null);
      }),
    );
  });

  for (const { name, change, error, args, field } of faultyTerms) {
    it(`names ${error} for ${name}`, () => {
      const fault = validateTerms(change(terms), context);
      expect(fault).to.include({ error, field });
      expect(fault?.args).to.deep.equal(args);
    });
  }

  it("takes each list at its bound", () => {
    const parties = Array.from(
      { length: 32 },
      (_, index) => `0x${(index + 1).toString(16).padStart(64, "0")}` as const,
    );
    const attesters = Array.from(
      { length: 8 },
      (_, index) => `0x${(index + 1).toString(16).padStart(40, "0")}` as const,
    );
    const cheap = { ...(terms.legs[0] as Leg), fees: [] };
    const full: Terms = {
      ...terms,
      parties,
      attesters,
      threshold: 8,
      legs: Array.from({ length: 12 }, () => cheap),
    };
    expect(validateTerms(full, context)).to.equal(null);
    const recipient = terms.operator;
    const fees = Array.from({ length: 4 }, () => ({ recipient, amount: 500_000n }));
    expect(validateTerms(withLeg(1, { fees }), context)).to.equal(null);
  });

  it("asks the clock only when told the time, and then what the purpose demands", () => {
    const at = (now: number, purpose?: TermsContext["purpose"]) =>
      validateTerms(terms, { ...context, now, purpose })?.error;
    expect(at(terms.depositDeadline - 1)).to.equal(undefined);
    expect(at(terms.depositDeadline)).to.equal("KeystoneEscrow_DepositDeadlinePassed");
    expect(at(terms.depositDeadline, "creation")).to.equal(undefined);
    expect(at(terms.settleDeadline - 1, "creation")).to.equal(undefined);
    expect(at(terms.settleDeadline, "creation")).to.equal("SettlementCoordinator_SettleDeadlinePassed");
    expect(at(terms.settleDeadline)).to.equal("KeystoneEscrow_DepositDeadlinePassed");
  });

  it("lets no deposit come before maturity, and a creation at any time", () => {
    const notBefore = terms.depositDeadline - 60;
    const closing: Terms = { ...terms, parent: terms.parties[0] as Hex, notBefore };
    const at = (now: number, purpose?: TermsContext["purpose"]) => validateTerms(closing, { ...context, now, purpose });
    expect(at(notBefore - 1)).to.deep.include({
      error: "KeystoneEscrow_NotYetOpen",
      args: [notBefore, BigInt(notBefore - 1)],
      field: "notBefore",
    });
    expect(at(notBefore)).to.equal(null);
    expect(at(notBefore - 1, "creation")).to.equal(null);
    expect(at(terms.depositDeadline)?.error).to.equal("KeystoneEscrow_DepositDeadlinePassed");
  });

  it("asks for a parent where the ruleset waits for one, and for none where it does not", () => {
    const parent = terms.parties[0] as Hex;
    const under = (ruleset: Ruleset, change: Partial<Terms>) =>
      validateTerms({ ...terms, ruleset: rulesetId(ruleset), ...change }, { ...context, ruleset });
    expect(under(STANDARD_RULESET, {})).to.equal(null);
    expect(under(REPO_RULESET, { parent })).to.equal(null);
    expect(under(STANDARD_RULESET, { parent })).to.deep.include({
      error: "SettlementCoordinator_ParentMismatch",
      args: [rulesetId(STANDARD_RULESET), parent],
      field: "parent",
    });
    expect(under(REPO_RULESET, {})).to.deep.include({
      error: "SettlementCoordinator_ParentMismatch",
      args: [rulesetId(REPO_RULESET), terms.parent],
    });
  });

  it("does not care how addresses and commitments are spelled", () => {
    const escrow = "0x000000000000000000000000000000000000dEaD";
    const legs = terms.legs.map((leg) => ({ ...leg, escrow: escrow.toLowerCase() as typeof escrow }));
    expect(validateTerms({ ...terms, legs }, { ...context, escrow })).to.equal(null);
    const party = `0x${"ab".repeat(32)}` as const;
    const repeated = {
      ...terms,
      parties: [...terms.parties, party, party.toUpperCase().replace("0X", "0x") as typeof party],
    };
    expect(validateTerms(repeated, context)?.error).to.equal("Terms_RepeatedParty");
  });

  it("refuses to judge what no contract could be asked about", () => {
    for (const bad of [{ ...terms, threshold: 256 }, withLeg(0, { amount: 1n << 256n }), withLeg(0, { from: -1 })]) {
      expect(() => validateTerms(bad, context))
        .to.throw(ProtocolError)
        .with.property("code", "terms_encoding");
    }
  });
});
