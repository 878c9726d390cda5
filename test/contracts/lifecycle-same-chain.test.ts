import { expect } from "chai";
import { attest } from "./support/compliance.ts";
import { balanceOf, deposit, dvp } from "./support/settle.ts";
import { LEG, STATE, VERDICT } from "./support/terms.ts";
import { openWorld, type World } from "./support/world.ts";

describe("a trade on one chain", () => {
  let world: World;
  let restore: () => Promise<void>;

  before(async function () {
    this.timeout(180_000);
    world = await openWorld();
    restore = await world.snapshot();
  });
  afterEach(() => restore());

  it("is finalized in the transaction of the last deposit", async () => {
    const { home } = world;
    const trade = await dvp(world);
    const [bond, cash] = trade.terms.legs;
    const gas: Record<string, bigint> = {};
    const measure = async (what: string, hash: `0x${string}`) => {
      gas[what] = (await home.client.waitForTransactionReceipt({ hash })).gasUsed;
    };
    await measure("create", await world.coordinator.write.createSettlement([trade.terms]));
    await measure("attest", await attest(world, trade));
    await measure("advance", await world.coordinator.write.advance([trade.terms]));
    expect((await world.coordinator.read.stateOf([trade.id])).state).to.equal(STATE.AWAITING_DEPOSITS);

    const [seller, buyer] = trade.openings.map(({ wallet }) => wallet) as [`0x${string}`, `0x${string}`];
    const [sellerCash, buyerBond] = [
      await balanceOf(home, cash!.token, seller),
      await balanceOf(home, bond!.token, buyer),
    ];
    await measure("deposit 1", await deposit(world, trade, 0));
    expect(await world.escrow.home.read.legStatus([trade.id, 0n])).to.equal(LEG.DEPOSITED);
    await measure("deposit 2", await deposit(world, trade, 1));

    const { state, verdict } = await world.coordinator.read.stateOf([trade.id]);
    expect({ state, verdict }).to.deep.equal({ state: STATE.FINALIZED, verdict: VERDICT.EXECUTE });
    for (const leg of [0n, 1n]) expect(await world.escrow.home.read.legStatus([trade.id, leg])).to.equal(LEG.RELEASED);
    expect((await balanceOf(home, cash!.token, seller)) - sellerCash).to.equal(cash!.amount);
    expect((await balanceOf(home, bond!.token, buyer)) - buyerBond).to.equal(bond!.amount);
    expect(await balanceOf(home, cash!.token, world.addresses.escrow)).to.equal(0n);
    expect(await balanceOf(home, bond!.token, world.addresses.escrow)).to.equal(0n);
  });
});
