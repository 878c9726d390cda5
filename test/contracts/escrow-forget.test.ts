import { expect } from "chai";
import { type Hex, zeroAddress } from "viem";
import { attest } from "./support/compliance.ts";
import { balanceOf, deposit, dvp, open } from "./support/settle.ts";
import { STATE, type Trade } from "./support/terms.ts";
import { eventNames, legOf, openingOf } from "./support/trades.ts";
import { openWorld, type World } from "./support/world.ts";

describe("KeystoneEscrow: wallets that nothing is left to be paid to", function () {
  this.timeout(60_000);
  let world: World;
  let trade: Trade;
  let restore: () => Promise<void>;
  before(async () => {
    world = await openWorld();
    trade = await dvp(world);
    await open(world, trade);
    await deposit(world, trade, 0);
    restore = await world.snapshot();
  });
  afterEach(() => restore());

  const wallets = ({ id, openings }: Trade) =>
    Promise.all(openings.map(({ partyIndex }) => world.escrow.home.read.walletOf([id, BigInt(partyIndex)])));
  const events = (transaction: Hex) => eventNames(world.home, world.escrow.home, transaction);
  const expectFinalized = async ({ id }: Trade) =>
    expect((await world.coordinator.read.stateOf([id])).state).to.equal(STATE.FINALIZED);

  it("are forgotten but for the first, once everything was paid in the frame of the verdict", async () => {
    const [seller, buyer] = [openingOf(trade, 0), openingOf(trade, 1)];
    expect(await wallets(trade)).to.deep.equal([seller.wallet, zeroAddress]);
    await world.escrow.home.write.reveal([trade.terms, [buyer]]);
    expect(await wallets(trade)).to.deep.equal([seller.wallet, buyer.wallet]);
    await deposit(world, trade, 1);
    await expectFinalized(trade);
    expect(await wallets(trade)).to.deep.equal([seller.wallet, zeroAddress]);
  });

  it("are not taken in again", async () => {
    await deposit(world, trade, 1);
    await expectFinalized(trade);
    const before = await wallets(trade);
    expect(await events(await world.escrow.home.write.reveal([trade.terms, trade.openings]))).to.deep.equal([]);
    expect(await events(await deposit(world, trade, 1, { openings: trade.openings }))).to.deep.equal([]);
    expect(await wallets(trade)).to.deep.equal(before);
  });

  it("are all kept where a waived leg is still to go back, and it goes back to its depositor", async () => {
    const one = await dvp(world, { salt: "waived" });
    const [seller, buyer] = [openingOf(one, 0).wallet, openingOf(one, 1).wallet];
    await world.coordinator.write.createSettlement([one.terms]);
    for (const leg of [0, 1]) await deposit(world, one, leg);
    await world.escrow.home.write.waive([one.terms, 1n], { account: seller });
    await attest(world, one);
    await world.coordinator.write.advance([one.terms]);
    await expectFinalized(one);
    expect(await wallets(one)).to.deep.equal([seller, buyer]);
    expect(await events(await world.escrow.home.write.claim([one.terms, 1n]))).to.deep.equal(["LegReturned"]);
    expect(await balanceOf(world.home, legOf(one, 1).token, world.addresses.escrow)).to.equal(0n);
  });
});
