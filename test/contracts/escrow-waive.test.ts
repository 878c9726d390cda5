import { expect } from "chai";
import { type Address, concat, encodeFunctionData, getAddress, type Hex } from "viem";
import { ROLES } from "./support/chain.ts";
import { expectRevert } from "./support/revert.ts";
import { deposit, open } from "./support/settle.ts";
import { AMOUNT, FAR, openStuck, type Stuck } from "./support/stuck.ts";
import { LEG, STATE, type Trade, VERDICT, walletCommitment } from "./support/terms.ts";
import { crossDvp, eventNames, eventsOf, feeTrade, impersonate, openingOf, vary } from "./support/trades.ts";
import type { World } from "./support/world.ts";

const OTHER_ID: Hex = `0x${"11".repeat(32)}`;
describe("KeystoneEscrow: waived legs", function () {
  this.timeout(60_000);
  let stuck: Stuck;
  let world: World;
  let trade: Trade;
  let restore: () => Promise<void>;
  let seller: Address;
  let buyer: Address;
  let stranger: Address;
  let other: Address;

  before(async () => {
    stuck = await openStuck();
    ({ world, trade, seller, buyer, stranger, other } = stuck);
    restore = await world.snapshot();
  });
  afterEach(() => restore());

  describe("waived by their recipient", () => {
    it("before the verdict go back in full, at once, and are waived whatever the verdict says", async () => {
      for (const later of [VERDICT.EXECUTE, VERDICT.ROLLBACK]) {
        const back = await world.snapshot();
        await stuck.lockCash();
        const before = await stuck.cashOf(buyer);
        const events = await eventsOf(world.away, stuck.escrow, await stuck.waive(seller));
        expect(events).to.deep.equal([{ ...events[0], eventName: "LegWaived" }]);
        expect(events[0]?.args).to.deep.equal({ settlementId: trade.id, legIndex: 1, recipient: seller });
        expect(await stuck.status()).to.equal(LEG.WAIVED);
        expect((await stuck.escrow.read.stateOf([trade.id])).waived).to.equal(2);

        const paid = await eventsOf(world.away, stuck.escrow, await stuck.claim());
        expect(paid.map(({ eventName, args }) => [eventName, args])).to.deep.equal([
          ["LegReturned", { settlementId: trade.id, legIndex: 1, wallet: buyer }],
        ]);
        expect((await stuck.cashOf(buyer)) - before).to.equal(AMOUNT);
        expect(await stuck.status()).to.equal(LEG.WAIVED);
        await stuck.verdict(later);
        expect(await stuck.status()).to.equal(LEG.WAIVED);
        await back();
      }
    });

    it("stay unpaid until the verdict if nobody claims, and are returned by release and by refundExpired alike", async () => {
      for (const [later, functionName] of [
        [VERDICT.EXECUTE, "release"],
        [VERDICT.ROLLBACK, "refundExpired"],
      ] as const) {
        const back = await world.snapshot();
        await stuck.lockCash();
        await stuck.waive(seller);
        await stuck.verdict(later);
        const before = await stuck.cashOf(buyer);
        expect(await stuck.names(await stuck.escrow.write[functionName]([trade.terms]))).to.deep.equal(["LegReturned"]);
        expect((await stuck.cashOf(buyer)) - before).to.equal(AMOUNT);
        expect(await stuck.names(await stuck.escrow.write[functionName]([trade.terms]))).to.deep.equal([]);
        await back();
      }
    });

    it("after EXECUTE count as done for RELEASED, unpaid and untried", async () => {
      await stuck.lockCash();
      await stuck.verdict(VERDICT.EXECUTE);
      await expectRevert(stuck.escrow.write.notifyReleased([trade.terms]), "KeystoneEscrow_NotReleased");
      await stuck.waive(seller);
      const value = await stuck.escrow.read.quoteReleased([trade.terms, false]);
      await stuck.escrow.write.notifyReleased([trade.terms], { value });
    });

    it("pay no fee", async () => {
      const fees = [{ recipient: other, amount: 1_000n }];
      const legs = trade.terms.legs.map((leg, index) => (index === 1 ? { ...leg, fees } : leg));
      const one = await vary(world, trade, { legs });
      await stuck.lockCash(one);
      await stuck.waive(seller, one);
      await stuck.verdict(VERDICT.EXECUTE, one);
      const before = await stuck.cashOf(buyer);
      expect(await stuck.names(await stuck.claim(one))).to.deep.equal(["LegReturned"]);
      expect([(await stuck.cashOf(buyer)) - before, await stuck.cashOf(other)]).to.deep.equal([AMOUNT, 0n]);
    });

    it("by signature, whoever brings it, until its last second", async () => {
      await stuck.lockCash();
      const validUntil = (await world.away.helpers.time.latest()) + 100;
      await world.away.helpers.time.setNextBlockTimestamp(validUntil);
      expect(await stuck.names(await stuck.waiveSigned({ validUntil }))).to.deep.equal(["LegWaived"]);
    });

    it("by a contract wallet's ERC-1271 signature, and not by its owner's own word", async () => {
      const owner = world.away.account(ROLES.seller);
      const wallet = await world.away.viem.deployContract("ContractWallet", [owner.account.address]);
      const secret = openingOf(trade, 0).secret;
      const parties = [...trade.terms.parties];
      parties[1] = walletCommitment(secret, wallet.address);
      const varied = await vary(world, trade, { parties });
      const opening = { ...openingOf(trade, 0), wallet: wallet.address };
      const one = { ...varied, openings: [opening, openingOf(trade, 1)] };
      await stuck.lockCash(one);
      await expectRevert(stuck.waive(seller, one), "KeystoneEscrow_NotEntitled", [1n, seller]);
      await wallet.write.setAnswer([1]);
      await expectRevert(stuck.waiveSigned({ one }), "KeystoneEscrow_InvalidSignature", [getAddress(wallet.address)]);
      await wallet.write.setAnswer([0]);
      expect(await stuck.names(await stuck.waiveSigned({ one }))).to.deep.equal(["LegWaived"]);
    });

    it("by the key of a recipient that has given itself code, as its other signatures count", async () => {
      await stuck.lockCash();
      // EIP-7702: the delegate is a token, which knows no ERC-1271.
      await world.away.helpers.setCode(seller, concat(["0xef0100", world.side.away.cash]));
      expect(await stuck.names(await stuck.waiveSigned())).to.deep.equal(["LegWaived"]);
      expect(await stuck.status()).to.equal(LEG.WAIVED);
    });

    it("again are a no-op, also by another's signature and after the payment", async () => {
      await stuck.lockCash();
      await stuck.waive(seller);
      for (const call of [
        () => stuck.waive(seller),
        () => stuck.waive(stranger),
        () => stuck.waiveSigned({ signer: ROLES.stranger }),
      ]) {
        expect(await stuck.names(await call())).to.deep.equal([]);
      }
      await stuck.claim();
      expect(await stuck.names(await stuck.waive(seller))).to.deep.equal([]);
    });

    const broken: [what: string, call: () => Promise<unknown>, error: string, args?: () => readonly unknown[]][] = [
      ["the depositor waives", () => stuck.waive(buyer), "KeystoneEscrow_NotEntitled", () => [1n, buyer]],
      ["a stranger waives", () => stuck.waive(stranger), "KeystoneEscrow_NotEntitled", () => [1n, stranger]],
      ["there is no such leg", () => stuck.waive(seller, trade, 2n), "KeystoneEscrow_UnknownLeg", () => [2n]],
      ["the leg is another chain's", () => stuck.waive(seller, trade, 0n), "KeystoneEscrow_WrongChain"],
      [
        "a stranger signed",
        () => stuck.waiveSigned({ signer: ROLES.stranger }),
        "KeystoneEscrow_InvalidSignature",
        () => [seller],
      ],
      [
        "the time of the signature is over",
        () => stuck.waiveSigned({ validUntil: 1 }),
        "KeystoneEscrow_SignatureExpired",
      ],
      [
        "it was signed for another settlement",
        () => stuck.waiveSigned({ changes: { message: { settlementId: OTHER_ID } } }),
        "KeystoneEscrow_InvalidSignature",
      ],
      [
        "it was signed for another leg",
        () => stuck.waiveSigned({ changes: { message: { legIndex: 0 } } }),
        "KeystoneEscrow_InvalidSignature",
      ],
      [
        "it was signed for another token",
        () => stuck.waiveSigned({ changes: { message: { token: stranger } } }),
        "KeystoneEscrow_InvalidSignature",
      ],
      [
        "it was signed for another amount",
        () => stuck.waiveSigned({ changes: { message: { amount: 1n } } }),
        "KeystoneEscrow_InvalidSignature",
      ],
      [
        "it was signed for another depositor",
        () => stuck.waiveSigned({ changes: { message: { depositor: stranger } } }),
        "KeystoneEscrow_InvalidSignature",
      ],
      [
        "it was signed until another time",
        () => stuck.waiveSigned({ changes: { message: { validUntil: FAR - 1 } } }),
        "KeystoneEscrow_InvalidSignature",
      ],
      [
        "it was signed for the escrow of another chain",
        () => stuck.waiveSigned({ changes: { domain: { chainId: 11155111n } } }),
        "KeystoneEscrow_InvalidSignature",
      ],
      [
        "it was signed for another escrow",
        () => stuck.waiveSigned({ changes: { domain: { verifyingContract: stranger } } }),
        "KeystoneEscrow_InvalidSignature",
      ],
    ];
    for (const [what, call, error, args] of broken) {
      it(`valid call, one thing broken: ${what}`, async () => {
        await stuck.lockCash();
        await expectRevert(call(), error, args?.());
        expect(await stuck.status()).to.equal(LEG.LOCKED);
      });
    }

    it("valid call, one thing broken: nothing is deposited", async () => {
      await expectRevert(stuck.waive(seller), "KeystoneEscrow_NotDeposited", [trade.id, 1n]);
    });

    it("valid call, one thing broken: the leg is not locked", async () => {
      await deposit(world, trade, 1);
      await expectRevert(stuck.waive(seller), "KeystoneEscrow_NotLocked", [trade.id]);
    });

    it("valid call, one thing broken: the leg is paid", async () => {
      await stuck.lockCash();
      await stuck.verdict(VERDICT.EXECUTE);
      await stuck.claim();
      await expectRevert(stuck.waive(seller), "KeystoneEscrow_AlreadyPaid", [trade.id, 1n]);
      expect(await stuck.status()).to.equal(LEG.RELEASED);
    });

    it("valid call, one thing broken: the verdict is ROLLBACK", async () => {
      await stuck.lockCash();
      await stuck.verdict(VERDICT.ROLLBACK);
      await expectRevert(stuck.waive(seller), "KeystoneEscrow_OtherVerdict", [trade.id, VERDICT.ROLLBACK]);
    });
  });

  describe("waived on the coordinator's chain", () => {
    it("after EXECUTE end the settlement when they were the last to wait for", async () => {
      const token = await world.home.viem.deployContract("GasBurningToken");
      await token.write.mint([seller, AMOUNT]);
      const one = await crossDvp(world);
      const legs = one.terms.legs.map((leg, index) =>
        index === 0 ? { ...leg, token: token.address, amount: AMOUNT } : leg,
      );
      const burning = await vary(world, one, { legs });
      await open(world, burning);
      await deposit(world, burning, 0, { openings: [openingOf(burning, 1)] });
      await token.write.burnGas([true, 0n]);
      const messenger = await impersonate(world.home, world.addresses.messenger);
      for (const functionName of ["recordLocked", "recordReleased"] as const) {
        await world.coordinator.write[functionName]([burning.id, BigInt(world.away.chainId)], { account: messenger });
      }
      // A message brings what gas it has: the verdict stands, and the leg is neither paid nor tried in earnest.
      await world.coordinator.write.advance([burning.terms], { account: messenger, gas: 1_500_000n });
      const state = async () => (await world.coordinator.read.stateOf([burning.id])).state;
      expect(await state()).to.equal(STATE.EXECUTING_SWAP);
      expect((await world.escrow.home.read.stateOf([burning.id])).claimable).to.equal(0);

      await world.escrow.home.write.waive([burning.terms, 0n], { account: buyer });
      expect(await state()).to.equal(STATE.FINALIZED);
      await token.write.burnGas([false, 0n]);
      await world.escrow.home.write.claim([burning.terms, 0n]);
      expect(await token.read.balanceOf([seller])).to.equal(AMOUNT);
    });

    it("before the verdict let the others have theirs, though the waived one's token stands still", async () => {
      const token = await world.home.viem.deployContract("BlocklistToken");
      await token.write.mint([buyer, AMOUNT]);
      const one = await feeTrade(world, token.address, AMOUNT, []);
      await open(world, one);
      await token.write.setBlocked([seller, true]);
      await deposit(world, one, 0);
      await deposit(world, one, 1);
      const home = world.escrow.home;
      expect(await home.read.verdictOf([one.id])).to.equal(VERDICT.NONE);
      await home.write.waive([one.terms, 1n], { account: seller });
      await token.write.setBlocked([buyer, true]);
      const tried = await eventNames(world.home, home, await home.write.claim([one.terms, 1n], { gas: 8_000_000n }));
      expect(tried).to.deep.equal(["LegClaimable"]);
      await world.coordinator.write.advance([one.terms]);
      expect((await world.coordinator.read.stateOf([one.id])).state).to.equal(STATE.FINALIZED);
      expect([await home.read.legStatus([one.id, 0n]), await home.read.legStatus([one.id, 1n])]).to.deep.equal([
        LEG.RELEASED,
        LEG.WAIVED,
      ]);
      await token.write.setBlocked([buyer, false]);
      expect(await eventNames(world.home, home, await home.write.claim([one.terms, 1n]))).to.deep.equal([
        "LegReturned",
      ]);
      expect(await token.read.balanceOf([buyer])).to.equal(AMOUNT);
      expect(await eventNames(world.home, home, await home.write.claim([one.terms, 1n]))).to.deep.equal([]);
    });

    it("cannot be waived from inside their own payment", async () => {
      const token = await world.home.viem.deployContract("ReentrantToken");
      await token.write.mint([buyer, AMOUNT]);
      const one = await feeTrade(world, token.address, AMOUNT, []);
      await open(world, one);
      await deposit(world, one, 0);
      const { abi, address } = world.escrow.home;
      await token.write.arm([address, encodeFunctionData({ abi, functionName: "waive", args: [one.terms, 1n] })]);
      await deposit(world, one, 1);
      expect(await token.read.lastOk()).to.equal(false);
      expect(await world.escrow.home.read.legStatus([one.id, 1n])).to.equal(LEG.RELEASED);
    });
  });
});
