import { expect } from "chai";
import { type Address, encodeFunctionData, type Hex } from "viem";
import { ROLES } from "./support/chain.ts";
import { expectRevert, revertOf } from "./support/revert.ts";
import { deposit, dvp, open } from "./support/settle.ts";
import { type Trade, VERDICT } from "./support/terms.ts";
import { eventNames, openingOf, until, vary } from "./support/trades.ts";
import { openWorld, type World } from "./support/world.ts";

const ANSWER = { YES: 0, NO: 1, REVERTS: 2, BURNS_GAS: 3 } as const;
const AMOUNT = 5_000_000n;
const ERC3643 = 3;

describe("KeystoneEscrow: who may receive, and when deposits begin", function () {
  this.timeout(60_000);
  let world: World;
  let trade: Trade;
  let token: Awaited<ReturnType<typeof deployToken>>;
  let seller: Address;
  let restore: () => Promise<void>;
  const deployToken = () => world.home.viem.deployContract("GatedToken");

  before(async () => {
    world = await openWorld();
    seller = world.home.address(ROLES.seller);
    token = await deployToken();
    await token.write.mint([world.home.address(ROLES.buyer), AMOUNT]);
    const plain = await dvp(world);
    const legs = plain.terms.legs.map((leg, index) =>
      index === 1 ? { ...leg, token: token.address, standard: ERC3643, amount: AMOUNT } : leg,
    );
    trade = await vary(world, plain, { legs });
    await open(world, trade);
    restore = await world.snapshot();
  });
  afterEach(() => restore());

  const locked = async () => (await world.escrow.home.read.stateOf([trade.id])).locked;
  const notify = (gas?: bigint) =>
    world.escrow.home.write.notifyLocked([trade.terms], gas === undefined ? {} : { gas });

  it("a recipient whom the token lets receive locks, and the trade is settled", async () => {
    await deposit(world, trade, 0);
    await deposit(world, trade, 1);
    expect(await world.escrow.home.read.verdictOf([trade.id])).to.equal(VERDICT.EXECUTE);
    expect(await token.read.balanceOf([seller])).to.equal(AMOUNT);
  });

  for (const [answer, value] of Object.entries(ANSWER).filter(([name]) => name !== "YES")) {
    it(`valid call, one thing broken: the token answers ${answer} about a recipient; the deposit stands, the escrow stays unlocked`, async () => {
      await deposit(world, trade, 0);
      await token.write.setAnswer([seller, value]);
      const hash = await deposit(world, trade, 1, { gas: 14_000_000n });
      expect(await eventNames(world.home, world.escrow.home, hash)).to.deep.equal([
        "RecipientRevealed",
        "LegDeposited",
      ]);
      expect(await locked()).to.equal(false);
      await expectRevert(notify(14_000_000n), "KeystoneEscrow_RecipientNotEligible", [1n, seller]);

      await token.write.setAnswer([seller, ANSWER.YES]);
      await notify();
      expect(await world.escrow.home.read.verdictOf([trade.id])).to.equal(VERDICT.EXECUTE);
    });
  }

  it("a deposit that nobody may receive goes back at depositDeadline", async () => {
    await token.write.setAnswer([seller, ANSWER.NO]);
    await deposit(world, trade, 0);
    await deposit(world, trade, 1);
    await until(world.home, trade.terms.depositDeadline);
    await world.escrow.home.write.refundExpired([trade.terms], { gas: 10_000_000n });
    expect(await token.read.balanceOf([world.home.address(ROLES.buyer)])).to.equal(AMOUNT);
  });

  it("what else is missing is told first", async () => {
    await token.write.setAnswer([seller, ANSWER.NO]);
    await deposit(world, trade, 0);
    await expectRevert(notify(), "KeystoneEscrow_NotLocked", [trade.id]);
  });

  it("a no counts only with the gas to have heard a yes: with less the call reverts, and nothing is deposited", async () => {
    await deposit(world, trade, 0);
    await token.write.setAnswer([seller, ANSWER.NO]);
    const { name } = await revertOf(deposit(world, trade, 1, { gas: 1_500_000n }));
    expect(name).to.equal("KeystoneEscrow_InsufficientGas");
    expect((await world.escrow.home.read.stateOf([trade.id])).deposited).to.equal(1);
    await deposit(world, trade, 1, { gas: 14_000_000n });
    expect((await revertOf(notify(1_500_000n))).name).to.equal("KeystoneEscrow_InsufficientGas");
  });

  describe("notBefore", () => {
    let repo: Trade;
    /** In a block of exactly this time. */
    async function send(at: number): Promise<Hex> {
      const bond = await world.home.viem.getContractAt("TestToken", world.side.home.bond);
      await bond.write.approve([world.addresses.escrow, 10n ** 18n], { account: seller });
      await world.home.helpers.time.setNextBlockTimestamp(at);
      const args = [repo.terms, 0n, openingOf(repo, 0).secret, []] as const;
      return world.escrow.home.write.depositLeg(args, { account: seller });
    }
    before(async () => {
      const parent: Hex = `0x${"11".repeat(32)}`;
      const notBefore = trade.terms.depositDeadline - 600;
      repo = await vary(world, await dvp(world), { parent, notBefore, depositDeadline: trade.terms.depositDeadline });
    });

    it("valid call, one thing broken: a second too early", async () => {
      const { notBefore } = repo.terms;
      const args = [notBefore, BigInt(notBefore - 1)];
      await expectRevert(send(notBefore - 1), "KeystoneEscrow_NotYetOpen", args);
    });

    it("takes a deposit in the very second", async () => {
      await send(repo.terms.notBefore);
      expect((await world.escrow.home.read.stateOf([repo.id])).deposited).to.equal(1);
    });
  });

  describe("the receiver hooks", () => {
    const ONE_ID = "0x4e2312e0";
    it("are announced by ERC-165, and nothing else is", async () => {
      const announced = async (id: Hex) => world.escrow.home.read.supportsInterface([id]);
      expect(await announced(ONE_ID)).to.equal(true);
      expect(await announced("0x01ffc9a7")).to.equal(true);
      for (const id of ["0xffffffff", "0x80ac58cd", "0xd9b67a26", "0x150b7a02"] as const) {
        expect(await announced(id)).to.equal(false);
      }
    });

    it("valid call, one thing broken: the escrow is pulling nothing", async () => {
      const { escrow } = world.addresses;
      const account = world.home.address(ROLES.stranger);
      const call = world.escrow.home.write.onERC1155Received([escrow, account, 1n, 1n, "0x"], { account });
      await expectRevert(call, "KeystoneEscrow_NotAuthorized", [account]);
    });

    it("valid call, one thing broken: a batch", async () => {
      const { escrow } = world.addresses;
      const account = world.home.address(ROLES.stranger);
      const call = world.escrow.home.write.onERC1155BatchReceived([escrow, account, [1n], [1n], "0x"], { account });
      await expectRevert(call, "KeystoneEscrow_NotAuthorized", [account]);
    });

    it("valid call, one thing broken: another token calls it during a pull", async () => {
      const hostile = await world.home.viem.deployContract("ReentrantToken");
      await hostile.write.mint([seller, 10n ** 18n]);
      const legs = trade.terms.legs.map((leg, index) => (index === 0 ? { ...leg, token: hostile.address } : leg));
      const one = await vary(world, trade, { legs });
      const { abi, address } = world.escrow.home;
      const args = [address, seller, 1n, 1n, "0x"] as const;
      await hostile.write.arm([address, encodeFunctionData({ abi, functionName: "onERC1155Received", args })]);
      await deposit(world, one, 0);
      expect(await hostile.read.lastOk()).to.equal(false);
    });
  });
});
