import { expect } from "chai";
import fc from "fast-check";
import { revertOf } from "../../../test/contracts/support/revert.ts";
import {
  REPO_RULESET,
  type Ruleset,
  randomSecret,
  rulesetId,
  STANDARD_RULESET,
  toAbiRuleset,
  walletCommitment,
} from "../src/index.ts";
import { hashTerms, type Terms, validateTerms } from "../src/terms/index.ts";
import { anyTerms, wellFormedTerms } from "./support/arbitraries.ts";
import { type ContractWorld, openContracts } from "./support/contracts.ts";
import { PATIENCE } from "./support/patience.ts";
import { terms as sampleTerms } from "./support/sample.ts";
import { faultyTerms } from "./support/terms-faults.ts";

describe("terms, as the contracts see them", function () {
  this.timeout(PATIENCE);

  let world: ContractWorld;
  let terms: Terms;

  before(async () => {
    world = await openContracts();
    const { coordinator, escrow } = world.context;
    const legs = sampleTerms.legs.map((leg) => ({ ...leg, escrow }));
    terms = { ...sampleTerms, coordinator, ruleset: world.contracts.rulesetId, legs };
  });

  /** What creation says: nothing, or the error with its arguments. */
  async function creation(of: Terms) {
    const call = world.contracts.coordinator.simulate.createSettlement([of]);
    return call.then(
      ({ result }) => result,
      () => revertOf(call),
    );
  }

  it("have the id that hashTerms gives, whatever they are", async () => {
    await fc.assert(
      fc.asyncProperty(anyTerms, async (any) => {
        expect(await world.contracts.coordinator.read.hashTerms([any])).to.equal(hashTerms(any));
      }),
    );
  });

  it("are created when validateTerms finds no fault, and else refused as it says: each under both rulesets", async () => {
    await world.contracts.coordinator.write.registerRuleset([toAbiRuleset(REPO_RULESET)]);
    const context = { ...world.context, now: await world.now(), purpose: "creation" } as const;
    const seen = new Set<string | undefined>();
    await fc.assert(
      fc.asyncProperty(
        wellFormedTerms(context),
        fc.constantFrom<Ruleset>(STANDARD_RULESET, REPO_RULESET),
        async (good, ruleset) => {
          const registered = { ...good, ruleset: rulesetId(ruleset) };
          expect(validateTerms(registered, context)).to.equal(null);
          const fault = validateTerms(registered, { ...context, ruleset });
          const expected = fault === null ? hashTerms(registered) : { name: fault.error, args: fault.args };
          expect(await creation(registered)).to.deep.equal(expected);
          seen.add(fault?.error);
        },
      ),
      { numRuns: 80 },
    );
    expect([...seen]).to.have.members([undefined, "SettlementCoordinator_ParentMismatch"]);
  });

  for (const { name, change, error } of faultyTerms) {
    it(`are refused with ${error} for ${name}`, async () => {
      const bad = change(terms);
      const fault = validateTerms(bad, world.context);
      expect(fault?.error).to.equal(error);
      expect(await creation(bad)).to.deep.equal({ name: error, args: fault?.args });
    });
  }

  it("are refused at a deposit for the same faults", async () => {
    const secret = terms.parent;
    for (const { name, change, error } of faultyTerms) {
      const bad = change(terms);
      // The escrow looks first for a leg of its own chain, which some of these terms do not have.
      const leg = bad.legs.findIndex(({ chainId }) => chainId === BigInt(world.contracts.home.chainId));
      if (leg < 0) continue;
      const call = world.contracts.escrow.home.simulate.depositLeg([bad, BigInt(leg), secret, []]);
      expect(await revertOf(call), name).to.deep.equal({ name: error, args: validateTerms(bad, world.context)?.args });
    }
  });

  it("name the same first fault when several are there", async () => {
    const context = { ...world.context, ruleset: STANDARD_RULESET };
    const faults = fc.uniqueArray(fc.constantFrom(...faultyTerms), { minLength: 2, maxLength: 4 });
    // The second takes the first back, and leaves a parent where the ruleset is not made for one.
    const undone = ["Terms_NotBeforeTooLate", "Terms_NotBeforeWithoutParent"].flatMap((name) =>
      faultyTerms.filter(({ error }) => error === name),
    );
    await fc.assert(
      fc.asyncProperty(faults, async (several) => {
        const bad = several.reduce((changed, { change }) => change(changed), terms);
        const fault = validateTerms(bad, context);
        const expected = fault === null ? hashTerms(bad) : { name: fault.error, args: fault.args };
        expect(await creation(bad)).to.deep.equal(expected);
      }),
      { numRuns: 200, examples: [[undone]] },
    );
  });

  it("name the same deadline when it has come", async () => {
    const now = await world.now();
    const wallet = world.contracts.home.account(7).account.address;
    const secret = randomSecret();
    const parties = terms.parties.with(terms.legs[0]?.from ?? 0, walletCommitment(secret, wallet));
    const late = { ...terms, parties, depositDeadline: now - 2, settleDeadline: now - 1 };
    const { coordinator, escrow } = world.contracts;
    const calls = {
      creation: () => coordinator.simulate.createSettlement([late]),
      deposit: () => escrow.home.simulate.depositLeg([late, 0n, secret, []], { account: wallet }),
    };
    for (const purpose of ["creation", "deposit"] as const) {
      const refusal = await revertOf(calls[purpose]());
      const fault = validateTerms(late, { ...world.context, now, purpose });
      expect(refusal.name).to.equal(fault?.error);
      expect(refusal.args[0]).to.equal(fault?.args[0]);
    }
  });
});
