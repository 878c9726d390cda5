import { expect } from "chai";
import fc from "fast-check";
import { REPO_RULESET as contractsRepo } from "../../../test/contracts/support/repo.ts";
import { revertOf } from "../../../test/contracts/support/revert.ts";
import { STANDARD_RULESET as contractsStandard } from "../../../test/contracts/support/terms.ts";
import {
  REPO_RULESET,
  type Ruleset,
  type RulesetFault,
  rulesetId,
  STANDARD_RULESET,
  toAbiRuleset,
  validateRuleset,
} from "../src/index.ts";
import { type ContractWorld, openContracts } from "./support/contracts.ts";
import { PATIENCE } from "./support/patience.ts";
import { anyRuleset, brokenRulesets } from "./support/rulesets.ts";

describe("rulesets, as the coordinator sees them", function () {
  this.timeout(PATIENCE);

  let world: ContractWorld;

  before(async () => {
    world = await openContracts();
  });

  /** What registration says: the id, or the error with its arguments. */
  async function registration(ruleset: Ruleset) {
    const call = world.contracts.coordinator.simulate.registerRuleset([toAbiRuleset(ruleset)]);
    return call.then(
      ({ result }) => result,
      () => revertOf(call),
    );
  }

  const answer = (ruleset: Ruleset, fault: RulesetFault | null) =>
    fault === null ? rulesetId(ruleset) : { name: fault.error, args: fault.args };

  it("have the id that rulesetId gives, the shipped ones to begin with", async () => {
    expect(world.contracts.rulesetId).to.equal(rulesetId(STANDARD_RULESET));
    expect(await registration(STANDARD_RULESET)).to.equal(rulesetId(STANDARD_RULESET));
    expect(await registration(REPO_RULESET)).to.equal(rulesetId(REPO_RULESET));
  });

  it("are the ones that the contracts are tested under", () => {
    expect(toAbiRuleset(STANDARD_RULESET)).to.deep.equal(contractsStandard);
    expect(toAbiRuleset(REPO_RULESET)).to.deep.equal(contractsRepo);
  });

  for (const { name, ruleset, error, args } of brokenRulesets) {
    it(`are refused with ${error} for ${name}`, async () => {
      expect(await registration(ruleset)).to.deep.equal({ name: error, args });
    });
  }

  it("are taken or refused exactly as validateRuleset says, near the shipped ones", async () => {
    let [taken, refused] = [0, 0];
    await fc.assert(
      fc.asyncProperty(anyRuleset, async (ruleset) => {
        const fault = validateRuleset(ruleset);
        if (fault === null) taken++;
        else refused++;
        expect(await registration(ruleset)).to.deep.equal(answer(ruleset, fault));
      }),
      { numRuns: 400 },
    );
    expect(Math.min(taken, refused)).to.be.greaterThan(20);
  });
});
