import { expect } from "chai";
import type { Address } from "viem";
import { type Asset, assetOf, assetTrade, depositAsset, PRICE, STANDARD } from "./support/assets.ts";
import { ROLES } from "./support/chain.ts";
import { expectRevert } from "./support/revert.ts";
import { balanceOf, deposit, open } from "./support/settle.ts";
import { LEG, STATE, type Trade, VERDICT } from "./support/terms.ts";
import { eventNames, impersonate, openingOf, until } from "./support/trades.ts";
import { COUNTRY, Trex } from "./support/trex.ts";
import { openWorld, type World } from "./support/world.ts";

const AMOUNT = 100n;

describe("settling a token of the T-REX suite", function () {
  this.timeout(60_000);
  let world: World;
  let trex: Trex;
  let asset: Asset;
  let seller: Address;
  let buyer: Address;
  let restore: () => Promise<void>;

  before(async () => {
    world = await openWorld();
    trex = await Trex.deploy(world.home);
    asset = assetOf(trex, "ERC3643");
    [seller, buyer] = [world.home.address(ROLES.seller), world.home.address(ROLES.buyer)];
    for (const account of [seller, world.addresses.escrow]) await trex.verify(account);
    await trex.write("mint", [seller, 10n * AMOUNT]);
    restore = await world.snapshot();
  });
  afterEach(() => restore());

  const holding = {
    allow: (account: number, operator: Address, amount: bigint) => trex.write("approve", [operator, amount], account),
  };
  const escrow = () => world.escrow.home;
  const held = () => trex.balanceOf(world.addresses.escrow);
  const record = (trade: Trade) => escrow().read.stateOf([trade.id]);
  const state = async (trade: Trade) => (await world.coordinator.read.stateOf([trade.id])).state;
  const notEligible = (call: Promise<unknown>) =>
    expectRevert(call, "KeystoneEscrow_RecipientNotEligible", [0n, buyer]);

  /** On one chain, cleared, both legs deposited: locked and finalized if the token lets the buyer receive. */
  async function depositBoth(): Promise<Trade> {
    const trade = await assetTrade(world, asset, AMOUNT);
    await open(world, trade);
    await depositAsset(world, trade, holding);
    await deposit(world, trade, 1);
    return trade;
  }

  /** Waits for the token: nothing but the deposits has happened, and nothing more can be made to happen. */
  async function expectDepositsOnly(trade: Trade): Promise<void> {
    expect(await record(trade)).to.deep.include({ deposited: 0b11, locked: false, paid: 0 });
    expect(await state(trade)).to.equal(STATE.AWAITING_DEPOSITS);
    await notEligible(escrow().write.notifyLocked([trade.terms]));
  }

  async function expectLockNow(trade: Trade): Promise<void> {
    await escrow().write.notifyLocked([trade.terms]);
    expect(await state(trade)).to.equal(STATE.FINALIZED);
    expect([await trex.balanceOf(buyer), await held()]).to.deep.equal([AMOUNT, 0n]);
  }

  /** With the cash on the other chain, decided, so that each leg is paid on its own: what becomes of the asset is in the outcome. */
  async function execute(hinder: () => Promise<unknown> = async () => {}): Promise<Trade> {
    const trade = await assetTrade(world, asset, AMOUNT, { cashOn: world.away });
    await depositAsset(world, trade, holding);
    expect((await record(trade)).locked).to.equal(true);
    await open(world, trade);
    await hinder();
    const account = await impersonate(world.home, world.addresses.messenger);
    await world.coordinator.write.recordLocked([trade.id, BigInt(world.away.chainId)], { account });
    await world.coordinator.write.advance([trade.terms]);
    expect(await escrow().read.verdictOf([trade.id])).to.equal(VERDICT.EXECUTE);
    return trade;
  }

  /** Decided but hindered: nothing is lost, and whoever calls first after the hindrance is gone has it paid. */
  async function expectClaimable(trade: Trade, release: () => Promise<unknown>): Promise<void> {
    expect(await record(trade)).to.deep.include({ paid: 0, claimable: 1 });
    expect(await eventNames(world.home, escrow(), await escrow().write.claim([trade.terms, 0n]))).to.deep.equal([
      "LegClaimable",
    ]);
    await release();
    await escrow().write.claim([trade.terms, 0n]);
    expect(await escrow().read.legStatus([trade.id, 0n])).to.equal(LEG.RELEASED);
    expect(await trex.balanceOf(buyer)).to.equal(AMOUNT);
  }

  describe("the deposit", () => {
    it("is refused while the escrow is no verified holder", async () => {
      await trex.forget(world.addresses.escrow);
      const trade = await assetTrade(world, asset, AMOUNT);
      await expectRevert(depositAsset(world, trade, holding), "KeystoneEscrow_TransferFailed");
      expect([(await record(trade)).deposited, await held()]).to.deep.equal([0, 0n]);
      await trex.verify(world.addresses.escrow);
      await depositAsset(world, trade, holding);
      expect(await held()).to.equal(AMOUNT);
    });

    it("needs no powers over the token", async () => {
      await trex.verify(buyer);
      await depositBoth();
      expect([await trex.balanceOf(buyer), await trex.isAgent(world.addresses.escrow)]).to.deep.equal([AMOUNT, false]);
    });
  });

  describe("the lock waits", () => {
    it("for a recipient to be verified", async () => {
      const trade = await depositBoth();
      await expectDepositsOnly(trade);
      await trex.verify(buyer);
      await expectLockNow(trade);
    });

    it("for the compliance to allow the recipient's country", async () => {
      await trex.verify(buyer, COUNTRY.FRANCE);
      await trex.restrictCountries([COUNTRY.FRANCE]);
      const trade = await depositBoth();
      await expectDepositsOnly(trade);
      await trex.restrictCountries([COUNTRY.GERMANY]);
      await expectLockNow(trade);
    });

    it("for a frozen recipient to be thawed", async () => {
      await trex.verify(buyer);
      await trex.write("setAddressFrozen", [buyer, true]);
      const trade = await depositBoth();
      await expectDepositsOnly(trade);
      await trex.write("setAddressFrozen", [buyer, false]);
      await expectLockNow(trade);
    });

    it("for a paused token to go on", async () => {
      await trex.verify(buyer);
      const trade = await assetTrade(world, asset, AMOUNT);
      await open(world, trade);
      await depositAsset(world, trade, holding);
      await trex.write("pause", []);
      await deposit(world, trade, 1);
      await expectDepositsOnly(trade);
      await trex.write("unpause", []);
      await expectLockNow(trade);
    });

    it("no longer than until the deadline, and then everybody is made whole", async () => {
      const trade = await depositBoth();
      const cash = await balanceOf(world.home, world.side.home.cash, buyer);
      await until(world.home, trade.terms.depositDeadline);
      await trex.verify(buyer);
      await expectRevert(escrow().write.notifyLocked([trade.terms]), "KeystoneEscrow_NotLocked");
      for (const leg of [0n, 1n]) await escrow().write.claim([trade.terms, leg]);
      expect(await trex.balanceOf(seller)).to.equal(10n * AMOUNT);
      expect((await balanceOf(world.home, world.side.home.cash, buyer)) - cash).to.equal(PRICE);
    });

    it("for a caller who brings the gas that a no is worth", async () => {
      const trade = await depositBoth();
      const call = escrow().write.notifyLocked([trade.terms], { gas: 1_500_000n });
      await expectRevert(call, "KeystoneEscrow_InsufficientGas");
    });
  });

  describe("the release waits", () => {
    beforeEach(() => trex.verify(buyer));

    it("for a paused token to go on", async () => {
      const trade = await execute(() => trex.write("pause", []));
      await expectClaimable(trade, () => trex.write("unpause", []));
    });

    it("for a recipient who was frozen after the lock", async () => {
      const trade = await execute(() => trex.write("setAddressFrozen", [buyer, true]));
      await expectClaimable(trade, () => trex.write("setAddressFrozen", [buyer, false]));
    });

    it("for the escrow's own holding, some of which was frozen", async () => {
      const trade = await execute(() => trex.write("freezePartialTokens", [world.addresses.escrow, 1n]));
      await expectClaimable(trade, () => trex.write("unfreezePartialTokens", [world.addresses.escrow, 1n]));
    });

    it("for a recipient whose identity was withdrawn after the lock", async () => {
      const trade = await execute(() => trex.forget(buyer));
      await expectClaimable(trade, () => trex.verify(buyer));
    });
  });

  describe("the issuer's powers", () => {
    /** Decided, and not paid for a reason that is gone. */
    async function stuck(): Promise<Trade> {
      const trade = await execute(() => trex.write("pause", []));
      await trex.write("unpause", []);
      return trade;
    }

    it("a seizure from the escrow leaves a shortfall in that token alone, which the last to claim bears", async () => {
      await trex.verify(buyer);
      const [first, last] = [await stuck(), await stuck()];
      const bond = { ...asset, token: world.side.home.bond, standard: STANDARD.ERC20 };
      await deposit(world, await assetTrade(world, bond, AMOUNT), 0);

      await trex.write("forcedTransfer", [world.addresses.escrow, seller, AMOUNT]);
      await escrow().write.claim([first.terms, 0n]);
      await escrow().write.claim([last.terms, 0n]);
      expect([await trex.balanceOf(buyer), await held()]).to.deep.equal([AMOUNT, 0n]);
      expect(await record(last)).to.deep.include({ paid: 0, claimable: 1 });
      expect(await balanceOf(world.home, world.side.home.bond, world.addresses.escrow)).to.equal(AMOUNT);

      await trex.write("forcedTransfer", [seller, world.addresses.escrow, AMOUNT]);
      await escrow().write.claim([last.terms, 0n]);
      expect(await trex.balanceOf(buyer)).to.equal(2n * AMOUNT);
    });

    it("a depositor whose wallet was recovered is refunded to the new one that the attesters clear", async () => {
      const trade = await assetTrade(world, asset, AMOUNT);
      await depositAsset(world, trade, holding);
      const found = world.home.address(ROLES.stranger);
      await trex.recover(seller, found);
      expect([await trex.balanceOf(seller), await trex.balanceOf(found)]).to.deep.equal([0n, 9n * AMOUNT]);
      await until(world.home, trade.terms.depositDeadline);
      await escrow().write.refundExpired([trade.terms]);
      expect(await record(trade)).to.deep.include({ paid: 0, claimable: 1 });

      const validUntil = trade.terms.settleDeadline;
      const signature = await world.home.account(ROLES.attester).signTypedData({
        domain: {
          name: "KeyStone Escrow",
          version: "1",
          chainId: world.home.chainId,
          verifyingContract: world.addresses.escrow,
        },
        types: {
          Redirect: [
            { name: "settlementId", type: "bytes32" },
            { name: "legIndex", type: "uint8" },
            { name: "wallet", type: "address" },
            { name: "validUntil", type: "uint40" },
          ],
        },
        primaryType: "Redirect",
        message: { settlementId: trade.id, legIndex: 0, wallet: found, validUntil },
      });
      const args = [trade.terms, 0n, found, validUntil, [signature]] as const;
      const byNewWallet = escrow().write.redirect(args, { account: found });
      await expectRevert(byNewWallet, "KeystoneEscrow_NotEntitled", [0n, found]);
      await escrow().write.redirect(args, { account: seller });
      await escrow().write.claim([trade.terms, 0n]);
      expect(await trex.balanceOf(found)).to.equal(10n * AMOUNT);
      expect(await escrow().read.legStatus([trade.id, 0n])).to.equal(LEG.REFUNDED);
    });

    it("a depositor who lost the key too gets the deposit by the issuer's hand, and the leg stays unpaid", async () => {
      const trade = await assetTrade(world, asset, AMOUNT);
      await depositAsset(world, trade, holding);
      const found = world.home.address(ROLES.stranger);
      await trex.recover(seller, found);
      await until(world.home, trade.terms.depositDeadline);
      await trex.write("forcedTransfer", [world.addresses.escrow, found, AMOUNT]);
      await escrow().write.refundExpired([trade.terms]);
      expect(await trex.balanceOf(found)).to.equal(10n * AMOUNT);
      expect(await record(trade)).to.deep.include({ paid: 0, claimable: 1 });
      expect(openingOf(trade, 0).wallet).to.equal(seller);
    });
  });
});
