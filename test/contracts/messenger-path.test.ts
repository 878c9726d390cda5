import { expect } from "chai";
import { type Hash, slice } from "viem";
import { type Chain, ROLES } from "./support/chain.ts";
import { attest } from "./support/compliance.ts";
import { eventsOf } from "./support/events.ts";
import { deliverAsPaid, deliveryOf, mailOf } from "./support/mail.ts";
import { type Packet, packetOf } from "./support/packets.ts";
import { expectRevert } from "./support/revert.ts";
import { balanceOf, deposit, dvp, open } from "./support/settle.ts";
import { buildTrade, LEG, MESSAGE, STATE, type Trade, VERDICT } from "./support/terms.ts";
import { openWorld, type World } from "./support/world.ts";

describe("messages between coordinator and escrow, over LayerZero's own contracts", function () {
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

  const sideOf = (chain: Chain) => (chain === world.home ? world.side.home : world.side.away);
  const state = async (trade: Trade) => (await world.coordinator.read.stateOf([trade.id])).state;
  const statuses = async (trade: Trade) =>
    Promise.all(
      trade.terms.legs.map((leg, i) =>
        world.escrow[leg.chainId === BigInt(world.home.chainId) ? "home" : "away"].read.legStatus([
          trade.id,
          BigInt(i),
        ]),
      ),
    );

  /** Bond at home, cash away, both deposited; the cash escrow's lock report is on its way. */
  async function deposited(carryTerms: boolean): Promise<{ trade: Trade; locked: Packet }> {
    const trade = await dvp(world, { cashOn: world.away });
    await open(world, trade);
    await deposit(world, trade, 0, { openings: trade.openings });
    return { trade, locked: await mail.lock(trade, 1, carryTerms) };
  }

  it("three messages that carry the terms finish a trade by themselves", async () => {
    const { trade, locked } = await deposited(true);
    expect(await state(trade)).to.equal(STATE.AWAITING_DEPOSITS);
    await world.deliver(locked);
    expect(await state(trade)).to.equal(STATE.EXECUTING_SWAP);
    expect(await statuses(trade)).to.deep.equal([LEG.RELEASED, LEG.LOCKED]);
    await world.deliver(await mail.dispatch(trade, true));
    expect(await statuses(trade)).to.deep.equal([LEG.RELEASED, LEG.RELEASED]);
    await world.deliver(await mail.notifyReleased(trade, true));
    expect(await state(trade)).to.equal(STATE.FINALIZED);
  });

  it("three bare messages finish it with the help of strangers", async () => {
    const { trade, locked } = await deposited(false);
    await world.deliver(locked);
    expect(await state(trade), "recorded, nothing more").to.equal(STATE.AWAITING_DEPOSITS);
    const stranger = { account: world.home.address(ROLES.stranger) };
    await world.coordinator.write.advance([trade.terms], stranger);
    await world.deliver(await mail.dispatch(trade, false));
    expect(await statuses(trade)).to.deep.equal([LEG.RELEASED, LEG.LOCKED]);
    await world.escrow.away.write.claim([trade.terms, 1n], stranger);
    await world.deliver(await mail.notifyReleased(trade, false));
    await world.coordinator.write.advance([trade.terms], stranger);
    expect(await state(trade)).to.equal(STATE.FINALIZED);
  });

  it("a rollback that carries the terms refunds by itself", async () => {
    const trade = await dvp(world, { cashOn: world.away });
    await open(world, trade);
    const [seller] = trade.openings;
    await deposit(world, trade, 1, { openings: seller === undefined ? [] : [seller] });
    expect(await statuses(trade)).to.deep.equal([LEG.EMPTY, LEG.LOCKED]);
    await world.home.helpers.time.increaseTo(trade.terms.settleDeadline);
    await world.coordinator.write.timeout([trade.terms]);
    const before = await balanceOf(world.away, world.side.away.cash, world.away.address(ROLES.buyer));
    await world.deliver(await mail.dispatch(trade, true));
    expect(await statuses(trade)).to.deep.equal([LEG.EMPTY, LEG.REFUNDED]);
    const after = await balanceOf(world.away, world.side.away.cash, world.away.address(ROLES.buyer));
    expect(after - before).to.equal(trade.terms.legs[1]?.amount);
  });

  it("every message twice, late and out of order changes nothing", async () => {
    const { trade, locked } = await deposited(false);
    const again = await mail.notifyLocked(trade);
    const late = await mail.notifyLocked(trade);
    for (const packet of [late, again, locked]) await sideOf(world.home).courier.verifyAndCommit(packet);
    await sideOf(world.home).courier.execute(again);
    expect(await state(trade)).to.equal(STATE.EXECUTING_SWAP);
    await sideOf(world.home).courier.execute(locked);

    const verdicts = [
      await mail.dispatch(trade, true),
      await mail.dispatch(trade, false),
      await mail.dispatch(trade, true),
    ];
    for (const packet of [...verdicts].reverse()) await sideOf(world.away).courier.verifyAndCommit(packet);
    for (const packet of [...verdicts].reverse()) await sideOf(world.away).courier.execute(packet);
    expect(await statuses(trade)).to.deep.equal([LEG.RELEASED, LEG.RELEASED]);
    const released = [await mail.notifyReleased(trade, true), await mail.notifyReleased(trade, true)];
    for (const packet of released) await world.deliver(packet);
    await sideOf(world.home).courier.execute(late);
    expect(await state(trade)).to.equal(STATE.FINALIZED);
    const escrowed = await balanceOf(world.away, world.side.away.cash, world.addresses.escrow);
    expect(escrowed, "paid once").to.equal(0n);
  });

  it("a verdict waits while one verifier is silent, and nothing moves", async () => {
    const { trade, locked } = await deposited(true);
    await world.deliver(locked);
    const verdict = await mail.dispatch(trade, true);
    await sideOf(world.away).courier.verify(verdict, ROLES.verifierA);
    await expectRevert(sideOf(world.away).courier.commit(verdict), "LZ_ULN_Verifying");
    await expectRevert(world.escrow.away.write.claim([trade.terms, 1n]), "KeystoneEscrow_NotDecided");
    await world.away.helpers.time.increaseTo(trade.terms.settleDeadline + 1_000);
    await expectRevert(world.escrow.away.write.refundExpired([trade.terms]), "KeystoneEscrow_NotDecided");
    await sideOf(world.away).courier.verify(verdict, ROLES.verifierB);
    await sideOf(world.away).courier.commit(verdict);
    await sideOf(world.away).courier.execute(verdict, { from: ROLES.stranger });
    expect(await statuses(trade)).to.deep.equal([LEG.RELEASED, LEG.RELEASED]);
  });

  it("the same bytes for another deployment's messenger are worth nothing", async () => {
    const { trade, locked } = await deposited(true);
    const stranger = world.home.address(ROLES.stranger);
    await expectRevert(
      world.messenger.home.write.lzReceive(
        [
          { srcEid: locked.srcEid, sender: locked.sender, nonce: locked.nonce },
          locked.guid,
          locked.message,
          stranger,
          "0x",
        ],
        { account: stranger },
      ),
      "LayerZeroMessenger_NotEndpoint",
    );
    expect(await world.coordinator.read.isLocked([trade.id, BigInt(world.away.chainId)])).to.equal(false);
  });

  it("a message goes on to an unknown settlement by being recorded for its creation", async () => {
    const trade = await dvp(world, { cashOn: world.away });
    const delivery = await world.deliver(await mail.lock(trade, 1));
    const [event] = await eventsOf(world.home, delivery, world.messenger.home, "MessageIgnored");
    expect(slice(event?.args.reason ?? "0x", 4)).to.equal(trade.id);
    await open(world, trade);
    expect(await state(trade)).to.equal(STATE.AWAITING_DEPOSITS);
    await deposit(world, trade, 0, { openings: trade.openings });
    expect(await state(trade), "the lock that came before creation counts").to.equal(STATE.EXECUTING_SWAP);
  });

  it("a token that delivers a verdict from inside its transfer cannot keep the verdict out", async () => {
    const first = await deposited(true);
    await world.deliver(first.locked);
    const verdict = await mail.dispatch(first.trade, true);
    await sideOf(world.away).courier.verifyAndCommit(verdict);

    const token = await world.away.viem.deployContract("ReentrantToken");
    await token.write.mint([world.away.address(ROLES.buyer), 100n]);
    const second = await buildTrade(world, {
      legs: [
        { chain: world.away, token: token.address, amount: 100n, from: 1, to: 0 },
        { chain: world.home, token: world.side.home.bond, amount: 1n, from: 0, to: 1 },
      ],
      accounts: [ROLES.seller, ROLES.buyer],
    });
    await token.write.arm([sideOf(world.away).layerZero.endpoint, deliveryOf(verdict)]);
    // The token swallows a failure of what it calls, so an estimate would find too little gas.
    const hash = await deposit(world, second, 0, { gas: 8_000_000n });
    expect(await token.read.lastOk()).to.equal(true);
    const received = await eventsOf(world.away, hash, world.messenger.away, "MessageReceived");
    expect(received).to.have.length(1);
    expect(await world.escrow.away.read.verdictOf([first.trade.id])).to.equal(VERDICT.EXECUTE);
    expect(await statuses(first.trade), "recorded, but not gone on").to.deep.equal([LEG.RELEASED, LEG.LOCKED]);
    await world.escrow.away.write.release([first.trade.terms]);
    expect(await statuses(first.trade)).to.deep.equal([LEG.RELEASED, LEG.RELEASED]);
  });

  describe("the gas that a message is paid for", () => {
    /** Delivers with exactly the gas of the message's own option. */
    async function deliverExactly(packet: Packet): Promise<Hash> {
      const chain = packet.dstEid === world.home.eid ? world.home : world.away;
      const hash = await deliverAsPaid(world, packet);
      const messenger = chain === world.home ? world.messenger.home : world.messenger.away;
      expect(await eventsOf(chain, hash, messenger, "MessageIgnored"), "everything could be used").to.deep.equal([]);
      return hash;
    }

    it("records, decides and pays the smallest trade", async () => {
      const { trade, locked } = await deposited(true);
      await deliverExactly(locked);
      expect(await statuses(trade)).to.deep.equal([LEG.RELEASED, LEG.LOCKED]);
      await deliverExactly(await mail.dispatch(trade, true));
      await deliverExactly(await mail.notifyReleased(trade, true));
      expect(await state(trade)).to.equal(STATE.FINALIZED);
    });

    it("records every bare message", async () => {
      const { trade, locked } = await deposited(false);
      await deliverExactly(locked);
      await world.coordinator.write.advance([trade.terms]);
      await deliverExactly(await mail.dispatch(trade, false));
      await world.escrow.away.write.release([trade.terms]);
      await deliverExactly(await mail.notifyReleased(trade, false));
      await world.coordinator.write.advance([trade.terms]);
      expect(await state(trade)).to.equal(STATE.FINALIZED);
    });

    for (const bondsOn of ["home", "away"] as const) {
      it(`records, decides and pays the largest trade, with its many legs ${bondsOn}`, async () => {
        const bonds = world[bondsOn];
        const cash = bondsOn === "home" ? world.away : world.home;
        const fees = Array.from({ length: 4 }, (_, i) => ({ recipient: world.home.address(12 + i), amount: 1n }));
        const leg = { chain: bonds, token: sideOf(bonds).bond, amount: 10n ** 18n, from: 0, to: 1, fees };
        const roles = [11, 12, 13, 14, 15, 16, 17, 18].sort((a, b) =>
          BigInt(world.home.address(a)) < BigInt(world.home.address(b)) ? -1 : 1,
        );
        const trade = await buildTrade(world, {
          legs: [
            ...Array.from({ length: 8 }, () => leg),
            { chain: cash, token: sideOf(cash).cash, amount: 5_000_000n, from: 1, to: 0 },
          ],
          accounts: [ROLES.seller, ROLES.buyer, ...Array(14).fill(ROLES.stranger)],
          changes: { attesters: roles.map((role) => world.home.address(role)), threshold: 8 },
        });
        await world.coordinator.write.createSettlement([trade.terms]);
        for (const role of roles) await attest(world, trade, {}, role);
        await world.coordinator.write.advance([trade.terms]);
        expect(await state(trade)).to.equal(STATE.AWAITING_DEPOSITS);

        const openings = trade.openings.slice(0, 2);
        const [near, far] = bondsOn === "home" ? [[0, 1, 2, 3, 4, 5, 6, 7], [8]] : [[8], [0, 1, 2, 3, 4, 5, 6, 7]];
        for (const i of near) await deposit(world, trade, i, { openings });
        let last: Hash = "0x";
        for (const i of far) {
          const value = await world.escrow.away.read.quoteLocked([trade.terms, true]);
          last = await deposit(world, trade, i, { openings, value });
        }
        const report = await deliverExactly(await packetOf(world.away, last));
        expect(await state(trade)).to.equal(STATE.EXECUTING_SWAP);
        const verdict = await deliverExactly(await mail.dispatch(trade, true));
        expect(await statuses(trade)).to.deep.equal(trade.terms.legs.map(() => LEG.RELEASED));
        for (const { recipient } of fees) {
          expect(await balanceOf(bonds, leg.token, recipient), `fees of ${recipient}`).to.equal(8n);
        }
        for (const [chain, hash] of [
          [world.home, report],
          [world.away, verdict],
        ] as const) {
          const { gasUsed } = await chain.client.waitForTransactionReceipt({ hash });
          expect(gasUsed < 2n ** 24n).to.equal(true);
        }
        await deliverExactly(await mail.notifyReleased(trade, true));
        expect(await state(trade)).to.equal(STATE.FINALIZED);
      });
    }

    it("is priced by the escrow as by the messenger", async () => {
      const trade = await dvp(world, { cashOn: world.away });
      const home = BigInt(world.home.chainId);
      for (const kind of [MESSAGE.LOCKED, MESSAGE.RELEASED]) {
        const quoted = await world.messenger.away.read.quote([home, kind, trade.terms, true]);
        const asked =
          kind === MESSAGE.LOCKED
            ? await world.escrow.away.read.quoteLocked([trade.terms, true])
            : await world.escrow.away.read.quoteReleased([trade.terms, true]);
        expect(asked).to.equal(quoted);
      }
    });
  });
});
