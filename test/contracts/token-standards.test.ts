import { expect } from "chai";
import { type Abi, encodeFunctionData, type Hex, parseEther, zeroAddress } from "viem";
import {
  assetOf,
  assetTrade,
  depositAsset,
  type Holding,
  openHolding,
  PRICE,
  STANDARD,
  STANDARDS,
  type StandardName,
} from "./support/assets.ts";
import { ROLES } from "./support/chain.ts";
import { packetsOf } from "./support/packets.ts";
import { decodeRevert, expectRevert } from "./support/revert.ts";
import { balanceOf, deposit, open } from "./support/settle.ts";
import { LEG, STATE, type Trade, VERDICT } from "./support/terms.ts";
import { eventNames, impersonate, openingOf, until } from "./support/trades.ts";
import { openWorld, type World } from "./support/world.ts";

const PLENTY = parseEther("0.1");
const RECIPIENT = { ACCEPT: 0, REFUSE: 1, CALL: 4 } as const;
const AMOUNT: { [name in StandardName]: bigint } = {
  ERC20: 100n,
  ERC721: 1n,
  ERC1400: 100n,
  ERC3643: 100n,
  ERC1155: 100n,
};

describe("settling every token standard", function () {
  this.timeout(60_000);
  let world: World;
  let restore: () => Promise<void>;

  before(async () => {
    world = await openWorld();
    restore = await world.snapshot();
  });
  afterEach(() => restore());

  const [seller, buyer] = [0, 1];
  const wallet = (trade: Trade, position: number) => openingOf(trade, position).wallet;
  const state = async (trade: Trade) => (await world.coordinator.read.stateOf([trade.id])).state;
  const feesFor = (standard: StandardName) =>
    standard === "ERC721" ? [] : [{ recipient: world.home.address(ROLES.feeRecipient), amount: 3n }];

  /** A token on one of the chains, held by the seller, in which everybody who matters may be paid. */
  async function prepare(standard: StandardName, side: "home" | "away" = "home"): Promise<Holding> {
    const holding = await openHolding(world[side], standard);
    for (const role of [ROLES.seller, ROLES.buyer, ROLES.feeRecipient]) await holding.admit(world.home.address(role));
    await holding.admit(world.addresses.escrow);
    await holding.give(world.home.address(ROLES.seller), AMOUNT[standard]);
    return holding;
  }

  for (const standard of STANDARDS) {
    describe(standard, () => {
      const amount = AMOUNT[standard];

      it("is settled in the transaction of the last deposit, fees taken out", async () => {
        const holding = await prepare(standard);
        const fees = feesFor(standard);
        const trade = await assetTrade(world, holding.asset, amount, { fees });
        await open(world, trade);
        await depositAsset(world, trade, holding);
        expect(await holding.held(world.addresses.escrow)).to.equal(amount);
        const cashBefore = await balanceOf(world.home, world.side.home.cash, wallet(trade, seller));
        await deposit(world, trade, 1);
        expect(await state(trade)).to.equal(STATE.FINALIZED);
        const fee = fees[0]?.amount ?? 0n;
        expect(await holding.held(wallet(trade, buyer))).to.equal(amount - fee);
        expect(await holding.held(world.home.address(ROLES.feeRecipient))).to.equal(fee);
        expect(await holding.held(world.addresses.escrow)).to.equal(0n);
        const cash = await balanceOf(world.home, world.side.home.cash, wallet(trade, seller));
        expect(cash - cashBefore).to.equal(PRICE);
      });

      it("crosses no chain: it is locked on one, released by a message from the other", async () => {
        const holding = await prepare(standard, "away");
        const fees = feesFor(standard);
        const trade = await assetTrade(world, holding.asset, amount, { assetOn: world.away, fees });
        await open(world, trade);
        const locked = await depositAsset(world, trade, holding, { value: PLENTY });
        await deposit(world, trade, 1, { openings: [openingOf(trade, seller)] });
        await world.deliverAll(world.away, locked);
        expect((await world.coordinator.read.stateOf([trade.id])).verdict).to.equal(VERDICT.EXECUTE);
        const dispatch = await world.coordinator.write.dispatch([trade.terms, BigInt(world.away.chainId)], {
          value: PLENTY,
        });
        for (const packet of await packetsOf(world.home, dispatch)) await world.deliver(packet);
        if ((await world.escrow.away.read.legStatus([trade.id, 0n])) !== LEG.RELEASED) {
          await world.escrow.away.write.release([trade.terms]);
        }
        expect(await holding.held(wallet(trade, buyer))).to.equal(amount - (fees[0]?.amount ?? 0n));
        expect(await holding.held(world.addresses.escrow)).to.equal(0n);
      });

      it("goes back in full when the lock was never made", async () => {
        const holding = await prepare(standard);
        const trade = await assetTrade(world, holding.asset, amount, { fees: feesFor(standard) });
        await depositAsset(world, trade, holding);
        expect(await holding.held(wallet(trade, seller))).to.equal(0n);
        await until(world.home, trade.terms.depositDeadline);
        await world.escrow.home.write.refundExpired([trade.terms]);
        expect(await holding.held(wallet(trade, seller))).to.equal(amount);
        expect(await world.escrow.home.read.legStatus([trade.id, 0n])).to.equal(LEG.REFUNDED);
      });

      it("goes back in full after a rollback", async () => {
        const holding = await prepare(standard);
        const trade = await assetTrade(world, holding.asset, amount, { fees: feesFor(standard) });
        await depositAsset(world, trade, holding);
        await deposit(world, trade, 1);
        await until(world.home, trade.terms.settleDeadline);
        await world.coordinator.write.timeout([trade.terms]);
        await world.escrow.home.write.refundExpired([trade.terms]);
        expect(await holding.held(wallet(trade, seller))).to.equal(amount);
      });

      it("is not taken under any other standard's name", async () => {
        const holding = await prepare(standard);
        for (const other of STANDARDS.filter((name) => name !== standard)) {
          const asset = assetOf({ address: holding.asset.token }, other);
          const trade = await assetTrade(world, asset, 1n);
          const call = depositAsset(world, trade, holding);
          await expectRevert(call, "KeystoneEscrow_WrongTokenClass", [holding.asset.token, STANDARD[other]]);
        }
      });
    });
  }

  describe("ERC-721 that deceives", () => {
    it("is not deposited by pretending, and not released by pretending", async () => {
      const token = await world.home.viem.deployContract("HostileNft");
      const asset = assetOf(token, "ERC721");
      await token.write.mint([world.home.address(ROLES.seller), asset.tokenId]);
      const holding = {
        allow: (account: number, operator: Hex) =>
          token.write.approve([operator, asset.tokenId], { account: world.home.address(account) }),
      };
      const trade = await assetTrade(world, asset, 1n);
      await token.write.deceive([true, false]);
      await expectRevert(depositAsset(world, trade, holding), "KeystoneEscrow_WrongAmountReceived", [1n, 0n]);
      await token.write.deceive([false, false]);
      await depositAsset(world, trade, holding);
      await token.write.deceive([true, false]);
      await open(world, trade);
      const names = await eventNames(world.home, world.escrow.home, await deposit(world, trade, 1));
      expect(names.at(-1)).to.equal("FollowUpFailed");
      expect(await state(trade)).to.equal(STATE.AWAITING_DEPOSITS);
    });
  });

  describe("ERC-1155 and its hooks", () => {
    async function hostile() {
      const token = await world.home.viem.deployContract("HostileMulti");
      const asset = assetOf(token, "ERC1155");
      await token.write.mint([world.home.address(ROLES.seller), asset.tokenId, 100n]);
      const holding = {
        allow: (account: number, operator: Hex) =>
          token.write.setApprovalForAll([operator, true], { account: world.home.address(account) }),
      };
      return { token, asset, holding };
    }

    it("a transfer that nobody here asked for is refused", async () => {
      const { token, asset } = await hostile();
      const account = world.home.address(ROLES.seller);
      const send = token.write.safeTransferFrom([account, world.addresses.escrow, asset.tokenId, 1n, "0x"], {
        account,
      });
      await expectRevert(send, "KeystoneEscrow_NotAuthorized", [asset.token]);
    });

    it("a hook that names another operator, or comes as a batch, is refused with its deposit", async () => {
      const { token, asset, holding } = await hostile();
      const trade = await assetTrade(world, asset, 100n);
      for (const mode of [1, 3]) {
        await token.write.behave([mode]);
        await expectRevert(depositAsset(world, trade, holding), "KeystoneEscrow_TransferFailed");
      }
      await token.write.behave([0]);
      await depositAsset(world, trade, holding);
    });

    it("a token that charges on top is not released: other deposits would pay it", async () => {
      const { token, asset, holding } = await hostile();
      const [first, second] = [await assetTrade(world, asset, 50n), await assetTrade(world, asset, 50n)];
      for (const trade of [first, second]) await depositAsset(world, trade, holding);
      await open(world, first);
      await token.write.behave([4]);
      await deposit(world, first, 1);
      expect(await state(first)).to.equal(STATE.AWAITING_DEPOSITS);
      expect(await token.read.balanceOf([world.addresses.escrow, asset.tokenId])).to.equal(100n);
    });

    it("a fee recipient that refuses is owed; one that calls back in is refused and paid", async () => {
      const { asset, holding } = await hostile();
      const recipient = await world.home.viem.deployContract("MultiRecipient");
      const victim = await assetTrade(world, asset, 10n);
      await depositAsset(world, victim, holding);
      const fees = [{ recipient: recipient.address, amount: 2n }];
      const trade = await assetTrade(world, asset, 50n, { cashOn: world.away, fees });
      await recipient.write.behave([RECIPIENT.REFUSE, zeroAddress, "0x"]);
      await depositAsset(world, trade, holding);
      await open(world, trade);
      const account = await impersonate(world.home, world.addresses.messenger);
      await world.coordinator.write.recordLocked([trade.id, BigInt(world.away.chainId)], { account });
      await world.coordinator.write.advance([trade.terms]);
      expect((await world.escrow.home.read.stateOf([trade.id])).feesOwed).to.equal(1n);

      const data = encodeFunctionData({
        abi: world.escrow.home.abi as Abi,
        functionName: "claim",
        args: [victim.terms, 0n],
      });
      await recipient.write.behave([RECIPIENT.CALL, world.addresses.escrow, data]);
      await world.escrow.home.write.claim([trade.terms, 0n]);
      expect((await world.escrow.home.read.stateOf([trade.id])).feesOwed).to.equal(0n);
      expect(await recipient.read.lastOk()).to.equal(false);
      expect((await decodeRevert(await recipient.read.lastReturned())).name).to.equal("KeystoneEscrow_Reentrancy");
    });
  });
});
