import { expect } from "chai";
import { getAddress, type Hash, keccak256, stringToHex } from "viem";
import { type Chain, ROLES } from "./support/chain.ts";
import { attest } from "./support/compliance.ts";
import { deliverAsPaid, mailOf } from "./support/mail.ts";
import { decodeRevert, expectRevert } from "./support/revert.ts";
import { balanceOf, deposit, open } from "./support/settle.ts";
import { LEG, STATE, STATUS, type Trade, VERDICT } from "./support/terms.ts";
import { crossDvp, eventNames, eventsOf, legOf, openingOf, until, vary, varyLeg } from "./support/trades.ts";
import { openWorld, type World } from "./support/world.ts";

describe("what becomes of a trade on two chains, over LayerZero's own contracts", function () {
  this.timeout(120_000);
  let world: World;
  let mail: ReturnType<typeof mailOf>;
  let restore: () => Promise<void>;

  before(async () => {
    world = await openWorld();
    mail = mailOf(world);
    restore = await world.snapshot();
  });
  afterEach(() => restore());

  const [seller, buyer] = [0, 1];
  const record = ({ id }: Trade) => world.coordinator.read.stateOf([id]);
  const statuses = async ({ id }: Trade) => [
    await world.escrow.home.read.legStatus([id, 0n]),
    await world.escrow.away.read.legStatus([id, 1n]),
  ];
  const chainOf = (legIndex: number): Chain => (legIndex === 0 ? world.home : world.away);
  const held = (trade: Trade, legIndex: number, position: number) =>
    balanceOf(chainOf(legIndex), legOf(trade, legIndex).token, openingOf(trade, position).wallet);
  describe("a token that freezes a recipient between lock and release", () => {
    /** A cross-chain trade of which this leg is in a token with a blocklist. */
    async function tradeIn(legIndex: number) {
      const token = await chainOf(legIndex).viem.deployContract("BlocklistToken");
      const trade = await varyLeg(world, await crossDvp(world), legIndex, { token: getAddress(token.address) });
      const { amount } = legOf(trade, legIndex);
      await token.write.mint([openingOf(trade, legIndex === 0 ? seller : buyer).wallet, amount]);
      await open(world, trade);
      await deposit(world, trade, 0, { openings: trade.openings });
      const locked = await mail.lock(trade, 1);
      const recipient = openingOf(trade, legIndex === 0 ? buyer : seller).wallet;
      return { trade, locked, amount, freeze: (frozen: boolean) => token.write.setBlocked([recipient, frozen]) };
    }

    it("holds up its own leg only: the verdict is recorded, the trade finalized, the leg claimed when it thaws", async () => {
      const { trade, locked, amount, freeze } = await tradeIn(1);
      await world.deliver(locked);
      const verdict = await mail.dispatch(trade);
      await freeze(true);
      const hash = await deliverAsPaid(world, verdict);
      const [ignored, ...others] = (await eventsOf(world.away, world.messenger.away, hash)).filter(
        ({ eventName }) => eventName === "MessageIgnored",
      );
      expect(others).to.deep.equal([]);
      const { name } = await decodeRevert(ignored?.args.reason as Hash);
      expect(name, "the gas of a message does not prove that a token is at fault").to.equal(
        "KeystoneEscrow_InsufficientGas",
      );
      expect(await world.escrow.away.read.verdictOf([trade.id])).to.equal(VERDICT.EXECUTE);
      expect(await statuses(trade)).to.deep.equal([LEG.RELEASED, LEG.LOCKED]);

      // A stranger with enough gas books it; then the settlement can end.
      const account = world.away.address(ROLES.stranger);
      const booked = await world.escrow.away.write.release([trade.terms], { account, gas: 5_000_000n });
      expect(await eventNames(world.away, world.escrow.away, booked)).to.include("LegClaimable");
      await world.deliver(await mail.notifyReleased(trade));
      expect((await record(trade)).state).to.equal(STATE.FINALIZED);

      await freeze(false);
      await world.escrow.away.write.claim([trade.terms, 1n], { account });
      expect(await statuses(trade)).to.deep.equal([LEG.RELEASED, LEG.RELEASED]);
      expect(await held(trade, 1, seller)).to.equal(amount);
    });

    it("on the coordinator's chain keeps neither the verdict nor the other chain's leg back", async () => {
      const { trade, locked, amount, freeze } = await tradeIn(0);
      await freeze(true);
      await deliverAsPaid(world, locked);
      expect(await record(trade)).to.deep.include({ state: STATE.EXECUTING_SWAP, verdict: VERDICT.EXECUTE });
      expect(await statuses(trade)).to.deep.equal([LEG.LOCKED, LEG.LOCKED]);
      await deliverAsPaid(world, await mail.dispatch(trade));
      expect(await statuses(trade)).to.deep.equal([LEG.LOCKED, LEG.RELEASED]);
      await freeze(false);
      await world.escrow.home.write.claim([trade.terms, 0n]);
      await world.deliver(await mail.notifyReleased(trade));
      expect((await record(trade)).state).to.equal(STATE.FINALIZED);
      expect(await held(trade, 0, buyer)).to.equal(amount);
    });
  });

  describe("a deposit that comes late", () => {
    let trade: Trade;
    beforeEach(async () => {
      trade = await crossDvp(world);
      await open(world, trade);
    });
    const veto = async () => {
      await attest(world, trade, { statuses: trade.terms.parties.map(() => STATUS.FAIL), sequence: 2n });
      await world.coordinator.write.advance([trade.terms]);
      expect((await record(trade)).verdict).to.equal(VERDICT.ROLLBACK);
    };

    it("after ROLLBACK was taken and before it arrives locks, reports, changes nothing, and comes back in full", async () => {
      await deposit(world, trade, 0, { openings: trade.openings });
      await veto();
      const before = await held(trade, 1, buyer);
      const verdict = await mail.dispatch(trade);
      const locked = await mail.lock(trade, 1);
      await world.deliver(locked);
      expect(await record(trade)).to.deep.include({ verdict: VERDICT.ROLLBACK, lockMask: 3, state: STATE.ROLLED_BACK });
      await world.deliver(verdict);
      await world.escrow.home.write.refundExpired([trade.terms]);
      expect(await statuses(trade)).to.deep.equal([LEG.REFUNDED, LEG.REFUNDED]);
      expect(await held(trade, 1, buyer)).to.equal(before);
    });

    it("after ROLLBACK has arrived is refused on either chain", async () => {
      await veto();
      await world.deliver(await mail.dispatch(trade));
      const before = await held(trade, 1, buyer);
      for (const legIndex of [0, 1]) {
        await expectRevert(deposit(world, trade, legIndex), "KeystoneEscrow_AlreadyDecided", [trade.id]);
      }
      expect(await statuses(trade)).to.deep.equal([LEG.EMPTY, LEG.EMPTY]);
      expect(await held(trade, 1, buyer)).to.equal(before);
    });

    it("after EXECUTE, before it arrives and after, takes nothing more from the payer and nothing from others", async () => {
      await deposit(world, trade, 0, { openings: trade.openings });
      await world.deliver(await mail.lock(trade, 1));
      expect((await record(trade)).verdict).to.equal(VERDICT.EXECUTE);
      const again = async () => {
        const before = [await held(trade, 0, seller), await held(trade, 1, buyer)];
        for (const legIndex of [0, 1]) {
          const { address } = legIndex === 0 ? world.escrow.home : world.escrow.away;
          const hash = await deposit(world, trade, legIndex);
          expect(await eventNames(chainOf(legIndex), { abi: world.escrow.home.abi, address }, hash)).to.deep.equal([]);
          await expectRevert(deposit(world, trade, legIndex, { from: ROLES.stranger }), "KeystoneEscrow_WrongOpening");
        }
        expect([await held(trade, 0, seller), await held(trade, 1, buyer)]).to.deep.equal(before);
      };
      await again();
      await world.deliver(await mail.dispatch(trade));
      await again();
      expect(await statuses(trade)).to.deep.equal([LEG.RELEASED, LEG.RELEASED]);
      for (const chain of [world.home, world.away]) {
        const { token } = legOf(trade, chain === world.home ? 0 : 1);
        expect(await balanceOf(chain, token, world.addresses.escrow)).to.equal(0n);
      }
    });
  });

  describe("a deposit under terms that nobody created", () => {
    for (const [what, make, delivered] of [
      ["whose lock report arrives", () => crossDvp(world), true],
      ["whose lock report is lost", () => crossDvp(world), false],
      [
        "and nobody can, for their ruleset is not registered",
        async () => vary(world, await crossDvp(world), { ruleset: keccak256(stringToHex("no ruleset")) }),
        true,
      ],
    ] as const) {
      it(`${what}, is aborted by the terms alone and comes back`, async () => {
        const trade = await make();
        const before = await held(trade, 1, buyer);
        const locked = await mail.lock(trade, 1);
        if (delivered) await world.deliver(locked);
        expect(await record(trade)).to.deep.include({
          created: false,
          verdict: VERDICT.NONE,
          lockMask: delivered ? 2 : 0,
        });
        expect(await statuses(trade)).to.deep.equal([LEG.EMPTY, LEG.LOCKED]);

        // No clock of the other chain frees a locked leg.
        await until(world.away, trade.terms.settleDeadline);
        await expectRevert(world.escrow.away.write.refundExpired([trade.terms]), "KeystoneEscrow_NotDecided");
        await expectRevert(world.coordinator.write.timeout([trade.terms]), "SettlementCoordinator_NotTimedOut");
        await until(world.home, trade.terms.settleDeadline);
        const account = world.home.address(ROLES.stranger);
        await world.coordinator.write.timeout([trade.terms], { account });
        await expectRevert(
          world.coordinator.write.createSettlement([trade.terms]),
          "SettlementCoordinator_VerdictAlreadyTaken",
          [trade.id, VERDICT.ROLLBACK],
        );
        await deliverAsPaid(world, await mail.dispatch(trade));
        expect(await statuses(trade)).to.deep.equal([LEG.EMPTY, LEG.REFUNDED]);
        expect(await held(trade, 1, buyer)).to.equal(before);
        expect((await record(trade)).created).to.equal(false);
      });
    }
  });
});
