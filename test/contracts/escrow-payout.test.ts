import { expect } from "chai";
import { type Address, encodeAbiParameters, encodeErrorResult, getAddress, keccak256, parseAbi } from "viem";
import { ROLES } from "./support/chain.ts";
import { packetsOf } from "./support/packets.ts";
import { expectRevert } from "./support/revert.ts";
import { balanceOf, deposit, dvp, open } from "./support/settle.ts";
import { LEG, STATE, type Trade, VERDICT } from "./support/terms.ts";
import { crossDvp, eventNames, eventsOf, impersonate, legOf, openingOf, until, vary } from "./support/trades.ts";
import { openWorld, type World } from "./support/world.ts";

describe("KeystoneEscrow: verdict, claim, refund", function () {
  this.timeout(60_000);
  let world: World;
  let cross: Trade;
  let restore: () => Promise<void>;

  before(async () => {
    world = await openWorld();
    cross = await crossDvp(world);
    await impersonate(world.home, world.addresses.escrow);
    await impersonate(world.home, world.addresses.messenger);
    await impersonate(world.away, world.addresses.messenger);
    restore = await world.snapshot();
  });
  afterEach(() => restore());

  const asMessenger = () => ({ account: world.addresses.messenger });
  const tell = (verdict: number, one = cross) =>
    world.escrow.away.write.recordVerdict([one.id, verdict], asMessenger());
  const claim = (leg: number, one = cross, side: "home" | "away" = leg === 0 ? "home" : "away") =>
    world.escrow[side].write.claim([one.terms, BigInt(leg)]);
  const status = (leg: number, one = cross) =>
    world.escrow[leg === 0 ? "home" : "away"].read.legStatus([one.id, BigInt(leg)]);
  const held = (leg: number) => {
    const { token } = legOf(cross, leg);
    return balanceOf(leg === 0 ? world.home : world.away, token, world.addresses.escrow);
  };

  /** Both legs deposited and locked; neither report has gone anywhere. */
  async function lockBoth(one = cross) {
    await deposit(world, one, 0, { openings: [openingOf(one, 1)] });
    await deposit(world, one, 1, { openings: [openingOf(one, 0)] });
  }
  /** EXECUTE at the coordinator, by the report of its own escrow and a lock message of the other. */
  async function execute(one = cross) {
    await lockBoth(one);
    await world.coordinator.write.recordLocked([one.id, BigInt(world.away.chainId)], asMessenger());
    await open(world, one);
    expect(await world.coordinator.read.verdictOf([one.id])).to.equal(VERDICT.EXECUTE);
  }
  async function rollBack(one = cross) {
    await until(world.home, one.terms.settleDeadline);
    await world.coordinator.write.timeout([one.terms]);
  }

  describe("the payout that the coordinator makes", () => {
    it("is reported, and the step after it left to the coordinator, which is at it", async () => {
      await lockBoth();
      await open(world, cross);
      await world.coordinator.write.recordLocked([cross.id, BigInt(world.away.chainId)], asMessenger());
      const hash = await world.coordinator.write.advance([cross.terms], {
        account: world.home.address(ROLES.stranger),
      });
      expect(await eventNames(world.home, world.escrow.home, hash)).to.deep.equal(["LegReleased"]);
      expect(await eventNames(world.home, world.coordinator, hash)).to.include("ReleaseReported");
    });
  });

  describe("recordVerdict", () => {
    const record = () => world.escrow.away.read.stateOf([cross.id]);

    it("is the messenger's alone, and nobody's on the coordinator's chain", async () => {
      const stranger = world.away.address(ROLES.stranger);
      const foreign = world.escrow.away.write.recordVerdict([cross.id, VERDICT.ROLLBACK], { account: stranger });
      await expectRevert(foreign, "KeystoneEscrow_NotAuthorized", [stranger]);
      const direct = world.escrow.home.write.recordVerdict([cross.id, VERDICT.ROLLBACK], asMessenger());
      await expectRevert(direct, "KeystoneEscrow_NotAuthorized", [world.addresses.messenger]);
    });

    it("stores the first verdict once", async () => {
      await lockBoth();
      const [event] = await eventsOf(world.away, world.escrow.away, await tell(VERDICT.EXECUTE));
      expect(event).to.deep.include({
        eventName: "VerdictReceived",
        args: { settlementId: cross.id, verdict: VERDICT.EXECUTE },
      });
      expect(await eventNames(world.away, world.escrow.away, await tell(VERDICT.EXECUTE))).to.deep.equal([]);
      expect(await world.escrow.away.read.verdictOf([cross.id])).to.equal(VERDICT.EXECUTE);
    });

    for (const [first, second] of [
      [VERDICT.EXECUTE, VERDICT.ROLLBACK],
      [VERDICT.ROLLBACK, VERDICT.EXECUTE],
    ] as const) {
      it(`ignores ${second} after ${first}`, async () => {
        await lockBoth();
        await tell(first);
        expect(await eventNames(world.away, world.escrow.away, await tell(second))).to.deep.equal(["VerdictIgnored"]);
        expect((await record()).verdict).to.equal(first);
      });
    }

    it("ignores EXECUTE without a lock, and still takes ROLLBACK", async () => {
      await deposit(world, cross, 1);
      expect(await eventNames(world.away, world.escrow.away, await tell(VERDICT.EXECUTE))).to.deep.equal([
        "VerdictIgnored",
      ]);
      expect((await record()).verdict).to.equal(VERDICT.NONE);
      await tell(VERDICT.ROLLBACK);
      await claim(1);
      expect(await status(1)).to.equal(LEG.REFUNDED);
    });

    it("takes no verdict at all for one", async () => {
      expect(await eventNames(world.away, world.escrow.away, await tell(VERDICT.NONE))).to.deep.equal([]);
    });
  });

  describe("before any verdict", () => {
    it("nothing moves before depositDeadline", async () => {
      await deposit(world, cross, 0);
      await world.home.helpers.time.setNextBlockTimestamp(cross.terms.depositDeadline - 1);
      await expectRevert(claim(0), "KeystoneEscrow_NotDecided", [cross.id]);
      await expectRevert(world.escrow.home.write.release([cross.terms]), "KeystoneEscrow_NotDecided", [cross.id]);
      await expectRevert(world.escrow.home.write.refundExpired([cross.terms]), "KeystoneEscrow_NotDecided", [cross.id]);
      expect(await held(0)).to.equal(legOf(cross, 0).amount);
    });

    it("an unlocked deposit goes back from depositDeadline on, without any message, in full", async () => {
      const { token, amount } = legOf(cross, 0);
      const { wallet } = openingOf(cross, 0);
      await deposit(world, cross, 0);
      const before = await balanceOf(world.home, token, wallet);
      await world.home.helpers.time.setNextBlockTimestamp(cross.terms.depositDeadline);
      const [event] = await eventsOf(world.home, world.escrow.home, await claim(0));
      expect(event).to.deep.include({
        eventName: "LegRefunded",
        args: { settlementId: cross.id, legIndex: 0, depositor: wallet, amount },
      });
      expect((await balanceOf(world.home, token, wallet)) - before).to.equal(amount);
      expect(await eventNames(world.home, world.escrow.home, await claim(0))).to.deep.equal([]);
      expect(await held(0)).to.equal(0n);
    });

    it("a locked deposit stays, whatever the clock says", async () => {
      await lockBoth();
      for (const side of ["home", "away"] as const) await until(world[side], cross.terms.settleDeadline + 1_000_000);
      for (const leg of [0, 1]) {
        await expectRevert(claim(leg), "KeystoneEscrow_NotDecided", [cross.id]);
        expect(await status(leg)).to.equal(LEG.LOCKED);
      }
    });
  });

  describe("claim", () => {
    it("reverts for a leg that is not there, not here or not deposited", async () => {
      await expectRevert(claim(2, cross, "home"), "KeystoneEscrow_UnknownLeg", [2n]);
      await expectRevert(claim(1, cross, "home"), "KeystoneEscrow_WrongChain", [1n, BigInt(world.away.chainId)]);
      await expectRevert(claim(0), "KeystoneEscrow_NotDeposited", [cross.id, 0n]);
      await rollBack();
      await expectRevert(claim(0), "KeystoneEscrow_NotDeposited", [cross.id, 0n]);
    });

    it("pays the recipient after EXECUTE, once, whoever calls", async () => {
      await execute();
      await tell(VERDICT.EXECUTE);
      const { token, amount } = legOf(cross, 1);
      const { wallet } = openingOf(cross, 0);
      const before = await balanceOf(world.away, token, wallet);
      const [event] = await eventsOf(world.away, world.escrow.away, await claim(1));
      expect(event).to.deep.include({
        eventName: "LegReleased",
        args: { settlementId: cross.id, legIndex: 1, recipient: wallet, amount },
      });
      expect(await eventNames(world.away, world.escrow.away, await claim(1))).to.deep.equal([]);
      expect((await balanceOf(world.away, token, wallet)) - before).to.equal(amount);
      expect(await status(1)).to.equal(LEG.RELEASED);
    });

    it("pays the depositor after ROLLBACK, locked or not", async () => {
      await lockBoth();
      await rollBack();
      await tell(VERDICT.ROLLBACK);
      for (const leg of [0, 1]) {
        await claim(leg);
        expect(await status(leg)).to.equal(LEG.REFUNDED);
        expect(await held(leg)).to.equal(0n);
      }
    });

    it("obeys EXECUTE only when locked", async () => {
      await deposit(world, cross, 0);
      await world.coordinator.write.reportLocked([cross.id], { account: world.addresses.escrow });
      await world.coordinator.write.recordLocked([cross.id, BigInt(world.away.chainId)], asMessenger());
      await open(world, cross);
      expect(await world.escrow.home.read.verdictOf([cross.id])).to.equal(VERDICT.EXECUTE);
      await expectRevert(claim(0), "KeystoneEscrow_NotLocked", [cross.id]);
      await until(world.home, cross.terms.settleDeadline);
      await expectRevert(claim(0), "KeystoneEscrow_NotLocked", [cross.id]);
    });
  });

  describe("release and refundExpired", () => {
    it("answer to their own verdict only", async () => {
      await execute();
      const wrong = world.escrow.home.write.refundExpired([cross.terms]);
      await expectRevert(wrong, "KeystoneEscrow_OtherVerdict", [cross.id, VERDICT.EXECUTE]);
      await tell(VERDICT.EXECUTE);
      await world.escrow.away.write.release([cross.terms]);
      expect(await status(1)).to.equal(LEG.RELEASED);
      expect(
        await eventNames(world.away, world.escrow.away, await world.escrow.away.write.release([cross.terms])),
      ).to.deep.equal([]);
    });

    it("refund every deposit after ROLLBACK, and there is nothing to release", async () => {
      await deposit(world, cross, 0);
      await rollBack();
      await expectRevert(world.escrow.home.write.release([cross.terms]), "KeystoneEscrow_OtherVerdict", [
        cross.id,
        VERDICT.ROLLBACK,
      ]);
      await world.escrow.home.write.refundExpired([cross.terms]);
      expect(await status(0)).to.equal(LEG.REFUNDED);
    });

    it("refund what is deposited where nothing else came, and leave the empty leg alone", async () => {
      const local = await dvp(world);
      await deposit(world, local, 1);
      await until(world.home, local.terms.depositDeadline);
      const names = await eventNames(
        world.home,
        world.escrow.home,
        await world.escrow.home.write.refundExpired([local.terms]),
      );
      expect(names).to.deep.equal(["LegRefunded"]);
      expect(await world.escrow.home.read.legStatus([local.id, 0n])).to.equal(LEG.EMPTY);
    });
  });

  describe("what only the deployment may call", () => {
    it("is refused to everybody else", async () => {
      const account = world.home.address(ROLES.stranger);
      const { write } = world.escrow.home;
      const calls = [
        write.settle([cross.terms], { account }),
        write.followUp([cross.id, cross.terms, true], { account }),
        write.transferOut([legOf(cross, 0), account, 1n], { account }),
      ];
      for (const call of calls) await expectRevert(call, "KeystoneEscrow_NotAuthorized", [account]);
    });

    it("settles nothing that is not locked", async () => {
      const account = await impersonate(world.home, world.addresses.coordinator);
      await deposit(world, cross, 0);
      await expectRevert(world.escrow.home.write.settle([cross.terms], { account }), "KeystoneEscrow_NotLocked", [
        cross.id,
      ]);
    });
  });

  describe("notifyReleased", () => {
    const notify = (value = 0n) => world.escrow.away.write.notifyReleased([cross.terms], { value });

    it("valid call, one thing broken: before the verdict, on a rollback, or before every leg was paid or tried", async () => {
      await lockBoth();
      await expectRevert(notify(), "KeystoneEscrow_NotDecided", [cross.id]);
      const back = await world.snapshot();
      await tell(VERDICT.ROLLBACK);
      await expectRevert(notify(), "KeystoneEscrow_OtherVerdict", [cross.id, VERDICT.ROLLBACK]);
      await back();
      await tell(VERDICT.EXECUTE);
      await expectRevert(notify(), "KeystoneEscrow_NotReleased", [cross.id]);
    });

    it("sends the report for its price, again if asked to", async () => {
      await execute();
      await tell(VERDICT.EXECUTE);
      await claim(1);
      const bare = await world.escrow.away.read.quoteReleased([cross.terms, false]);
      await expectRevert(notify(bare - 1n), "KeystoneEscrow_InsufficientFee", [bare, bare - 1n]);
      for (let i = 0; i < 2; i += 1) expect(await packetsOf(world.away, await notify(bare))).to.have.length(1);
    });

    it("on the coordinator's chain is direct, free and only a repetition", async () => {
      await execute();
      expect(await world.coordinator.read.stateOf([cross.id])).to.deep.include({
        releaseMask: 1,
        state: STATE.EXECUTING_SWAP,
      });
      const balance = () => world.home.client.getBalance({ address: world.addresses.escrow });
      const before = await balance();
      const hash = await world.escrow.home.write.notifyReleased([cross.terms], { value: 7n });
      expect(await eventNames(world.home, world.coordinator, hash)).to.deep.equal([]);
      expect(await balance()).to.equal(before);
    });
  });

  describe("a leg that its token does not let through", () => {
    const REFUSED = parseAbi(["error MarkedToken_Refused(address to)"]);
    let token: Awaited<ReturnType<typeof deployToken>>;
    let one: Trade;
    let buyer: Address;

    const deployToken = () => world.home.viem.deployContract("MarkedToken");
    const mark = (account: Address, treatment: number) => token.write.mark([account, treatment]);

    beforeEach(async () => {
      token = await deployToken();
      const legs = cross.terms.legs.map((leg, i) => (i === 0 ? { ...leg, token: getAddress(token.address) } : leg));
      one = await vary(world, cross, { legs });
      buyer = openingOf(one, 1).wallet;
      await token.write.mint([openingOf(one, 0).wallet, legOf(one, 0).amount]);
      await mark(buyer, 1);
      await execute(one);
    });

    it("is claimable with the token's reason, and paid later", async () => {
      expect(await status(0, one)).to.equal(LEG.LOCKED);
      const { claimable, paid } = await world.escrow.home.read.stateOf([one.id]);
      expect({ claimable, paid }).to.deep.equal({ claimable: 1, paid: 0 });
      const [event] = await eventsOf(world.home, world.escrow.home, await claim(0, one));
      const reason = encodeErrorResult({ abi: REFUSED, errorName: "MarkedToken_Refused", args: [buyer] });
      expect(event).to.deep.include({
        eventName: "LegClaimable",
        args: { settlementId: one.id, legIndex: 0, reason },
      });

      await mark(buyer, 0);
      await claim(0, one);
      expect(await status(0, one)).to.equal(LEG.RELEASED);
      expect(await balanceOf(world.home, token.address, buyer)).to.equal(legOf(one, 0).amount);
      expect((await world.escrow.home.read.stateOf([one.id])).claimable).to.equal(0);
    });

    it("holds up neither the other leg nor the end of the settlement", async () => {
      expect(await world.coordinator.read.stateOf([one.id])).to.deep.include({ releaseMask: 1 });
      await tell(VERDICT.EXECUTE, one);
      await claim(1, one);
      await world.coordinator.write.recordReleased([one.id, BigInt(world.away.chainId)], asMessenger());
      await world.coordinator.write.advance([one.terms]);
      expect((await world.coordinator.read.stateOf([one.id])).state).to.equal(STATE.FINALIZED);
      await mark(buyer, 0);
      await claim(0, one);
      expect(await status(0, one)).to.equal(LEG.RELEASED);
    });

    it("keeps at most 256 bytes of a reason", async () => {
      await mark(buyer, 3);
      const [event] = await eventsOf(world.home, world.escrow.home, await claim(0, one));
      expect(String(event?.args.reason)).to.have.length(2 + 2 * 256);
    });

    it("valid call, one thing broken: too little gas to judge the token by; with enough the leg counts as failed", async () => {
      await mark(buyer, 2);
      const call = world.escrow.home.write.claim([one.terms, 0n], { gas: 2_000_000n });
      await expectRevert(call, "KeystoneEscrow_InsufficientGas");
      const hash = await world.escrow.home.write.claim([one.terms, 0n], { gas: 2_300_000n });
      expect(await eventNames(world.home, world.escrow.home, hash)).to.deep.equal(["LegClaimable"]);
    });

    it("that costs much is paid when enough is given, and not booked as failed for less", async () => {
      await mark(buyer, 4);
      const call = world.escrow.home.write.claim([one.terms, 0n], { gas: 900_000n });
      await expectRevert(call, "KeystoneEscrow_InsufficientGas");
      await world.escrow.home.write.claim([one.terms, 0n], { gas: 1_400_000n });
      expect(await status(0, one)).to.equal(LEG.RELEASED);
    });
  });

  it("keeps a settlement and its first wallet in one slot, and each further wallet in another", async () => {
    await deposit(world, cross, 0, { openings: [openingOf(cross, 1)] });
    const slot = (key: `0x${string}`, at: bigint) =>
      keccak256(encodeAbiParameters([{ type: "bytes32" }, { type: "uint256" }], [key, at]));
    const read = async (at: `0x${string}`) =>
      BigInt((await world.home.client.getStorageAt({ address: world.addresses.escrow, slot: at })) ?? 0);
    const [seller, buyer] = [openingOf(cross, 0), openingOf(cross, 1)];
    const deposited = 1n << 176n;
    const locked = 1n << 240n;
    const first = (BigInt(seller.partyIndex) << 160n) | BigInt(seller.wallet);
    expect(await read(slot(cross.id, 0n))).to.equal(locked | deposited | first);
    const walletSlot = (party: number) =>
      keccak256(
        encodeAbiParameters([{ type: "uint256" }, { type: "uint256" }], [BigInt(party), BigInt(slot(cross.id, 1n))]),
      );
    expect(await read(walletSlot(seller.partyIndex))).to.equal(0n);
    expect(await read(walletSlot(buyer.partyIndex))).to.equal(BigInt(buyer.wallet));
  });
});
