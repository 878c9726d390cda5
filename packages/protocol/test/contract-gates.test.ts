import { expect } from "chai";
import fc from "fast-check";
import { type Address, getAddress, type Hex } from "viem";
import { ROLES } from "../../../test/contracts/support/chain.ts";
import { attest } from "../../../test/contracts/support/compliance.ts";
import { deposit, dvp, open } from "../../../test/contracts/support/settle.ts";
import {
  Clearance,
  ComplianceStatus,
  Gate,
  type GateInput,
  needsParent,
  nextAdvance,
  nextTransitions,
  REPO_RULESET,
  type Ruleset,
  rulesetId,
  STANDARD_RULESET,
  StateKind,
  toAbiRuleset,
  validateRuleset,
} from "../src/index.ts";
import { type ContractWorld, openContracts } from "./support/contracts.ts";
import { PATIENCE } from "./support/patience.ts";
import { anyRuleset } from "./support/rulesets.ts";

const sound = anyRuleset.filter((ruleset) => validateRuleset(ruleset) === null);

/** What the attester has said, and what the registry makes of it. */
const cleared = { status: ComplianceStatus.Pass, clearance: Clearance.CLEARED };
const words = [
  { status: null, clearance: Clearance.PENDING },
  { status: ComplianceStatus.Flagged, clearance: Clearance.PENDING },
  cleared,
  { status: ComplianceStatus.Fail, clearance: Clearance.FAILED },
];

describe("gates, as the coordinator judges them", function () {
  this.timeout(PATIENCE);

  let world: ContractWorld;

  let parents: Record<ParentName, Hex>;
  let restore: () => Promise<void>;

  before(async () => {
    world = await openContracts();
    parents = await openParents(world);
    restore = await world.contracts.snapshot();
  });

  /**
   * A settlement under the ruleset: advanced, judged, advanced, grown mature, advanced, maybe late, and at last maybe led on by the
   * operator.
   */
  async function run({ ruleset, parent, word, late, choice }: Course): Promise<number[]> {
    await restore();
    const { coordinator, home } = world.contracts;
    const operator = getAddress(home.account(ROLES.operator).account.address);
    const stranger = getAddress(home.account(ROLES.stranger).account.address);
    await coordinator.write.registerRuleset([toAbiRuleset(ruleset)]);
    const notBefore = (await world.now()) + 1_000;
    const closing = needsParent(ruleset) ? { parent: parents[parent], notBefore } : {};
    const trade = await dvp(world.contracts, { changes: { ruleset: rulesetId(ruleset), operator, ...closing } });
    const { terms, id } = trade;
    await coordinator.write.createSettlement([terms]);

    const open: number[] = [];
    let clearance: Clearance = Clearance.PENDING;
    const inputFor = async (caller: Address): Promise<GateInput> => {
      const record = await coordinator.read.stateOf([id]);
      const parentKind = (await coordinator.read.stateOf([terms.parent])).kind;
      const now = await world.now();
      return { terms, ruleset, record, clearance, now, chainIds: world.context.chainIds, parentKind, caller };
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
    for (const moment of [notBefore - 1, notBefore]) {
      if ((await world.now()) < moment) await home.helpers.time.increaseTo(moment);
      await compare();
    }
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
      parent: fc.constantFrom(...PARENTS),
      word: fc.constantFrom(...words),
      late: fc.boolean(),
      choice: fc.nat(),
    });
    // Between them the shipped rulesets come to every gate that this can open.
    const end = { late: true, choice: 0 };
    const examples: [Course][] = [
      ...words.map((word): [Course] => [{ ruleset: STANDARD_RULESET, parent: "unknown", word, ...end }]),
      ...PARENTS.map((parent): [Course] => [{ ruleset: REPO_RULESET, parent, word: cleared, ...end }]),
    ];
    const seen = new Set<number>();
    await fc.assert(
      fc.asyncProperty(courses, async (course) => {
        for (const gate of await run(course)) seen.add(gate);
      }),
      { numRuns: 40, examples },
    );
    expect([...seen]).to.have.members([
      Gate.NONE,
      Gate.COMPLIANCE_CLEARED,
      Gate.COMPLIANCE_FAILED,
      Gate.TIMEOUT,
      Gate.MANUAL,
      Gate.PARENT_FINALIZED,
    ]);
  });
});

/** What the parent of a closing can be. */
const PARENTS = ["unknown", "created", "failed", "finalized"] as const;
type ParentName = (typeof PARENTS)[number];

/** One settlement of each kind, all of it done. */
async function openParents({ contracts }: ContractWorld): Promise<Record<ParentName, Hex>> {
  const [created, failed, finalized] = [await dvp(contracts), await dvp(contracts), await dvp(contracts)];
  await contracts.coordinator.write.createSettlement([created.terms]);
  await contracts.coordinator.write.createSettlement([failed.terms]);
  await attest(contracts, failed, { statuses: failed.terms.parties.map(() => ComplianceStatus.Fail) });
  await contracts.coordinator.write.advance([failed.terms]);
  await contracts.coordinator.write.advance([failed.terms]);
  await open(contracts, finalized);
  for (const leg of finalized.terms.legs.keys()) await deposit(contracts, finalized, leg);
  for (const [trade, kind] of [
    [created, StateKind.INITIAL],
    [failed, StateKind.FAILED],
    [finalized, StateKind.FINALIZED],
  ] as const) {
    expect((await contracts.coordinator.read.stateOf([trade.id])).kind).to.equal(kind);
  }
  return { unknown: `0x${"ab".repeat(32)}`, created: created.id, failed: failed.id, finalized: finalized.id };
}

interface Course {
  ruleset: Ruleset;
  /** Of a ruleset that waits for one. */
  parent: ParentName;
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
