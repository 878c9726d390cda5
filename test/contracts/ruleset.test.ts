import { expect } from "chai";
import fc from "fast-check";
import { encodeAbiParameters, getAbiItem, keccak256, stringToHex, zeroHash } from "viem";
import { ROLES } from "./support/chain.ts";
import { attest } from "./support/compliance.ts";
import { REPO_RULESET, REPO_STATE } from "./support/repo.ts";
import { expectRevert, revertOf } from "./support/revert.ts";
import { dvp } from "./support/settle.ts";
import { GATE, KIND, STANDARD_RULESET, STATE } from "./support/terms.ts";
import { eventsOf } from "./support/trades.ts";
import { openWorld, type World } from "./support/world.ts";

interface Ruleset {
  states: { name: `0x${string}`; kind: number }[];
  edges: { from: number; to: number; gate: number }[];
}

const state = (name: string, kind: number) => ({ name: stringToHex(name, { size: 32 }), kind });
const edge = (from: number, to: number, gate: number) => ({ from, to, gate });
const standard = (): Ruleset => structuredClone(STANDARD_RULESET);
const repoRuleset = (): Ruleset => structuredClone(REPO_RULESET);

/** The standard ruleset with these states and edges besides. */
function extended(states: Ruleset["states"], edges: Ruleset["edges"]): Ruleset {
  const base = standard();
  return { states: [...base.states, ...states], edges: [...base.edges, ...edges] };
}

/** The standard ruleset without some edges, and with others instead. */
function rewired(drop: (edge: Ruleset["edges"][number]) => boolean, add: Ruleset["edges"] = []): Ruleset {
  const base = standard();
  return { ...base, edges: [...base.edges.filter((one) => !drop(one)), ...add] };
}

