import { expect } from "chai";
import { keccak256, stringToHex, zeroAddress, zeroHash } from "viem";
import { ROLES } from "./support/chain.ts";
import { attest } from "./support/compliance.ts";
import { expectRevert } from "./support/revert.ts";
import { deposit, dvp, open } from "./support/settle.ts";
import { GATE, KIND, STATE, STATUS, type Trade, VERDICT } from "./support/terms.ts";
import { eventNames, eventsOf, until, vary } from "./support/trades.ts";
import { openWorld, type World } from "./support/world.ts";

const EVIDENCE = keccak256(stringToHex("minutes of a meeting"));

describe("SettlementCoordinator: states", function () {
  this.timeout(60_000);
  let world: World;
  let trade: Trade;
  let restore: () => Promise<void>;

  before(async () => {
    world = await openWorld({ stage: "deployed" });
    trade = await dvp(world, { changes: { operator: world.home.address(ROLES.operator) } });
    restore = await world.snapshot();
  });
  afterEach(() => restore());

  const as = (role: number) => ({ account: world.home.address(role) });
  const create = (one = trade) => world.coordinator.write.createSettlement([one.terms]);
  const advance = (one = trade) => world.coordinator.write.advance([one.terms]);
  const transition = (target: number, role: number = ROLES.stranger, evidence = EVIDENCE) =>
    world.coordinator.write.transition([trade.terms, target, evidence], as(role));
  const record = (one = trade) => world.coordinator.read.stateOf([one.id]);
  const statuses = (...some: number[]) => trade.terms.parties.map((_, i) => some[i] ?? STATUS.PASS);
  const UNTOUCHED = { created: false, state: 0, kind: 0, verdict: 0, lockMask: 0, releaseMask: 0 };

  describe("createSettlement", () => {
    it("publishes the terms and starts in the initial state", async () => {
      const [event, ...others] = await eventsOf(world.home, world.coordinator, await create());
      expect(others).to.deep.equal([]);
      expect(event?.eventName).to.equal("SettlementCreated");
      const { settlementId, ref, ruleset, terms } = event?.args ?? {};
      expect({ settlementId, ref, ruleset }).to.deep.equal({
        settlementId: trade.id,
        ref: trade.terms.ref,
        ruleset: world.rulesetId,
      });
      expect(await world.coordinator.read.hashTerms([terms as Trade["terms"]])).to.equal(trade.id);
      expect(await record()).to.deep.equal({ ...UNTOUCHED, created: true });
    });

    it("is a no-op the second time, whatever has become of the settlement", async () => {
      await create();
      expect(await eventNames(world.home, world.coordinator, await create())).to.deep.equal([]);
      await until(world.home, trade.terms.settleDeadline);
      await advance();
      const decided = await record();
      expect(await eventNames(world.home, world.coordinator, await create())).to.deep.equal([]);
      expect(await record()).to.deep.equal(decided);
    });

    it("needs only settleDeadline to lie ahead", async () => {
      await until(world.home, trade.terms.depositDeadline);
      await create();
      expect((await record()).created).to.equal(true);
    });

    it("valid call, one thing broken: reverts once settleDeadline has come", async () => {
      const { settleDeadline } = trade.terms;
      await world.home.helpers.time.setNextBlockTimestamp(settleDeadline);
      await expectRevert(create(), "SettlementCoordinator_SettleDeadlinePassed", [
        settleDeadline,
        BigInt(settleDeadline),
      ]);
      expect(await record()).to.deep.equal(UNTOUCHED);
    });

    it("valid call, one thing broken: reverts for a ruleset that is not registered", async () => {
      const other = await vary(world, trade, { ruleset: EVIDENCE });
      await expectRevert(create(other), "SettlementCoordinator_UnknownRuleset", [EVIDENCE]);
      expect(await record(other)).to.deep.equal(UNTOUCHED);
    });

    it("valid call, one thing broken: reverts after the verdict on an id that was never created", async () => {
      const past = await vary(world, trade, { settleDeadline: trade.terms.depositDeadline });
      await until(world.home, past.terms.settleDeadline);
      await world.coordinator.write.timeout([past.terms]);
      await expectRevert(create(past), "SettlementCoordinator_VerdictAlreadyTaken", [past.id, VERDICT.ROLLBACK]);
    });
  });

  describe("advance", () => {
    it("valid call, one thing broken: reverts for an id that was never created", () =>
      expectRevert(advance(), "SettlementCoordinator_UnknownSettlement", [trade.id]));

    it("walks every edge that holds, and then none", async () => {
      await create();
      await attest(world, trade);
      const events = await eventsOf(world.home, world.coordinator, await advance());
      const caller = world.home.address(ROLES.deployer);
      expect(events.map(({ args }) => args)).to.deep.equal(
        [
          { from: STATE.INSTRUCTED, to: STATE.COMPLIANCE_CHECKING, gate: GATE.NONE },
          { from: STATE.COMPLIANCE_CHECKING, to: STATE.COMPLIANCE_CLEARED, gate: GATE.COMPLIANCE_CLEARED },
          { from: STATE.COMPLIANCE_CLEARED, to: STATE.AWAITING_DEPOSITS, gate: GATE.NONE },
        ].map((edge) => ({ settlementId: trade.id, ...edge, evidenceHash: zeroHash, caller })),
      );
      expect(await record()).to.deep.equal({
        ...UNTOUCHED,
        created: true,
        state: STATE.AWAITING_DEPOSITS,
        kind: KIND.DEPOSIT,
      });
      expect(await eventNames(world.home, world.coordinator, await advance())).to.deep.equal([]);
    });

    it("waits at the check until every party is cleared", async () => {
      await create();
      await attest(world, trade, { statuses: statuses(STATUS.PASS, STATUS.FLAGGED), sequence: 1n });
      await advance();
      expect((await record()).state).to.equal(STATE.COMPLIANCE_CHECKING);
      await attest(world, trade, { sequence: 2n });
      await advance();
      expect((await record()).state).to.equal(STATE.AWAITING_DEPOSITS);
    });

    it("never takes a MANUAL edge, even for the operator", async () => {
      await create();
      await world.coordinator.write.advance([trade.terms], as(ROLES.operator));
      expect((await record()).state).to.equal(STATE.COMPLIANCE_CHECKING);
    });

    it("rolls back for one attester's veto, from the check and from the wait for deposits", async () => {
      await create();
      await attest(world, trade, { statuses: statuses(STATUS.PASS, STATUS.FAIL) });
      expect(await eventNames(world.home, world.coordinator, await advance())).to.deep.equal([
        "StateTransition",
        "StateTransition",
        "VerdictTaken",
      ]);
      const { state, kind, verdict } = await record();
      expect({ state, kind, verdict }).to.deep.equal({
        state: STATE.ROLLED_BACK,
        kind: KIND.FAILED,
        verdict: VERDICT.ROLLBACK,
      });

      const other = await dvp(world);
      await open(world, other);
      await world.registry.write.revoke([other.id, other.terms.parties, 1, zeroHash, 2n], as(ROLES.attester));
      await advance(other);
      expect((await record(other)).state).to.equal(STATE.ROLLED_BACK);
    });

    it("prefers TIMEOUT to a veto", async () => {
      await create();
      await attest(world, trade, { statuses: statuses(STATUS.FAIL) });
      await world.home.helpers.time.setNextBlockTimestamp(trade.terms.settleDeadline);
      await advance();
      expect((await record()).state).to.equal(STATE.TIMED_OUT);
    });

    it("takes no EXECUTE when clearance was lost after the last deposit but one", async () => {
      await open(world, trade);
      await deposit(world, trade, 0);
      await attest(world, trade, { statuses: statuses(STATUS.FLAGGED), sequence: 2n });
      await deposit(world, trade, 1);
      expect(await record()).to.deep.include({ state: STATE.AWAITING_DEPOSITS, verdict: VERDICT.NONE, lockMask: 1 });

      await attest(world, trade, { sequence: 3n });
      await advance();
      expect(await record()).to.deep.include({ state: STATE.FINALIZED, verdict: VERDICT.EXECUTE, releaseMask: 1 });
    });

    it("takes no EXECUTE at settleDeadline, and one a second before it", async () => {
      const { settleDeadline } = trade.terms;
      await deposit(world, trade, 0);
      await deposit(world, trade, 1);
      await create();
      await attest(world, trade);
      const back = await world.snapshot();
      await world.home.helpers.time.setNextBlockTimestamp(settleDeadline);
      await advance();
      expect((await record()).state).to.equal(STATE.TIMED_OUT);
      await back();
      await world.home.helpers.time.setNextBlockTimestamp(settleDeadline - 1);
      await advance();
      expect((await record()).state).to.equal(STATE.FINALIZED);
    });

    it("does from scratch what deposits before creation could not", async () => {
      await deposit(world, trade, 0);
      const names = await eventNames(world.home, world.escrow.home, await deposit(world, trade, 1));
      expect(names).to.deep.equal(["RecipientRevealed", "LegDeposited", "LegsLocked"]);
      expect(await record()).to.deep.equal({ ...UNTOUCHED, lockMask: 1 });
      await create();
      expect((await record()).lockMask).to.equal(1);
      await attest(world, trade);
      await advance();
      expect((await record()).state).to.equal(STATE.FINALIZED);
    });
  });

  describe("transition", () => {
    it("lets the operator take a MANUAL edge, with evidence", async () => {
      await create();
      const [event] = await eventsOf(
        world.home,
        world.coordinator,
        await transition(STATE.ROLLED_BACK, ROLES.operator),
      );
      expect(event?.args).to.deep.equal({
        settlementId: trade.id,
        from: STATE.INSTRUCTED,
        to: STATE.ROLLED_BACK,
        gate: GATE.MANUAL,
        evidenceHash: EVIDENCE,
        caller: world.home.address(ROLES.operator),
      });
      expect(await record()).to.deep.include({ state: STATE.ROLLED_BACK, verdict: VERDICT.ROLLBACK });
    });

    it("valid call, one thing broken: by another than the operator", async () => {
      await create();
      const refused = [
        "SettlementCoordinator_TransitionNotAllowed",
        [trade.id, STATE.INSTRUCTED, STATE.ROLLED_BACK],
      ] as const;
      await expectRevert(transition(STATE.ROLLED_BACK, ROLES.seller), ...refused);
      expect((await record()).state).to.equal(STATE.INSTRUCTED);
    });

    it("lets nobody where the terms name no operator", async () => {
      const orphan = await vary(world, trade, { operator: zeroAddress });
      await create(orphan);
      await world.home.helpers.impersonateAccount(zeroAddress);
      await world.home.helpers.setBalance(zeroAddress, 10n ** 18n);
      const call = world.coordinator.write.transition([orphan.terms, STATE.ROLLED_BACK, zeroHash], {
        account: zeroAddress,
      });
      await expectRevert(call, "SettlementCoordinator_TransitionNotAllowed");
    });

    it("lets the operator do nothing once deposits are awaited", async () => {
      await open(world, trade);
      for (const target of Object.values(STATE)) {
        await expectRevert(transition(target, ROLES.operator), "SettlementCoordinator_TransitionNotAllowed", [
          trade.id,
          STATE.AWAITING_DEPOSITS,
          target,
        ]);
      }
      expect(await record()).to.deep.include({ state: STATE.AWAITING_DEPOSITS, verdict: VERDICT.NONE });
    });

    it("takes one step where advance would take all", async () => {
      await create();
      await attest(world, trade);
      await transition(STATE.COMPLIANCE_CHECKING);
      expect((await record()).state).to.equal(STATE.COMPLIANCE_CHECKING);
      await expectRevert(transition(STATE.AWAITING_DEPOSITS), "SettlementCoordinator_TransitionNotAllowed");
      await transition(STATE.COMPLIANCE_CLEARED);
      await transition(STATE.AWAITING_DEPOSITS);
      expect((await record()).state).to.equal(STATE.AWAITING_DEPOSITS);
    });

    it("takes the other exits as well, when their gates hold", async () => {
      await create();
      await expectRevert(transition(STATE.TIMED_OUT), "SettlementCoordinator_TransitionNotAllowed");
      await transition(STATE.COMPLIANCE_CHECKING);
      await attest(world, trade, { statuses: statuses(STATUS.FAIL) });
      const back = await world.snapshot();
      await transition(STATE.ROLLED_BACK);
      expect(await record()).to.deep.include({ state: STATE.ROLLED_BACK, verdict: VERDICT.ROLLBACK });
      await back();
      await until(world.home, trade.terms.settleDeadline);
      await transition(STATE.TIMED_OUT);
      expect(await record()).to.deep.include({ state: STATE.TIMED_OUT, verdict: VERDICT.ROLLBACK });
    });

    it("to Executing is closed at settleDeadline, even where nobody has called timeout", async () => {
      await deposit(world, trade, 0);
      await deposit(world, trade, 1);
      await create();
      await attest(world, trade);
      for (const target of [STATE.COMPLIANCE_CHECKING, STATE.COMPLIANCE_CLEARED, STATE.AWAITING_DEPOSITS]) {
        await transition(target);
      }
      await world.home.helpers.time.setNextBlockTimestamp(trade.terms.settleDeadline);
      await expectRevert(transition(STATE.EXECUTING_SWAP), "SettlementCoordinator_TransitionNotAllowed");
      expect(await record()).to.deep.include({ state: STATE.AWAITING_DEPOSITS, verdict: VERDICT.NONE });
    });

    it("to Executing pays and finalizes in the same call", async () => {
      await deposit(world, trade, 0);
      await deposit(world, trade, 1);
      await create();
      await attest(world, trade);
      for (const target of [STATE.COMPLIANCE_CHECKING, STATE.COMPLIANCE_CLEARED, STATE.AWAITING_DEPOSITS]) {
        await transition(target);
      }
      await transition(STATE.EXECUTING_SWAP);
      expect(await record()).to.deep.include({ state: STATE.FINALIZED, verdict: VERDICT.EXECUTE });
    });

    it("valid call, one thing broken: reverts for an id that was never created", () =>
      expectRevert(transition(STATE.COMPLIANCE_CHECKING), "SettlementCoordinator_UnknownSettlement", [trade.id]));
  });

  describe("timeout", () => {
    const timeout = (one = trade) => world.coordinator.write.timeout([one.terms]);

    it("valid call, one thing broken: reverts a second before settleDeadline and writes ROLLBACK at it", async () => {
      const { settleDeadline } = trade.terms;
      await create();
      const back = await world.snapshot();
      await world.home.helpers.time.setNextBlockTimestamp(settleDeadline - 1);
      await expectRevert(timeout(), "SettlementCoordinator_NotTimedOut", [settleDeadline, BigInt(settleDeadline - 1)]);
      await back();
      await world.home.helpers.time.setNextBlockTimestamp(settleDeadline);
      expect(await eventNames(world.home, world.coordinator, await timeout())).to.deep.equal([
        "StateTransition",
        "VerdictTaken",
      ]);
      expect(await record()).to.deep.include({ state: STATE.TIMED_OUT, kind: KIND.FAILED, verdict: VERDICT.ROLLBACK });
    });

    it("takes the TIMEOUT edge of whatever state there is before Executing", async () => {
      await open(world, trade);
      await until(world.home, trade.terms.settleDeadline);
      const [event] = await eventsOf(world.home, world.coordinator, await timeout());
      expect(event?.args).to.deep.include({ from: STATE.AWAITING_DEPOSITS, to: STATE.TIMED_OUT, gate: GATE.TIMEOUT });
    });

    it("writes the verdict alone for an id that was never created", async () => {
      await until(world.home, trade.terms.settleDeadline);
      expect(await eventNames(world.home, world.coordinator, await timeout())).to.deep.equal(["VerdictTaken"]);
      expect(await record()).to.deep.equal({ ...UNTOUCHED, verdict: VERDICT.ROLLBACK });
    });

    it("asks nothing of the terms but their hash", async () => {
      const odd = await vary(world, trade, {
        legs: [],
        parties: [],
        attesters: [],
        ruleset: EVIDENCE,
        settleDeadline: 1,
      });
      await timeout(odd);
      expect(await world.coordinator.read.verdictOf([odd.id])).to.equal(VERDICT.ROLLBACK);
    });

    it("is a no-op after a rollback", async () => {
      await create();
      await transition(STATE.ROLLED_BACK, ROLES.operator);
      const before = await record();
      expect(await eventNames(world.home, world.coordinator, await timeout())).to.deep.equal([]);
      expect(await record()).to.deep.equal(before);
    });

    it("valid call, one thing broken: reverts after EXECUTE", async () => {
      await open(world, trade);
      await deposit(world, trade, 0);
      await deposit(world, trade, 1);
      await until(world.home, trade.terms.settleDeadline);
      await expectRevert(timeout(), "SettlementCoordinator_AlreadyExecuting", [trade.id]);
      expect(await record()).to.deep.include({ state: STATE.FINALIZED, verdict: VERDICT.EXECUTE });
    });
  });

  describe("nextTransitions", () => {
    const next = async (role: number = ROLES.stranger) =>
      (await world.coordinator.read.nextTransitions([trade.terms], as(role))).map(({ target, gate, satisfied }) => [
        target,
        gate,
        satisfied,
      ]);

    it("tells every exit, and for whom it is open", async () => {
      await create();
      expect(await next()).to.deep.equal([
        [STATE.TIMED_OUT, GATE.TIMEOUT, false],
        [STATE.COMPLIANCE_CHECKING, GATE.NONE, true],
        [STATE.ROLLED_BACK, GATE.CONSENT, false],
        [STATE.ROLLED_BACK, GATE.MANUAL, false],
      ]);
      expect((await next(ROLES.operator))[3]).to.deep.equal([STATE.ROLLED_BACK, GATE.MANUAL, true]);
      await attest(world, trade);
      await advance();
      expect(await next()).to.deep.equal([
        [STATE.TIMED_OUT, GATE.TIMEOUT, false],
        [STATE.ROLLED_BACK, GATE.COMPLIANCE_FAILED, false],
        [STATE.EXECUTING_SWAP, GATE.DEPOSITS_LOCKED, false],
        [STATE.ROLLED_BACK, GATE.CONSENT, false],
      ]);
    });

    it("tells none at an end, and reverts for an id that was never created", async () => {
      await expectRevert(next(), "SettlementCoordinator_UnknownSettlement", [trade.id]);
      await create();
      await transition(STATE.ROLLED_BACK, ROLES.operator);
      expect(await next()).to.deep.equal([]);
    });
  });
});
