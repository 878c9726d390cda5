import { expect } from "chai";
import fc from "fast-check";
import { type Address, getAddress } from "viem";
import { ROLES } from "../../../test/contracts/support/chain.ts";
import { attest } from "../../../test/contracts/support/compliance.ts";
import { dvp } from "../../../test/contracts/support/settle.ts";
import {
  Clearance,
  ComplianceStatus,
  Gate,
  type GateInput,
  nextAdvance,
  nextTransitions,
  type Ruleset,
  rulesetId,
  STANDARD_RULESET,
  toAbiRuleset,
  validateRuleset,
} from "../src/index.ts";
import { type ContractWorld, openContracts } from "./support/contracts.ts";
import { PATIENCE } from "./support/patience.ts";
import { anyRuleset } from "./support/rulesets.ts";

const sound = anyRuleset.filter((ruleset) => validateRuleset(ruleset) === null);

/** What the attester has said, and what the registry makes of it. */
const words = [
  { status: null, clearance: Clearance.PENDING },
  { status: ComplianceStatus.Flagged, clearance: Clearance.PENDING },
  { status: ComplianceStatus.Pass, clearance: Clearance.CLEARED },
  { status: ComplianceStatus.Fail, clearance: Clearance.FAILED },
];

describe("gates, as the coordinator judges them", function () {
  this.timeout(PATIENCE);

  let world: ContractWorld;

  before(async () => {
    world = await openContracts();
  });

  /** A settlement under the ruleset: advanced, judged, advanced, maybe late, and at last maybe led on by the operator. */
  async function run({ ruleset, word, late, choice }: Course): Promise<number[]> {
    await world.restore();
    const { coordinator, home } = world.contracts;
    const operator = getAddress(home.account(ROLES.operator).account.address);
    const stranger = getAddress(home.account(ROLES.stranger).account.address);
    await coordinator.write.registerRuleset([toAbiRuleset(ruleset)]);
    const trade = await dvp(world.contracts, { changes: { ruleset: rulesetId(ruleset), operator } });
    const { terms, id } = trade;
    await coordinator.write.createSettlement([terms]);

    const open: number[] = [];
    let clearance: Clearance = Clearance.PENDING;
    const inputFor = async (caller: Address): Promise<GateInput> => {
      const record = await coordinator.read.stateOf([id]);
      return { terms, ruleset, record, clearance, now: await world.now(), chainIds: world.context.chainIds, caller };
    };
    const compare = async () => {
      for (const caller of [operator, stranger]) {
        const mirror = nextTransitions(await inputFor(caller));
        expect(mirror).to.deep.equal(await coordinator.read.nextTransitions([terms], { account: caller }));
        open.push(...mirror.filter(({ satisfied }) => satisfied).map(({ gate }) => gate));
      }
    };
    const advance = async () => {
      await compare();
      const expected = walk(await inputFor(operator));
      await coordinator.write.advance([terms]);
      expect((await coordinator.read.stateOf([id])).state).to.equal(expected);
      await compare();
    };

    await advance();
    const { status } = word;
    if (status !== null) await attest(world.contracts, trade, { statuses: terms.parties.map(() => status) });
    clearance = word.clearance;
    await advance();
    if (late) {
      await home.helpers.time.increaseTo(terms.settleDeadline);
      // A word that runs out with the deadline clears no more; a veto stays.
      if (clearance === Clearance.CLEARED) clearance = Clearance.PENDING;
      await advance();
    }
    const manual = nextTransitions(await inputFor(operator)).filter(({ gate }) => gate === Gate.MANUAL);
    const step = manual[choice % Math.max(manual.length, 1)];
    if (step === undefined) return open;
    await coordinator.write.transition([terms, step.target, terms.ruleset], { account: operator });
    expect((await coordinator.read.stateOf([id])).state).to.equal(step.target);
    await compare();
    return open;
  }

  it("are open or shut under any sound ruleset as the mirror says, before and after each step", async () => {
    const courses = fc.record({
      ruleset: sound,
      word: fc.constantFrom(...words),
      late: fc.boolean(),
      choice: fc.nat(),
    });
    // The standard ruleset comes to every gate that this can open.
    const examples = words.map((word): [Course] => [{ ruleset: STANDARD_RULESET, word, late: true, choice: 0 }]);
    const seen = new Set<number>();
    await fc.assert(
      fc.asyncProperty(courses, async (course) => {
        for (const gate of await run(course)) seen.add(gate);
      }),
      { numRuns: 40, examples },
    );
    expect([...seen]).to.include.members([Gate.NONE, Gate.COMPLIANCE_FAILED, Gate.TIMEOUT, Gate.MANUAL]);
  });
});

interface Course {
  ruleset: Ruleset;
  word: (typeof words)[number];
  late: boolean;
  choice: number;
}

/** Where `advance` ends, by the mirror alone. */
function walk(input: GateInput): number {
  const next = nextAdvance(input);
  if (next === null) return input.record.state;
  const kind = (input.ruleset as Ruleset).states[next.target]?.kind ?? 0;
  return walk({ ...input, record: { ...input.record, state: next.target, kind } });
}