describe("rulesets", function () {
  this.timeout(60_000);
  let world: World;
  let restore: () => Promise<void>;

  before(async () => {
    world = await openWorld({ stage: "deployed" });
    restore = await world.snapshot();
  });
  afterEach(() => restore());

  const register = (ruleset: Ruleset) => world.coordinator.write.registerRuleset([ruleset]);
  const idOf = (ruleset: Ruleset) =>
    keccak256(
      encodeAbiParameters(getAbiItem({ abi: world.coordinator.abi, name: "registerRuleset" }).inputs, [ruleset]),
    );

  describe("registration", () => {
    it("stores a ruleset under the hash of its content and publishes it", async () => {
      const ruleset = extended([], [edge(STATE.INSTRUCTED, STATE.TIMED_OUT, GATE.MANUAL)]);
      const id = idOf(ruleset);
      expect(await world.coordinator.read.isRegistered([id])).to.equal(false);
      const [event] = await eventsOf(world.home, world.coordinator, await register(ruleset));
      expect(event?.eventName).to.equal("RulesetRegistered");
      expect(event?.args).to.deep.equal({ rulesetId: id, ruleset });
      expect(await world.coordinator.read.isRegistered([id])).to.equal(true);
    });

    it("is a no-op the second time", async () => {
      const hash = await register(standard());
      expect(await eventsOf(world.home, world.coordinator, hash)).to.deep.equal([]);
      const { result } = await world.coordinator.simulate.registerRuleset([standard()]);
      expect(result).to.equal(world.rulesetId);
    });

    it("takes the repo ruleset", async () => {
      const [event] = await eventsOf(world.home, world.coordinator, await register(repoRuleset()));
      expect(event?.args).to.deep.equal({ rulesetId: idOf(repoRuleset()), ruleset: repoRuleset() });
    });

    it("takes a parent straight before the deposit state, and clearance before it", async () => {
      const ruleset = rewired(
        ({ from, to, gate }) =>
          from === STATE.COMPLIANCE_CLEARED && to === STATE.AWAITING_DEPOSITS && gate === GATE.NONE,
        [edge(STATE.COMPLIANCE_CLEARED, STATE.AWAITING_DEPOSITS, GATE.PARENT_FINALIZED)],
      );
      await register(ruleset);
      expect(await world.coordinator.read.isRegistered([idOf(ruleset)])).to.equal(true);
    });

    it("takes an initial state wherever it stands, and settlements start there", async () => {
      const { states, edges } = standard();
      const turned = (index: number) => states.length - 1 - index;
      const ruleset = {
        states: states.toReversed(),
        edges: edges.map(({ from, to, gate }) => edge(turned(from), turned(to), gate)),
      };
      await register(ruleset);
      const trade = await dvp(world, { changes: { ruleset: idOf(ruleset) } });
      const record = () => world.coordinator.read.stateOf([trade.id]);
      await world.coordinator.write.createSettlement([trade.terms]);
      expect(await record()).to.deep.include({ state: turned(STATE.INSTRUCTED), kind: KIND.INITIAL });
      await world.coordinator.write.advance([trade.terms]);
      expect(await record()).to.deep.include({ state: turned(STATE.COMPLIANCE_CHECKING), kind: KIND.ACTIVE });
    });

    it("takes 16 states and 64 edges", async () => {
      const actives = Array.from({ length: 8 }, (_, i) => state(`ACTIVE ${i}`, KIND.ACTIVE));
      const edges = actives.flatMap((_, i) => [
        edge(STATE.INSTRUCTED, 8 + i, GATE.MANUAL),
        edge(8 + i, STATE.TIMED_OUT, GATE.TIMEOUT),
        edge(8 + i, STATE.ROLLED_BACK, GATE.MANUAL),
        edge(8 + i, STATE.ROLLED_BACK, GATE.COMPLIANCE_FAILED),
        edge(8 + i, STATE.TIMED_OUT, GATE.MANUAL),
      ]);
      const ruleset = extended(actives, edges);
      for (let i = 8; i < 13; i += 1) ruleset.edges.push(edge(i, i + 1, GATE.MANUAL));
      expect([ruleset.states.length, ruleset.edges.length]).to.deep.equal([16, 64]);
      await register(ruleset);
      expect(await world.coordinator.read.isRegistered([idOf(ruleset)])).to.equal(true);
    });
  });

  describe("valid call, one thing broken:", () => {
    const { INSTRUCTED, COMPLIANCE_CHECKING, COMPLIANCE_CLEARED, AWAITING_DEPOSITS, EXECUTING_SWAP, FINALIZED } = STATE;
    const { ROLLED_BACK, TIMED_OUT } = STATE;
    const last = BigInt(STANDARD_RULESET.edges.length);
    const added = (...edges: Ruleset["edges"]) => extended([], edges);
    const repo = (...edges: Ruleset["edges"]) => ({ ...repoRuleset(), edges: [...repoRuleset().edges, ...edges] });
    const deadEnd = (kind: number) => extended([state("EXTRA", kind)], [edge(INSTRUCTED, 8, GATE.MANUAL)]);

    const cases: [what: string, ruleset: Ruleset, error: string, args: readonly unknown[]][] = [
      ["no states", { states: [], edges: standard().edges }, "Ruleset_Size", [0n, last]],
      ["no edges", { states: standard().states, edges: [] }, "Ruleset_Size", [8n, 0n]],
      [
        "17 states",
        extended(
          Array.from({ length: 9 }, (_, i) => state(`S${i}`, KIND.FAILED)),
          [],
        ),
        "Ruleset_Size",
        [17n, last],
      ],
      ["65 edges", added(...Array(46).fill(edge(0, 1, GATE.NONE))), "Ruleset_Size", [8n, 65n]],
      ["a nameless state", extended([{ name: zeroHash, kind: KIND.FAILED }], []), "Ruleset_StateName", [8n]],
      ["a repeated name", extended([state("FINALIZED", KIND.FAILED)], []), "Ruleset_StateName", [8n]],
      ["two initial states", deadEnd(KIND.INITIAL), "Ruleset_Kinds", [2n]],
      [
        "no initial state",
        { ...standard(), states: standard().states.map((one, i) => (i === 0 ? { ...one, kind: KIND.ACTIVE } : one)) },
        "Ruleset_Kinds",
        [0n],
      ],
      ["an edge from nowhere", added(edge(8, ROLLED_BACK, GATE.MANUAL)), "Ruleset_UnknownState", [last]],
      ["an edge to nowhere", added(edge(0, 255, GATE.MANUAL)), "Ruleset_UnknownState", [last]],

      // Into Executing and out of it.
      ["executing by NONE", added(edge(AWAITING_DEPOSITS, EXECUTING_SWAP, GATE.NONE)), "Ruleset_Edge", [last]],
      ["executing by MANUAL", added(edge(COMPLIANCE_CLEARED, EXECUTING_SWAP, GATE.MANUAL)), "Ruleset_Edge", [last]],
      [
        "executing from an active state",
        added(edge(COMPLIANCE_CLEARED, EXECUTING_SWAP, GATE.DEPOSITS_LOCKED)),
        "Ruleset_Edge",
        [last],
      ],
      ["executing to failed by TIMEOUT", added(edge(EXECUTING_SWAP, TIMED_OUT, GATE.TIMEOUT)), "Ruleset_Edge", [last]],
      ["executing to failed by MANUAL", added(edge(EXECUTING_SWAP, ROLLED_BACK, GATE.MANUAL)), "Ruleset_Edge", [last]],
      [
        "executing to failed by COMPLIANCE_FAILED",
        added(edge(EXECUTING_SWAP, ROLLED_BACK, GATE.COMPLIANCE_FAILED)),
        "Ruleset_Edge",
        [last],
      ],
      [
        "executing to failed by RELEASED",
        added(edge(EXECUTING_SWAP, ROLLED_BACK, GATE.RELEASED)),
        "Ruleset_Edge",
        [last],
      ],
      ["executing back", added(edge(EXECUTING_SWAP, AWAITING_DEPOSITS, GATE.NONE)), "Ruleset_Edge", [last]],
      ["finalized by NONE", added(edge(COMPLIANCE_CLEARED, FINALIZED, GATE.NONE)), "Ruleset_Edge", [last]],
      ["finalized by MANUAL", added(edge(INSTRUCTED, FINALIZED, GATE.MANUAL)), "Ruleset_Edge", [last]],
      [
        "finalized by RELEASED from elsewhere",
        added(edge(AWAITING_DEPOSITS, FINALIZED, GATE.RELEASED)),
        "Ruleset_Edge",
        [last],
      ],

      // Into Failed.
      ["failed by NONE", added(edge(INSTRUCTED, ROLLED_BACK, GATE.NONE)), "Ruleset_Edge", [last]],
      [
        "failed by COMPLIANCE_CLEARED",
        added(edge(INSTRUCTED, ROLLED_BACK, GATE.COMPLIANCE_CLEARED)),
        "Ruleset_Edge",
        [last],
      ],
      [
        "failed by DEPOSITS_LOCKED",
        added(edge(AWAITING_DEPOSITS, ROLLED_BACK, GATE.DEPOSITS_LOCKED)),
        "Ruleset_Edge",
        [last],
      ],
      [
        "TIMEOUT to an active state",
        added(edge(INSTRUCTED, COMPLIANCE_CHECKING, GATE.TIMEOUT)),
        "Ruleset_Edge",
        [last],
      ],
      [
        "COMPLIANCE_FAILED to the deposit state",
        added(edge(COMPLIANCE_CLEARED, AWAITING_DEPOSITS, GATE.COMPLIANCE_FAILED)),
        "Ruleset_Edge",
        [last],
      ],

      [
        "CONSENT to an active state",
        added(edge(INSTRUCTED, COMPLIANCE_CHECKING, GATE.CONSENT)),
        "Ruleset_Edge",
        [last],
      ],
      [
        "CONSENT to the deposit state",
        added(edge(COMPLIANCE_CLEARED, AWAITING_DEPOSITS, GATE.CONSENT)),
        "Ruleset_Edge",
        [last],
      ],
      [
        "executing to failed by CONSENT",
        added(edge(EXECUTING_SWAP, ROLLED_BACK, GATE.CONSENT)),
        "Ruleset_Edge",
        [last],
      ],
      ["executing by CONSENT", added(edge(AWAITING_DEPOSITS, EXECUTING_SWAP, GATE.CONSENT)), "Ruleset_Edge", [last]],
      [
        "failed by PARENT_FINALIZED",
        added(edge(INSTRUCTED, ROLLED_BACK, GATE.PARENT_FINALIZED)),
        "Ruleset_Edge",
        [last],
      ],
      [
        "executing by PARENT_FINALIZED",
        added(edge(AWAITING_DEPOSITS, EXECUTING_SWAP, GATE.PARENT_FINALIZED)),
        "Ruleset_Edge",
        [last],
      ],
      [
        "finalized by PARENT_FINALIZED",
        added(edge(EXECUTING_SWAP, FINALIZED, GATE.PARENT_FINALIZED)),
        "Ruleset_Edge",
        [last],
      ],

      // Out of Deposit, out of an end, back to the start.
      [
        "PARENT_FINALIZED out of the deposit state",
        added(edge(AWAITING_DEPOSITS, COMPLIANCE_CHECKING, GATE.PARENT_FINALIZED)),
        "Ruleset_Edge",
        [last],
      ],
      ["an exit from finalized by CONSENT", added(edge(FINALIZED, ROLLED_BACK, GATE.CONSENT)), "Ruleset_Edge", [last]],
      ["an exit from failed by CONSENT", added(edge(TIMED_OUT, ROLLED_BACK, GATE.CONSENT)), "Ruleset_Edge", [last]],
      [
        "MANUAL out of the deposit state",
        added(edge(AWAITING_DEPOSITS, ROLLED_BACK, GATE.MANUAL)),
        "Ruleset_Edge",
        [last],
      ],
      [
        "NONE out of the deposit state",
        added(edge(AWAITING_DEPOSITS, COMPLIANCE_CHECKING, GATE.NONE)),
        "Ruleset_Edge",
        [last],
      ],
      ["an exit from finalized", added(edge(FINALIZED, ROLLED_BACK, GATE.MANUAL)), "Ruleset_Edge", [last]],
      ["an exit from failed", added(edge(ROLLED_BACK, TIMED_OUT, GATE.TIMEOUT)), "Ruleset_Edge", [last]],
      ["a way back to the start", added(edge(COMPLIANCE_CHECKING, INSTRUCTED, GATE.MANUAL)), "Ruleset_Edge", [last]],

      ["a repeated edge", added(edge(INSTRUCTED, COMPLIANCE_CHECKING, GATE.NONE)), "Ruleset_RepeatedEdge", [last]],
      ["a second TIMEOUT", added(edge(INSTRUCTED, ROLLED_BACK, GATE.TIMEOUT)), "Ruleset_RepeatedEdge", [last]],
      [
        "a second COMPLIANCE_FAILED",
        added(edge(COMPLIANCE_CHECKING, TIMED_OUT, GATE.COMPLIANCE_FAILED)),
        "Ruleset_RepeatedEdge",
        [last],
      ],
      ["a second CONSENT", added(edge(INSTRUCTED, TIMED_OUT, GATE.CONSENT)), "Ruleset_RepeatedEdge", [last]],
      ["a repeated MANUAL edge", added(edge(INSTRUCTED, ROLLED_BACK, GATE.MANUAL)), "Ruleset_RepeatedEdge", [last]],

      [
        "two ways forward",
        added(edge(INSTRUCTED, COMPLIANCE_CLEARED, GATE.COMPLIANCE_CLEARED)),
        "Ruleset_ForwardEdges",
        [BigInt(INSTRUCTED)],
      ],
      [
        "a second way forward, by PARENT_FINALIZED",
        added(edge(INSTRUCTED, COMPLIANCE_CHECKING, GATE.PARENT_FINALIZED)),
        "Ruleset_ForwardEdges",
        [BigInt(INSTRUCTED)],
      ],
      [
        "no TIMEOUT from the deposit state",
        rewired(({ from, gate }) => from === AWAITING_DEPOSITS && gate === GATE.TIMEOUT),
        "Ruleset_NoTimeout",
        [BigInt(AWAITING_DEPOSITS)],
      ],
      ["no TIMEOUT from an active state", deadEnd(KIND.ACTIVE), "Ruleset_NoTimeout", [8n]],
      [
        "no way out of executing",
        rewired(({ gate }) => gate === GATE.RELEASED),
        "Ruleset_NoRelease",
        [BigInt(EXECUTING_SWAP)],
      ],
      [
        "a cycle of MANUAL edges",
        added(
          edge(COMPLIANCE_CHECKING, COMPLIANCE_CLEARED, GATE.MANUAL),
          edge(COMPLIANCE_CLEARED, COMPLIANCE_CHECKING, GATE.MANUAL),
        ),
        "Ruleset_Cyclic",
        [BigInt(INSTRUCTED)],
      ],
      [
        "a MANUAL edge to itself",
        added(edge(COMPLIANCE_CHECKING, COMPLIANCE_CHECKING, GATE.MANUAL)),
        "Ruleset_Cyclic",
        [BigInt(INSTRUCTED)],
      ],
      ["a state that nothing leads to", extended([state("EXTRA", KIND.FAILED)], []), "Ruleset_Unreachable", [8n]],

      // Round compliance.
      [
        "NONE instead of COMPLIANCE_CLEARED",
        rewired(
          ({ gate }) => gate === GATE.COMPLIANCE_CLEARED,
          [edge(COMPLIANCE_CHECKING, COMPLIANCE_CLEARED, GATE.NONE)],
        ),
        "Ruleset_ComplianceSkipped",
        [BigInt(AWAITING_DEPOSITS)],
      ],
      [
        "MANUAL into the deposit state",
        added(edge(COMPLIANCE_CHECKING, AWAITING_DEPOSITS, GATE.MANUAL)),
        "Ruleset_ComplianceSkipped",
        [BigInt(AWAITING_DEPOSITS)],
      ],
      [
        "MANUAL past the check to a state behind it",
        added(edge(INSTRUCTED, COMPLIANCE_CLEARED, GATE.MANUAL)),
        "Ruleset_ComplianceSkipped",
        [BigInt(AWAITING_DEPOSITS)],
      ],

      // Round the parent.
      [
        "MANUAL past the parent",
        repo(edge(REPO_STATE.AWAITING_MATURITY, REPO_STATE.INSTRUCTED, GATE.MANUAL)),
        "Ruleset_ParentSkipped",
        [BigInt(REPO_STATE.AWAITING_DEPOSITS)],
      ],
      [
        "MANUAL past the parent to a state behind it",
        repo(edge(REPO_STATE.AWAITING_MATURITY, REPO_STATE.COMPLIANCE_CHECKING, GATE.MANUAL)),
        "Ruleset_ParentSkipped",
        [BigInt(REPO_STATE.AWAITING_DEPOSITS)],
      ],
      [
        "a parent on a way beside the one to the deposit state",
        extended(
          [state("BESIDE", KIND.ACTIVE)],
          [
            edge(INSTRUCTED, 8, GATE.MANUAL),
            edge(8, TIMED_OUT, GATE.TIMEOUT),
            edge(8, COMPLIANCE_CHECKING, GATE.PARENT_FINALIZED),
          ],
        ),
        "Ruleset_ParentSkipped",
        [BigInt(AWAITING_DEPOSITS)],
      ],
    ];

    for (const [what, ruleset, error, args] of cases) {
      it(`${what}: ${error}`, async () => {
        await expectRevert(register(ruleset), error, args);
        expect(await world.coordinator.read.isRegistered([idOf(ruleset)])).to.equal(false);
      });
    }
  });

  describe("whatever is mutated", () => {
    const KINDS = Object.values(KIND);
    const GATES = Object.values(GATE);
    const small = fc.nat({ max: 8 });
    const mutation = fc.oneof(
      fc.record({ drop: fc.nat() }),
      fc.record({ add: fc.record({ from: small, to: small, gate: fc.constantFrom(...GATES) }) }),
      fc.record({ at: fc.nat(), edge: fc.record({ from: small, to: small, gate: fc.constantFrom(...GATES) }) }),
      fc.record({ at: fc.nat(), gate: fc.constantFrom(...GATES) }),
      fc.record({ at: fc.nat(), kind: fc.constantFrom(...KINDS) }),
      fc.record({ state: fc.constantFrom(...KINDS) }),
    );
    type Mutation = typeof mutation extends fc.Arbitrary<infer T> ? T : never;

    function mutate(ruleset: Ruleset, change: Mutation): void {
      const { states, edges } = ruleset;
      if ("drop" in change) edges.splice(change.drop % edges.length, 1);
      else if ("add" in change) edges.push(change.add);
      else if ("edge" in change) edges[change.at % edges.length] = change.edge;
      else if ("gate" in change) Object.assign(edges[change.at % edges.length] ?? {}, { gate: change.gate });
      else if ("kind" in change) Object.assign(states[change.at % states.length] ?? {}, { kind: change.kind });
      else states.push(state(`EXTRA ${states.length}`, change.state));
    }

    /** What a path can do, walked step by step: the promises themselves, not the rules that the contract checks. */
    function brokenPromise({ states, edges }: Ruleset): string | undefined {
      const kindAt = (index: number) => states[index]?.kind;
      const initial = states.findIndex(({ kind }) => kind === KIND.INITIAL);
      const seen = new Set<string>();
      const needsParent = edges.some(({ gate }) => gate === GATE.PARENT_FINALIZED);
      const queue = [{ at: initial, cleared: false, ready: !needsParent, steps: 0 }];
      for (const { at, cleared, ready, steps } of queue) {
        if (steps > 16) return "a path without end";
        const from = kindAt(at);
        if (from === KIND.DEPOSIT && !cleared) return "deposits without clearance";
        if (from === KIND.DEPOSIT && !ready) return "deposits without the parent";
        const exits = edges.filter((one) => one.from === at);
        const decided = from === KIND.FAILED || from === KIND.FINALIZED;
        if (decided && exits.length > 0) return "a way out of an end";
        const early = !decided && from !== KIND.EXECUTING;
        if (early && !exits.some(({ gate, to }) => gate === GATE.TIMEOUT && kindAt(to) === KIND.FAILED))
          return "no timeout";
        for (const { to, gate } of exits) {
          const kind = kindAt(to);
          if (kind === undefined) return "an edge to nowhere";
          if (kind === KIND.EXECUTING && (gate !== GATE.DEPOSITS_LOCKED || !cleared))
            return "EXECUTE without its gates";
          if (kind === KIND.FAILED && from === KIND.EXECUTING) return "a reversed verdict";
          if (kind === KIND.FINALIZED && from !== KIND.EXECUTING) return "finalized without EXECUTE";
          if (from === KIND.DEPOSIT && gate === GATE.MANUAL) return "an operator over deposits";
          if (gate === GATE.CONSENT && kind !== KIND.FAILED) return "a way on by consent";
          const next = {
            at: to,
            cleared: cleared || gate === GATE.COMPLIANCE_CLEARED,
            ready: ready || gate === GATE.PARENT_FINALIZED,
            steps: steps + 1,
          };
          const key = JSON.stringify(next);
          if (seen.has(key)) continue;
          seen.add(key);
          queue.push(next);
        }
      }
      return undefined;
    }

    it("what is registered keeps every promise on every path, what is not is refused by name", async () => {
      let taken = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(mutation, { minLength: 1, maxLength: 4 }), fc.boolean(), async (changes, asRepo) => {
          const ruleset = asRepo ? repoRuleset() : standard();
          for (const change of changes) if (ruleset.edges.length > 0) mutate(ruleset, change);
          const call = world.coordinator.simulate.registerRuleset([ruleset]);
          const accepted = await call.then(
            () => true,
            () => false,
          );
          if (accepted) {
            taken += 1;
            expect(brokenPromise(ruleset)).to.equal(undefined);
          } else {
            expect((await revertOf(call)).name).to.match(/^Ruleset_/);
          }
        }),
        { numRuns: 300 },
      );
      expect(taken).to.be.greaterThan(0);
    });
  });

  describe("stored", () => {
    it("tells the exits of each state as they were registered, on both sides of a word of storage", async () => {
      const far = Array.from({ length: 8 }, (_, i) => state(`FAR ${i}`, KIND.ACTIVE));
      const chain = far.flatMap((_, i) => [
        edge(8 + i, STATE.TIMED_OUT, GATE.TIMEOUT),
        edge(8 + i, STATE.ROLLED_BACK, GATE.COMPLIANCE_FAILED),
        edge(8 + i, STATE.TIMED_OUT, GATE.MANUAL),
        ...(i < 7 ? [edge(8 + i, 9 + i, GATE.MANUAL)] : [edge(15, STATE.COMPLIANCE_CHECKING, GATE.NONE)]),
      ]);
      const ruleset = extended(far, [edge(STATE.INSTRUCTED, 8, GATE.MANUAL), ...chain]);
      await register(ruleset);
      const operator = world.home.address(ROLES.operator);
      const trade = await dvp(world, { changes: { ruleset: idOf(ruleset), operator } });
      await world.coordinator.write.createSettlement([trade.terms]);
      await attest(world, trade);

      const rank = [GATE.TIMEOUT, GATE.COMPLIANCE_FAILED] as number[];
      for (let at = 0; at < 16; at = at === 0 ? 8 : at + 1) {
        const next = await world.coordinator.read.nextTransitions([trade.terms], { account: operator });
        const expected = ruleset.edges
          .filter(({ from }) => from === at)
          .map(({ to, gate }) => ({ target: to, gate, satisfied: gate === GATE.NONE || gate === GATE.MANUAL }))
          .sort((a, b) => order(a) - order(b));
        expect(next).to.deep.equal(expected);
        if (at < 15)
          await world.coordinator.write.transition([trade.terms, at === 0 ? 8 : at + 1, zeroHash], {
            account: operator,
          });
      }

      function order({ target, gate }: { target: number; gate: number }): number {
        if (rank.includes(gate)) return rank.indexOf(gate);
        if (gate === GATE.MANUAL) return 10 + target;
        return gate === GATE.CONSENT ? 6 : 5;
      }
    });
  });
});
