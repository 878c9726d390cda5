import { expect } from "chai";
import { type Hex, zeroAddress, zeroHash } from "viem";
import { ROLES } from "./support/chain.ts";
import { attest } from "./support/compliance.ts";
import { balanceOf, deposit, dvp, open } from "./support/settle.ts";
import { buildTrade, LEG, STATE, type Trade } from "./support/terms.ts";
import { eventNames, legOf, openingOf, until } from "./support/trades.ts";
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

  describe("after each way to the end", () => {
    const FEE = 1_000n;
    /** Two that pay each other, one of them with a fee, and a third that only receives, in a token that its issuer can stop. */
    async function threeParties() {
      const token = await world.home.viem.deployContract("BlocklistToken");
      const stops = (blocked: boolean) => token.write.setBlocked([world.home.address(ROLES.stranger), blocked]);
      const fees = [{ recipient: world.home.address(ROLES.feeRecipient), amount: FEE }];
      const leg = { chain: world.home, token: token.address };
      const one = await buildTrade(world, {
        legs: [
          { ...leg, amount: 7_000n, from: 0, to: 1 },
          { ...leg, amount: 50_000n, from: 1, to: 0, fees },
          { ...leg, amount: 300_000n, from: 0, to: 2 },
        ],
        accounts: [ROLES.seller, ROLES.buyer, ROLES.stranger],
      });
      await token.write.mint([openingOf(one, 0).wallet, 307_000n]);
      await token.write.mint([openingOf(one, 1).wallet, 50_000n]);
      await world.coordinator.write.createSettlement([one.terms]);
      return { one, token, stops };
    }
    type Scene = Awaited<ReturnType<typeof threeParties>>;

    const everyLeg = async ({ one }: Scene, openings = [openingOf(one, 2)]) => {
      for (const leg of [0, 1, 2]) await deposit(world, one, leg, leg === 2 ? { openings } : {});
    };
    const clear = async ({ one }: Scene) => {
      await attest(world, one);
      await world.coordinator.write.advance([one.terms]);
    };
    const ways: [what: string, (scene: Scene) => Promise<unknown>][] = [
      [
        "a deposit",
        async (scene) => {
          await clear(scene);
          await everyLeg(scene);
        },
      ],
      [
        "a reveal",
        async (scene) => {
          await clear(scene);
          await everyLeg(scene, []);
          await world.escrow.home.write.reveal([scene.one.terms, [openingOf(scene.one, 2)]]);
        },
      ],
      [
        "the lock notified again, after a payout has failed",
        async (scene) => {
          await clear(scene);
          await scene.stops(true);
          await everyLeg(scene);
          expect(await world.escrow.home.read.legStatus([scene.one.id, 0n])).to.equal(LEG.LOCKED);
          await scene.stops(false);
          await world.escrow.home.write.notifyLocked([scene.one.terms]);
        },
      ],
      [
        "an advance",
        async (scene) => {
          await everyLeg(scene);
          await clear(scene);
        },
      ],
      [
        "a single transition",
        async (scene) => {
          await clear(scene);
          await scene.stops(true);
          await everyLeg(scene);
          await scene.stops(false);
          await world.coordinator.write.transition([scene.one.terms, STATE.EXECUTING_SWAP, zeroHash]);
        },
      ],
    ];
    for (const [what, go] of ways) {
      it(`nobody is owed anything and nothing more can be moved: ${what}`, async () => {
        const scene = await threeParties();
        const { one, token } = scene;
        await go(scene);
        await expectFinalized(one);
        expect(await wallets(one)).to.deep.equal([openingOf(one, 0).wallet, zeroAddress, zeroAddress]);
        const holders = [...one.openings.map(({ wallet }) => wallet), world.home.address(ROLES.feeRecipient)];
        const held = () => Promise.all(holders.map((holder) => token.read.balanceOf([holder])));
        const due = [50_000n - FEE, 7_000n, 300_000n, FEE];
        expect(await held()).to.deep.equal(due);
        expect(await token.read.balanceOf([world.addresses.escrow])).to.equal(0n);

        // Somebody else's tokens, which no call for this settlement may touch.
        await token.write.mint([world.addresses.escrow, 1_000_000n]);
        const { terms } = one;
        for (const late of [false, true]) {
          if (late) await until(world.home, terms.settleDeadline);
          const { write } = world.escrow.home;
          const calls = [
            () => write.reveal([terms, one.openings]),
            () => deposit(world, one, 1, { openings: one.openings }),
            () => write.notifyLocked([terms]),
            () => write.notifyReleased([terms]),
            () => write.release([terms]),
            ...[0n, 1n, 2n].map((leg) => () => write.claim([terms, leg])),
          ];
          for (const call of calls) expect(await events(await call())).to.deep.equal([]);
        }
        expect(await held()).to.deep.equal(due);
        expect(await wallets(one)).to.deep.equal([openingOf(one, 0).wallet, zeroAddress, zeroAddress]);
      });
    }
  });
});
