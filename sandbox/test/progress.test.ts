import { expect } from "chai";
import { progressOf } from "../src/counterparty/progress.ts";
import { instruction, settlement } from "./support/shapes.ts";

const mirror = (script: string, change = {}) =>
  instruction({ role: "buyer", status: "matched", party: { external_reference: `sandbox:${script}` }, ...change });
const flagged = (own: string) => ({ status: "flagged", checks: [{ status: "pass" }, { status: own }] });
const deposited = settlement().legs.map((leg) => ({
  ...leg,
  status: leg.party_role === "buyer" ? "deposited" : "pending",
}));

describe("the progress of a counterparty", () => {
  for (const [what, phase, script, change] of [
    ["a settlement that is being created", "screening", "settle", { state: "INSTRUCTED" }],
    ["one that is being screened", "screening", "settle", { state: "COMPLIANCE_CHECKING" }],
    [
      "its own party flagged",
      "awaiting_decision",
      "flagged",
      { state: "COMPLIANCE_CHECKING", compliance: flagged("flagged") },
    ],
    [
      "the caller's party flagged",
      "screening",
      "settle",
      { state: "COMPLIANCE_CHECKING", compliance: flagged("pass") },
    ],
    ["one that was cleared", "screening", "settle", { state: "COMPLIANCE_CLEARED" }],
    ["deposits that it owes", "depositing", "settle", {}],
    ["deposits that it owes after a decision", "depositing", "flagged", {}],
    ["deposits that it will not make", "withholding", "match_only", {}],
    ["deposits that it has made", "deposited", "settle", { legs: deposited }],
    ["a swap under way", "executing", "settle", { state: "EXECUTING_SWAP" }],
    ["a good end", "finalized", "settle", { state: "FINALIZED" }],
    ["a rollback", "rolled_back", "flagged", { state: "ROLLED_BACK" }],
    ["a timeout", "timed_out", "match_only", { state: "TIMED_OUT" }],
  ] as const) {
    it(`is ${phase} with ${what}`, () => {
      const progress = progressOf(mirror(script), settlement(change as never));
      expect(progress.phase).to.equal(phase);
      expect(progress.detail).to.have.length.greaterThan(10);
    });
  }

  it("tells who has to decide about a flagged party", () => {
    const at = (own: string) =>
      progressOf(mirror("settle"), settlement({ state: "COMPLIANCE_CHECKING", compliance: flagged(own) })).detail;
    expect(at("flagged")).to.include("/decision");
    expect(at("pass")).to.include("party of yours");
  });

  it("names the field in which the sides differ where there is no match", () => {
    const unmatched = mirror("settle", { status: "cancelled", match_failure: { field: "timeout_at" } });
    expect(progressOf(unmatched, null)).to.deep.include({ phase: "not_matched" });
    expect(progressOf(unmatched, null).detail).to.include("cancelled").and.to.include("timeout_at");
  });
});
