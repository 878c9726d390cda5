import { expect } from "chai";
import { type Hex, keccak256, stringToHex, zeroHash } from "viem";
import { ROLES } from "./support/chain.ts";
import { attest } from "./support/compliance.ts";
import { consentsOf } from "./support/consents.ts";
import { REPO_STATE, registerRepo } from "./support/repo.ts";
import { expectRevert } from "./support/revert.ts";
import { deposit, dvp, open } from "./support/settle.ts";
import { GATE, KIND, STATUS, type Terms, type Trade, VERDICT } from "./support/terms.ts";
import { crossDvp, eventsOf, impersonate, openingOf, until, vary } from "./support/trades.ts";
import { openWorld, type World } from "./support/world.ts";

const HOUR = 3_600;
const NOWHERE = keccak256(stringToHex("no settlement of ours"));

describe("SettlementCoordinator: repo", function () {
  this.timeout(60_000);
  let world: World;
  let repo: Hex;
  let opening: Trade;
  let closing: Trade;
  let restore: () => Promise<void>;

  before(async () => {
    world = await openWorld();
    repo = await registerRepo(world);
    opening = await dvp(world);
    closing = await closingOf(opening);
    restore = await world.snapshot();
  });
  afterEach(() => restore());

  /** The trade back, a day later. */
  async function closingOf(parent: Pick<Trade, "id">, changes: Partial<Terms> = {}): Promise<Trade> {
    const now = await world.home.helpers.time.latest();
    return dvp(world, {
      depositIn: 30 * HOUR,
      settleIn: 31 * HOUR,
      changes: {
        ruleset: repo,
        parent: parent.id,
        notBefore: now + 24 * HOUR,
        operator: world.home.address(ROLES.operator),
        ...changes,
      },
    });
  }
  const create = (one = closing) => world.coordinator.write.createSettlement([one.terms]);
  const advance = (one = closing) => world.coordinator.write.advance([one.terms]);
  const record = (one = closing) => world.coordinator.read.stateOf([one.id]);
  const state = async (one = closing) => (await record(one)).state;
  const mature = () => until(world.home, closing.terms.notBefore);
  async function settle(one: Trade) {
    await open(world, one);
    await deposit(world, one, 0);
    await deposit(world, one, 1);
    expect((await record(one)).kind).to.equal(KIND.FINALIZED);
  }

  it("is fixed on chain beside the opening, and goes its way once that is finalized and maturity has come", async () => {
    await create();
    await attest(world, closing);
    await settle(opening);
    await advance();
    expect(await state()).to.equal(REPO_STATE.AWAITING_MATURITY);
    await mature();
    const [first] = await eventsOf(world.home, world.coordinator, await advance());
    expect(first?.args).to.deep.include({
      from: REPO_STATE.AWAITING_MATURITY,
      to: REPO_STATE.INSTRUCTED,
      gate: GATE.PARENT_FINALIZED,
    });
    expect(await state()).to.equal(REPO_STATE.AWAITING_DEPOSITS);
    await deposit(world, closing, 0);
    await deposit(world, closing, 1);
    expect(await record()).to.deep.include({ state: REPO_STATE.FINALIZED, verdict: VERDICT.EXECUTE });
  });

  it("waits for the second of maturity", async () => {
    await settle(opening);
    await create();
    await world.home.helpers.time.setNextBlockTimestamp(closing.terms.notBefore - 1);
    await advance();
    expect(await state()).to.equal(REPO_STATE.AWAITING_MATURITY);
    await world.home.helpers.time.setNextBlockTimestamp(closing.terms.notBefore);
    await advance();
    expect(await state()).to.equal(REPO_STATE.COMPLIANCE_CHECKING);
  });

  it("needs no maturity where the terms give none, only the parent", async () => {
    const prompt = await closingOf(opening, { notBefore: 0 });
    await create(prompt);
    await advance(prompt);
    expect(await state(prompt)).to.equal(REPO_STATE.AWAITING_MATURITY);
    await settle(opening);
    await advance(prompt);
    expect(await state(prompt)).to.equal(REPO_STATE.COMPLIANCE_CHECKING);
  });

  it("takes the step by transition as well, and no other past it", async () => {
    await create();
    const step = (target: number, role: number = ROLES.operator) =>
      world.coordinator.write.transition([closing.terms, target, zeroHash], { account: world.home.address(role) });
    for (const target of [REPO_STATE.INSTRUCTED, REPO_STATE.COMPLIANCE_CHECKING, REPO_STATE.AWAITING_DEPOSITS]) {
      await expectRevert(step(target), "SettlementCoordinator_TransitionNotAllowed", [
        closing.id,
        REPO_STATE.AWAITING_MATURITY,
        target,
      ]);
    }
    await settle(opening);
    await mature();
    await step(REPO_STATE.INSTRUCTED, ROLES.stranger);
    expect(await state()).to.equal(REPO_STATE.INSTRUCTED);
  });

  it("tells its exits, and that the gate holds once it does", async () => {
    await create();
    const S = REPO_STATE;
    const next = async () =>
      (await world.coordinator.read.nextTransitions([closing.terms])).map(({ target, gate, satisfied }) => [
        target,
        gate,
        satisfied,
      ]);
    const exits = (matured: boolean) => [
      [S.TIMED_OUT, GATE.TIMEOUT, false],
      [S.INSTRUCTED, GATE.PARENT_FINALIZED, matured],
      [S.ROLLED_BACK, GATE.CONSENT, false],
    ];
    expect(await next()).to.deep.equal(exits(false));
    await settle(opening);
    expect(await next()).to.deep.equal(exits(false));
    await mature();
    await world.home.helpers.mine();
    expect(await next()).to.deep.equal(exits(true));
  });

  describe("never passes a parent that", () => {
    async function waits(one: Trade) {
      await create(one);
      await attest(world, one);
      await until(world.home, one.terms.notBefore);
      await advance(one);
      expect(await state(one)).to.equal(REPO_STATE.AWAITING_MATURITY);
      await until(world.home, one.terms.settleDeadline);
      await advance(one);
      expect(await record(one)).to.deep.include({ state: REPO_STATE.TIMED_OUT, verdict: VERDICT.ROLLBACK });
    }

    it("nobody has created, here or at another coordinator", async () => {
      await waits(closing);
      const foreign = await vary(world, opening, { coordinator: world.home.address(ROLES.stranger) });
      await waits(await closingOf(foreign));
      await waits(await closingOf({ id: NOWHERE }));
    });

    it("was rolled back, created or not", async () => {
      const failed = await dvp(world);
      const closingOfFailed = await closingOf(failed);
      await world.coordinator.write.createSettlement([failed.terms]);
      const validUntil = (await world.home.helpers.time.latest()) + 600;
      await world.coordinator.write.cancel([failed.terms, await consentsOf(world.home, failed, validUntil)]);
      const back = await world.snapshot();
      await waits(closingOfFailed);
      await back();
      await until(world.home, opening.terms.settleDeadline);
      await world.coordinator.write.timeout([opening.terms]);
      await waits(closing);
    });

    it("is executing and not finalized yet", async () => {
      const cross = await crossDvp(world);
      const after = await closingOf(cross);
      await open(world, cross);
      const messenger = await impersonate(world.home, world.addresses.messenger);
      const away = BigInt(world.away.chainId);
      await world.coordinator.write.recordLocked([cross.id, away], { account: messenger });
      await deposit(world, cross, 0, { openings: [openingOf(cross, 1)] });
      expect((await record(cross)).kind).to.equal(KIND.EXECUTING);
      await create(after);
      await until(world.home, after.terms.notBefore);
      await advance(after);
      expect(await state(after)).to.equal(REPO_STATE.AWAITING_MATURITY);

      // Finalized later, with the last report: then the way is open.
      await world.coordinator.write.recordReleased([cross.id, away], { account: messenger });
      await world.coordinator.write.advance([cross.terms]);
      await advance(after);
      expect(await state(after)).to.equal(REPO_STATE.COMPLIANCE_CHECKING);
    });

    it("is itself waiting for a parent", async () => {
      const second = await closingOf(closing);
      await settle(opening);
      await create(closing);
      await waits(second);
    });
  });

  it("ends early by consent", async () => {
    await create();
    const validUntil = (await world.home.helpers.time.latest()) + 600;
    await world.coordinator.write.cancel([closing.terms, await consentsOf(world.home, closing, validUntil)]);
    expect(await state()).to.equal(REPO_STATE.ROLLED_BACK);
  });

  it("is undone by no operator, and by a veto only once it is screened again", async () => {
    await create();
    await attest(world, closing, { statuses: closing.terms.parties.map(() => STATUS.FAIL) });
    await advance();
    expect(await state()).to.equal(REPO_STATE.AWAITING_MATURITY);
    await expectRevert(
      world.coordinator.write.transition([closing.terms, REPO_STATE.ROLLED_BACK, zeroHash], {
        account: world.home.address(ROLES.operator),
      }),
      "SettlementCoordinator_TransitionNotAllowed",
      [closing.id, REPO_STATE.AWAITING_MATURITY, REPO_STATE.ROLLED_BACK],
    );
    await settle(opening);
    await mature();
    await advance();
    expect(await state()).to.equal(REPO_STATE.ROLLED_BACK);
  });

  describe("valid call, one thing broken:", () => {
    const mismatch = (one: Trade) =>
      expectRevert(create(one), "SettlementCoordinator_ParentMismatch", [one.terms.ruleset, one.terms.parent]);

    it("the ruleset waits for a parent and the terms name none", async () => {
      const orphan = await vary(world, closing, { parent: zeroHash, notBefore: 0 });
      await mismatch(orphan);
      expect((await record(orphan)).created).to.equal(false);
    });

    it("the terms name a parent and the ruleset waits for none", async () => {
      for (const notBefore of [0, closing.terms.notBefore]) {
        const child = await vary(world, closing, { ruleset: world.rulesetId, notBefore });
        await mismatch(child);
        expect((await record(child)).created).to.equal(false);
      }
    });

    it("maturity comes with the end of the time for deposits, or after the trade itself", async () => {
      const { depositDeadline, settleDeadline } = closing.terms;
      for (const notBefore of [depositDeadline, settleDeadline, settleDeadline + 1]) {
        const late = await vary(world, closing, { notBefore });
        await expectRevert(create(late), "Terms_NotBeforeTooLate", [notBefore, depositDeadline]);
      }
      await create(await vary(world, closing, { notBefore: depositDeadline - 1 }));
    });

    it("maturity stands without a parent", async () => {
      const { notBefore } = closing.terms;
      await expectRevert(create(await vary(world, closing, { parent: zeroHash })), "Terms_NotBeforeWithoutParent", [
        notBefore,
      ]);
    });
  });
});
