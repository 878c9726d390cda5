import { expect } from "chai";
import type { Address } from "viem";
import { ROLES } from "./support/chain.ts";
import { attest } from "./support/compliance.ts";
import { balanceOf, deposit, dvp } from "./support/settle.ts";
import { buildTrade, LEG, STATE, type Trade, VERDICT } from "./support/terms.ts";
import { eventNames, legOf, openingOf, until } from "./support/trades.ts";
import { openWorld, type World } from "./support/world.ts";

describe("a trade on one chain", function () {
  this.timeout(60_000);
  let world: World;
  let restore: () => Promise<void>;

  before(async () => {
    world = await openWorld();
    restore = await world.snapshot();
  });
  afterEach(() => restore());

  const balance = (token: Address, owner: Address) => balanceOf(world.home, token, owner);
  const coordinator = (trade: Trade) => world.coordinator.read.stateOf([trade.id]);
  const status = (trade: Trade, leg: number) => world.escrow.home.read.legStatus([trade.id, BigInt(leg)]);

  it("is finalized in the transaction of the last deposit", async () => {
    const trade = await dvp(world);
    const [bond, cash] = [legOf(trade, 0), legOf(trade, 1)];
    const [seller, buyer] = [openingOf(trade, 0).wallet, openingOf(trade, 1).wallet];
    await world.coordinator.write.createSettlement([trade.terms]);
    await attest(world, trade);
    await world.coordinator.write.advance([trade.terms]);
    expect((await coordinator(trade)).state).to.equal(STATE.AWAITING_DEPOSITS);

    const before = [await balance(cash.token, seller), await balance(bond.token, buyer)] as const;
    await deposit(world, trade, 0);
    expect(await status(trade, 0)).to.equal(LEG.DEPOSITED);
    const last = await deposit(world, trade, 1);
    expect(await eventNames(world.home, world.escrow.home, last)).to.deep.equal([
      "RecipientRevealed",
      "LegDeposited",
      "LegsLocked",
      "LegReleased",
      "LegReleased",
    ]);
    expect(await eventNames(world.home, world.coordinator, last)).to.deep.equal([
      "LockReported",
      "StateTransition",
      "VerdictTaken",
      "ReleaseReported",
      "StateTransition",
    ]);

    expect(await coordinator(trade)).to.deep.include({ state: STATE.FINALIZED, verdict: VERDICT.EXECUTE });
    for (const leg of [0, 1]) expect(await status(trade, leg)).to.equal(LEG.RELEASED);
    expect((await balance(cash.token, seller)) - before[0]).to.equal(cash.amount);
    expect((await balance(bond.token, buyer)) - before[1]).to.equal(bond.amount);
    for (const { token } of [cash, bond]) expect(await balance(token, world.addresses.escrow)).to.equal(0n);
  });

  it("of three parties and four legs is settled by whoever pays last", async () => {
    const { bond, cash } = world.side.home;
    const leg = (token: Address, amount: bigint, from: number, to: number) => ({
      chain: world.home,
      token,
      amount,
      from,
      to,
    });
    const trade = await buildTrade(world, {
      legs: [leg(bond, 10n, 0, 1), leg(cash, 20n, 1, 2), leg(cash, 19n, 2, 0), leg(bond, 1n, 1, 2)],
      accounts: [ROLES.seller, ROLES.buyer, ROLES.stranger],
    });
    await world.coordinator.write.createSettlement([trade.terms]);
    await attest(world, trade);
    await world.coordinator.write.advance([trade.terms]);
    for (const index of [2, 3, 0]) await deposit(world, trade, index);
    expect((await coordinator(trade)).state).to.equal(STATE.AWAITING_DEPOSITS);
    await deposit(world, trade, 1);
    expect((await coordinator(trade)).state).to.equal(STATE.FINALIZED);
    for (const index of [0, 1, 2, 3]) expect(await status(trade, index)).to.equal(LEG.RELEASED);
  });

  it("where one side never pays gives the other its deposit back at depositDeadline", async () => {
    const trade = await dvp(world);
    const { token } = legOf(trade, 0);
    const seller = openingOf(trade, 0).wallet;
    const before = await balance(token, seller);
    await world.coordinator.write.createSettlement([trade.terms]);
    await attest(world, trade);
    await world.coordinator.write.advance([trade.terms]);
    await deposit(world, trade, 0);
    await until(world.home, trade.terms.depositDeadline);
    await world.escrow.home.write.refundExpired([trade.terms]);
    expect(await balance(token, seller)).to.equal(before);
    await until(world.home, trade.terms.settleDeadline);
    await world.coordinator.write.advance([trade.terms]);
    expect((await coordinator(trade)).state).to.equal(STATE.TIMED_OUT);
  });

  it("does not mix with another of the same parties and tokens", async () => {
    const [one, two] = [await dvp(world), await dvp(world)];
    for (const trade of [one, two]) {
      await world.coordinator.write.createSettlement([trade.terms]);
      await attest(world, trade);
      await world.coordinator.write.advance([trade.terms]);
      await deposit(world, trade, 0);
    }
    await deposit(world, one, 1);
    expect((await coordinator(one)).state).to.equal(STATE.FINALIZED);
    expect(await status(two, 0)).to.equal(LEG.DEPOSITED);
    expect(await balance(legOf(two, 0).token, world.addresses.escrow)).to.equal(legOf(two, 0).amount);
  });
});
