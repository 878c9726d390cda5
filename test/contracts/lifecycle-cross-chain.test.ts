import { expect } from "chai";
import { type Hash, parseEther } from "viem";
import { ROLES } from "./support/chain.ts";
import { attest } from "./support/compliance.ts";
import { type Packet, packetsOf } from "./support/packets.ts";
import { balanceOf, deposit, open } from "./support/settle.ts";
import { buildTrade, LEG, STATE, STATUS, type Trade, VERDICT } from "./support/terms.ts";
import { crossDvp, eventNames, gasOf, legOf, openingOf, until } from "./support/trades.ts";
import { openWorld, type World } from "./support/world.ts";

/** More than any message costs; what is not needed comes back. */
const PLENTY = parseEther("0.1");

describe("a trade on two chains", function () {
  this.timeout(60_000);
  let world: World;
  let trade: Trade;
  let restore: () => Promise<void>;

  before(async () => {
    world = await openWorld();
    trade = await crossDvp(world);
    restore = await world.snapshot();
  });
  afterEach(() => restore());

  const coordinator = () => world.coordinator.read.stateOf([trade.id]);
  const statuses = async () =>
    Promise.all([world.escrow.home.read.legStatus([trade.id, 0n]), world.escrow.away.read.legStatus([trade.id, 1n])]);
  const [seller, buyer] = [0, 1];
  const bondOf = (position: number) => balanceOf(world.home, legOf(trade, 0).token, openingOf(trade, position).wallet);
  const cashOf = (position: number) => balanceOf(world.away, legOf(trade, 1).token, openingOf(trade, position).wallet);
  async function only(packets: Promise<Packet[]>): Promise<Packet> {
    const [packet, ...others] = await packets;
    if (packet === undefined || others.length > 0) throw new Error("Not exactly one message was sent");
    return packet;
  }
  const sentFrom = (side: "home" | "away", hash: Hash) => only(packetsOf(world[side], hash));
  const dispatch = (value = PLENTY) =>
    world.coordinator.write.dispatch([trade.terms, BigInt(world.away.chainId)], { value });

  /** The bond locked at home, and the cash on the other chain; returns the message that the second lock sent. */
  async function lockBoth(value = PLENTY): Promise<Packet> {
    await deposit(world, trade, 0, { openings: [openingOf(trade, buyer)] });
    const hash = await deposit(world, trade, 1, { openings: [openingOf(trade, seller)], value });
    return sentFrom("away", hash);
  }

  it("is finalized by three messages that carry the terms, and nobody else's doing", async () => {
    const before = [await bondOf(buyer), await cashOf(seller)];
    await open(world, trade);
    const locked = await lockBoth();
    expect(await statuses()).to.deep.equal([LEG.LOCKED, LEG.LOCKED]);

    await world.deliver(locked);
    expect(await coordinator()).to.deep.include({
      state: STATE.EXECUTING_SWAP,
      verdict: VERDICT.EXECUTE,
      releaseMask: 1,
    });
    expect(await statuses()).to.deep.equal([LEG.RELEASED, LEG.LOCKED]);

    const verdict = await sentFrom("home", await dispatch());
    const delivered = await world.deliver(verdict);
    expect(await eventNames(world.away, world.escrow.away, delivered)).to.deep.equal([
      "VerdictReceived",
      "LegReleased",
    ]);
    expect(await packetsOf(world.away, delivered)).to.deep.equal([]);
    expect(await statuses()).to.deep.equal([LEG.RELEASED, LEG.RELEASED]);

    const notify = await world.escrow.away.write.notifyReleased([trade.terms], { value: PLENTY });
    await world.deliver(await sentFrom("away", notify));
    expect(await coordinator()).to.deep.include({ state: STATE.FINALIZED, lockMask: 3, releaseMask: 3 });
    expect(await bondOf(buyer)).to.equal((before[0] ?? 0n) + legOf(trade, 0).amount);
    expect(await cashOf(seller)).to.equal((before[1] ?? 0n) + legOf(trade, 1).amount);
  });

  it("is finalized by bare messages and permissionless calls", async () => {
    const bare = {
      locked: await world.escrow.away.read.quoteLocked([trade.terms, false]),
      verdict: await world.coordinator.read.quoteDispatch([trade.terms, BigInt(world.away.chainId), false]),
      released: await world.escrow.away.read.quoteReleased([trade.terms, false]),
    };
    await open(world, trade);
    await world.deliver(await lockBoth(bare.locked));
    expect(await coordinator()).to.deep.include({ state: STATE.AWAITING_DEPOSITS, lockMask: 3 });
    await world.coordinator.write.advance([trade.terms]);
    await world.deliver(await sentFrom("home", await dispatch(bare.verdict)));
    expect(await statuses()).to.deep.equal([LEG.RELEASED, LEG.LOCKED]);
    await world.escrow.away.write.release([trade.terms]);
    const notify = await world.escrow.away.write.notifyReleased([trade.terms], { value: bare.released });
    await world.deliver(await sentFrom("away", notify));
    expect((await coordinator()).state).to.equal(STATE.EXECUTING_SWAP);
    await world.coordinator.write.advance([trade.terms]);
    expect((await coordinator()).state).to.equal(STATE.FINALIZED);
  });

  it("is taken up by a lock message that came before its creation", async () => {
    await world.deliver(await lockBoth());
    expect(await coordinator()).to.deep.include({ created: false, lockMask: 3 });
    await open(world, trade);
    expect(await coordinator()).to.deep.include({
      state: STATE.EXECUTING_SWAP,
      verdict: VERDICT.EXECUTE,
      releaseMask: 1,
    });
  });

  it("is not harmed by messages that come twice", async () => {
    await open(world, trade);
    await world.deliver(await lockBoth());
    const again = await world.escrow.away.write.notifyLocked([trade.terms], { value: PLENTY });
    await world.deliver(await sentFrom("away", again));
    for (let i = 0; i < 2; i += 1) await world.deliver(await sentFrom("home", await dispatch()));
    for (let i = 0; i < 2; i += 1) {
      const notify = await world.escrow.away.write.notifyReleased([trade.terms], { value: PLENTY });
      await world.deliver(await sentFrom("away", notify));
    }
    expect((await coordinator()).state).to.equal(STATE.FINALIZED);
    expect(await balanceOf(world.away, legOf(trade, 1).token, world.addresses.escrow)).to.equal(0n);
  });

  it("is rolled back when the other side never pays: only the message frees a locked leg", async () => {
    const before = await cashOf(buyer);
    await open(world, trade);
    await deposit(world, trade, 1, { openings: [openingOf(trade, seller)], value: PLENTY });
    await until(world.away, trade.terms.settleDeadline);
    const early = await world.escrow.away.read.legStatus([trade.id, 1n]);
    expect(early).to.equal(LEG.LOCKED);
    await until(world.home, trade.terms.settleDeadline);
    await world.coordinator.write.timeout([trade.terms]);
    expect((await coordinator()).state).to.equal(STATE.TIMED_OUT);
    await world.deliver(await sentFrom("home", await dispatch()));
    expect(await world.escrow.away.read.legStatus([trade.id, 1n])).to.equal(LEG.REFUNDED);
    expect(await cashOf(buyer)).to.equal(before);
  });

  it("whose last lock report comes at settleDeadline is rolled back on both chains", async () => {
    await open(world, trade);
    const locked = await lockBoth();
    await until(world.home, trade.terms.settleDeadline);
    await world.deliver(locked);
    expect(await coordinator()).to.deep.include({ state: STATE.TIMED_OUT, verdict: VERDICT.ROLLBACK, lockMask: 3 });
    await world.deliver(await sentFrom("home", await dispatch()));
    await world.escrow.home.write.refundExpired([trade.terms]);
    expect(await statuses()).to.deep.equal([LEG.REFUNDED, LEG.REFUNDED]);
  });

  it("that a veto stops after both locks is rolled back on both chains", async () => {
    await open(world, trade);
    const locked = await lockBoth();
    await attest(world, trade, { statuses: trade.terms.parties.map(() => STATUS.FAIL), sequence: 2n });
    await world.deliver(locked);
    expect(await coordinator()).to.deep.include({ state: STATE.ROLLED_BACK, verdict: VERDICT.ROLLBACK });
    await world.deliver(await sentFrom("home", await dispatch()));
    await world.escrow.home.write.refundExpired([trade.terms]);
    expect(await statuses()).to.deep.equal([LEG.REFUNDED, LEG.REFUNDED]);
  });

  it("never reached by a rollback of its own that others have overtaken", async () => {
    // The escrow expired by its own clock and paid back; a late ROLLBACK finds nothing to do.
    await deposit(world, trade, 1);
    await until(world.away, trade.terms.depositDeadline);
    await world.escrow.away.write.refundExpired([trade.terms]);
    await until(world.home, trade.terms.settleDeadline);
    await world.coordinator.write.timeout([trade.terms]);
    await world.deliver(await sentFrom("home", await dispatch()));
    expect(await world.escrow.away.read.legStatus([trade.id, 1n])).to.equal(LEG.REFUNDED);
    expect(await balanceOf(world.away, legOf(trade, 1).token, world.addresses.escrow)).to.equal(0n);
  });

  it("with all legs on the other chain needs no deposit on the coordinator's", async () => {
    const { bond, cash } = world.side.away;
    const far = await buildTrade(world, {
      legs: [
        { chain: world.away, token: bond, amount: 7n, from: 0, to: 1 },
        { chain: world.away, token: cash, amount: 5n, from: 1, to: 0 },
      ],
      accounts: [ROLES.seller, ROLES.buyer],
    });
    await open(world, far);
    await deposit(world, far, 0);
    const hash = await deposit(world, far, 1, { value: PLENTY });
    await world.deliver(await sentFrom("away", hash));
    expect(await world.coordinator.read.stateOf([far.id])).to.deep.include({
      state: STATE.EXECUTING_SWAP,
      lockMask: 2,
      releaseMask: 0,
    });
    const verdict = await world.coordinator.write.dispatch([far.terms, BigInt(world.away.chainId)], { value: PLENTY });
    await world.deliver(await sentFrom("home", verdict));
    const notify = await world.escrow.away.write.notifyReleased([far.terms], { value: PLENTY });
    await world.deliver(await sentFrom("away", notify));
    expect((await world.coordinator.read.stateOf([far.id])).state).to.equal(STATE.FINALIZED);
  });

  it("with the last deposit at home goes on to verdict and payout there in that transaction", async () => {
    await open(world, trade);
    const hash = await deposit(world, trade, 1, { openings: [openingOf(trade, seller)], value: PLENTY });
    await world.deliver(await sentFrom("away", hash));
    const last = await deposit(world, trade, 0, { openings: [openingOf(trade, buyer)] });
    expect(await coordinator()).to.deep.include({ verdict: VERDICT.EXECUTE, releaseMask: 1 });
    expect(await statuses()).to.deep.equal([LEG.RELEASED, LEG.LOCKED]);
    expect(Number(await gasOf(world.home, last))).to.be.lessThan(400_000);
  });
});
