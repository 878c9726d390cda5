import { expect } from "chai";
import { type Address, getAddress } from "viem";
import { ROLES } from "./support/chain.ts";
import { expectRevert } from "./support/revert.ts";
import { balanceOf, deposit, open } from "./support/settle.ts";
import { buildTrade, LEG, STATE, type Trade, VERDICT } from "./support/terms.ts";
import { eventNames, eventsOf, feeTrade, gasOf, impersonate, legOf, openingOf, until } from "./support/trades.ts";
import { openWorld, type World } from "./support/world.ts";

/** What a transaction may use at most (EIP-7825). */
const TRANSACTION_GAS = 2n ** 24n;
const FAIR = 0;
const REFUSE = 1;
const BURN_GAS = 2;

const account = (value: number): Address => getAddress(`0x${value.toString(16).padStart(40, "0")}`);
const RECIPIENTS = [201, 202, 203, 204].map(account) as [Address, Address, Address, Address];

describe("KeystoneEscrow: fees", function () {
  this.timeout(60_000);
  let world: World;
  let token: Awaited<ReturnType<typeof deployToken>>;
  let restore: () => Promise<void>;

  const deployToken = () => world.home.viem.deployContract("MarkedToken");
  const AMOUNT = 1_000_000n;
  const FEES = [1_000n, 200n, 30n, 4n].map((amount, i) => ({ recipient: RECIPIENTS[i] ?? account(0), amount }));
  const NET = AMOUNT - 1_234n;

  before(async () => {
    world = await openWorld();
    token = await deployToken();
    await impersonate(world.home, world.addresses.messenger);
    restore = await world.snapshot();
  });
  afterEach(() => restore());

  const mark = (who: Address, treatment: number) => token.write.mark([who, treatment]);
  const balance = (who: Address) => balanceOf(world.home, token.address, who);
  const record = (trade: Trade) => world.escrow.home.read.stateOf([trade.id]);
  const cashOf = (trade: Trade) => trade.terms.legs.findIndex((leg) => leg.fees.length > 0);
  const claim = (trade: Trade, gas?: bigint) =>
    world.escrow.home.write.claim([trade.terms, BigInt(cashOf(trade))], gas === undefined ? {} : { gas });

  /** Cash with four fees on the coordinator's chain, bond on the other, both locked, EXECUTE taken; the cash is still to be paid. */
  async function executed(treatments: Partial<Record<Address, number>>, order = ["cash", "bond"]): Promise<Trade> {
    const legs = {
      cash: { chain: world.home, token: token.address, amount: AMOUNT, from: 1, to: 0, fees: FEES },
      bond: { chain: world.away, token: world.side.away.bond, amount: 1n, from: 0, to: 1 },
    };
    const trade = await buildTrade(world, {
      legs: order.map((name) => legs[name as keyof typeof legs]),
      accounts: [ROLES.seller, ROLES.buyer],
    });
    await token.write.mint([openingOf(trade, 1).wallet, AMOUNT]);
    await deposit(world, trade, cashOf(trade), { openings: [openingOf(trade, 0)] });
    await open(world, trade);
    const { messenger } = world.addresses;
    await world.coordinator.write.recordLocked([trade.id, BigInt(world.away.chainId)], { account: messenger });
    for (const [who, treatment] of Object.entries(treatments)) await mark(who as Address, treatment ?? FAIR);
    // By message, so that the payout after the verdict gets too little gas to be judged, and nothing is paid yet.
    await world.coordinator.write.advance([trade.terms], { account: messenger, gas: 900_000n });
    expect(await world.escrow.home.read.verdictOf([trade.id])).to.equal(VERDICT.EXECUTE);
    expect((await record(trade)).paid).to.equal(0);
    return trade;
  }

  it("are taken out of the amount, each to its recipient", async () => {
    const trade = await executed({});
    const events = await eventsOf(world.home, world.escrow.home, await claim(trade));
    const recipient = openingOf(trade, 0).wallet;
    expect(events.map(({ args }) => args)).to.deep.equal([
      { settlementId: trade.id, legIndex: 0, recipient, amount: NET },
      ...FEES.map((fee, feeIndex) => ({ settlementId: trade.id, legIndex: 0, feeIndex, ...fee })),
    ]);
    expect(await balance(recipient)).to.equal(NET);
    for (const fee of FEES) expect(await balance(fee.recipient)).to.equal(fee.amount);
    expect(await balance(world.addresses.escrow)).to.equal(0n);
    expect(await record(trade)).to.deep.include({ paid: 1, feesOwed: 0n });
  });

  it("are not taken out of a refund", async () => {
    const trade = await feeTrade(world, token.address, AMOUNT, FEES);
    const buyer = openingOf(trade, 1).wallet;
    await token.write.mint([buyer, AMOUNT]);
    await deposit(world, trade, 1);
    await until(world.home, trade.terms.depositDeadline);
    await world.escrow.home.write.claim([trade.terms, 1n]);
    expect(await balance(buyer)).to.equal(AMOUNT);
  });

  it("may leave nothing to the recipient", async () => {
    const trade = await feeTrade(world, token.address, 10n, [
      { recipient: RECIPIENTS[0], amount: 10n },
      { recipient: RECIPIENTS[1], amount: 0n },
    ]);
    await token.write.mint([openingOf(trade, 1).wallet, 10n]);
    await open(world, trade);
    await deposit(world, trade, 0);
    await deposit(world, trade, 1);
    expect((await world.coordinator.read.stateOf([trade.id])).state).to.equal(STATE.FINALIZED);
    expect([await balance(RECIPIENTS[0]), await balance(openingOf(trade, 0).wallet)]).to.deep.equal([10n, 0n]);
  });

  it("that cannot be paid stay owed and hold up nobody else", async () => {
    const trade = await executed({ [RECIPIENTS[1]]: REFUSE });
    const names = await eventNames(world.home, world.escrow.home, await claim(trade));
    expect(names).to.deep.equal(["LegReleased", "FeePaid", "FeeOwed", "FeePaid", "FeePaid"]);
    expect(await world.escrow.home.read.legStatus([trade.id, 0n])).to.equal(LEG.RELEASED);
    expect((await record(trade)).feesOwed).to.equal(0b0010n);
    expect(await balance(world.addresses.escrow)).to.equal(200n);

    await mark(RECIPIENTS[1], FAIR);
    expect(await eventNames(world.home, world.escrow.home, await claim(trade))).to.deep.equal(["FeePaid"]);
    expect(await balance(RECIPIENTS[1])).to.equal(200n);
    expect((await record(trade)).feesOwed).to.equal(0n);
    expect(await eventNames(world.home, world.escrow.home, await claim(trade))).to.deep.equal([]);
    expect(await balance(RECIPIENTS[1])).to.equal(200n);
  });

  it("are retried in turn, so that one recipient cannot starve another", async () => {
    const trade = await executed({ [RECIPIENTS[0]]: REFUSE, [RECIPIENTS[2]]: REFUSE });
    await claim(trade);
    expect((await record(trade)).feesOwed).to.equal(0b0101n);
    await mark(RECIPIENTS[0], BURN_GAS);
    await mark(RECIPIENTS[2], FAIR);
    expect(await eventNames(world.home, world.escrow.home, await claim(trade, 3_000_000n))).to.deep.equal(["FeeOwed"]);
    expect(await eventNames(world.home, world.escrow.home, await claim(trade, 3_000_000n))).to.deep.equal(["FeePaid"]);
    expect(await balance(RECIPIENTS[2])).to.equal(30n);
    expect((await record(trade)).feesOwed).to.equal(0b0001n);
  });

  it("are retried by a cursor of each leg's own", async () => {
    const trade = await executed({ [RECIPIENTS[0]]: REFUSE, [RECIPIENTS[2]]: REFUSE }, ["bond", "cash"]);
    const names = await eventNames(world.home, world.escrow.home, await claim(trade));
    expect(names).to.deep.equal(["LegReleased", "FeeOwed", "FeePaid", "FeeOwed", "FeePaid"]);
    expect(await record(trade)).to.deep.include({ feesOwed: 0b0101_0000n, feeCursor: 0 });
    for (const [feeIndex, feeCursor] of [
      [0, 0b01_00],
      [2, 0b11_00],
      [0, 0b01_00],
    ]) {
      const [event, ...more] = await eventsOf(world.home, world.escrow.home, await claim(trade));
      expect(event).to.deep.include({ eventName: "FeeOwed" });
      expect(event?.args).to.deep.include({ legIndex: 1, feeIndex });
      expect(more).to.deep.equal([]);
      expect(await record(trade)).to.deep.include({ feesOwed: 0b0101_0000n, feeCursor });
    }
  });

  it("are not called owed by a retry that had too little gas", async () => {
    const trade = await executed({ [RECIPIENTS[0]]: REFUSE });
    await claim(trade);
    const { feeCursor } = await record(trade);
    await expectRevert(claim(trade, 1_500_000n), "KeystoneEscrow_InsufficientGas");
    expect((await record(trade)).feeCursor).to.equal(feeCursor);
  });

  it("each have their floor of gas, or the claim reverts", async () => {
    const trade = await executed({});
    await expectRevert(claim(trade, 1_900_000n), "KeystoneEscrow_InsufficientGas");
    expect(await record(trade)).to.deep.include({ paid: 0, claimable: 0 });
    await claim(trade, 2_400_000n);
    expect((await record(trade)).feesOwed).to.equal(0n);
  });

  it("at their worst leave the largest claim below the gas that a transaction may have", async () => {
    const trade = await executed(Object.fromEntries(RECIPIENTS.map((who) => [who, BURN_GAS])));
    const hash = await claim(trade, TRANSACTION_GAS - 1n);
    expect(await eventNames(world.home, world.escrow.home, hash)).to.deep.equal([
      "LegReleased",
      ...Array(4).fill("FeeOwed"),
    ]);
    expect(Number(await gasOf(world.home, hash))).to.be.lessThan(10_000_000);
    expect(await record(trade)).to.deep.include({ paid: 1, feesOwed: 0b1111n });
  });

  it("on one chain belong to the verdict: one that cannot be paid leaves none", async () => {
    const trade = await feeTrade(world, token.address, AMOUNT, FEES);
    await token.write.mint([openingOf(trade, 1).wallet, AMOUNT]);
    await mark(RECIPIENTS[3], REFUSE);
    await open(world, trade);
    await deposit(world, trade, 0);
    const names = await eventNames(world.home, world.escrow.home, await deposit(world, trade, 1));
    expect(names.at(-1)).to.equal("FollowUpFailed");
    expect(await world.coordinator.read.stateOf([trade.id])).to.deep.include({
      state: STATE.AWAITING_DEPOSITS,
      verdict: VERDICT.NONE,
      lockMask: 1,
    });
    expect(await balance(RECIPIENTS[0])).to.equal(0n);

    await mark(RECIPIENTS[3], FAIR);
    const hash = await world.escrow.home.write.notifyLocked([trade.terms]);
    expect((await world.coordinator.read.stateOf([trade.id])).state).to.equal(STATE.FINALIZED);
    const paid = (await eventsOf(world.home, world.escrow.home, hash)).filter(
      ({ eventName }) => eventName === "FeePaid",
    );
    expect(paid.map(({ args }) => args)).to.deep.equal(
      FEES.map((fee, feeIndex) => ({ settlementId: trade.id, legIndex: 1, feeIndex, ...fee })),
    );
    for (const fee of FEES) expect(await balance(fee.recipient)).to.equal(fee.amount);
    expect(await balance(openingOf(trade, 0).wallet)).to.equal(NET);
    expect(legOf(trade, 1).fees).to.have.length(4);
  });

  describe("release", () => {
    /** Three cash legs of the same kind, with a fee each, after EXECUTE and before any payout. */
    async function threeLegs(): Promise<Trade> {
      const leg = { chain: world.home, token: token.address, amount: AMOUNT, from: 1, to: 0, fees: FEES.slice(0, 1) };
      const trade = await buildTrade(world, {
        legs: [leg, leg, leg, { chain: world.away, token: world.side.away.bond, amount: 1n, from: 0, to: 1 }],
        accounts: [ROLES.seller, ROLES.buyer],
      });
      await token.write.mint([openingOf(trade, 1).wallet, 3n * AMOUNT]);
      await deposit(world, trade, 0);
      await deposit(world, trade, 1);
      await deposit(world, trade, 2, { openings: [openingOf(trade, 0)] });
      await open(world, trade);
      const { messenger } = world.addresses;
      await world.coordinator.write.recordLocked([trade.id, BigInt(world.away.chainId)], { account: messenger });
      await world.coordinator.write.advance([trade.terms], { account: messenger, gas: 900_000n });
      expect(await record(trade)).to.deep.include({ verdict: VERDICT.EXECUTE, paid: 0 });
      return trade;
    }

    it("stops, and does not revert, when the next leg could not be judged any more", async () => {
      const trade = await threeLegs();
      await world.escrow.home.write.release([trade.terms], { gas: 3_000_000n });
      expect(await record(trade)).to.deep.include({ paid: 0b001, claimable: 0 });
      expect((await world.coordinator.read.stateOf([trade.id])).releaseMask).to.equal(0);
      await world.escrow.home.write.release([trade.terms], { gas: 10_000_000n });
      expect(await record(trade)).to.deep.include({ paid: 0b111, feesOwed: 0n });
      expect((await world.coordinator.read.stateOf([trade.id])).releaseMask).to.equal(1);
    });

    it("is not stopped by a leg that burns its gas: the others are claimed past it", async () => {
      const trade = await threeLegs();
      await mark(openingOf(trade, 0).wallet, BURN_GAS);
      await world.escrow.home.write.release([trade.terms], { gas: 10_000_000n });
      expect(await record(trade)).to.deep.include({ paid: 0, claimable: 0b001 });
      await mark(openingOf(trade, 0).wallet, FAIR);
      await world.escrow.home.write.claim([trade.terms, 2n]);
      expect(await record(trade)).to.deep.include({ paid: 0b100, claimable: 0b001 });
    });
  });
});
