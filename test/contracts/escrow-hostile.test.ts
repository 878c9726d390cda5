import { expect } from "chai";
import { type Abi, type Address, encodeFunctionData, getAddress, type Hex, zeroHash } from "viem";
import { layerZeroArtifact } from "./support/artifacts.ts";
import { ROLES } from "./support/chain.ts";
import { attest } from "./support/compliance.ts";
import { packetsOf } from "./support/packets.ts";
import { decodeRevert, expectRevert } from "./support/revert.ts";
import { balanceOf, deposit, dvp, open } from "./support/settle.ts";
import { LEG, STATE, type Trade, VERDICT } from "./support/terms.ts";
import {
  crossDvp,
  depositWithGas,
  eventNames,
  eventsOf,
  impersonate,
  legOf,
  openingOf,
  until,
  varyLeg,
} from "./support/trades.ts";
import { openWorld, type World } from "./support/world.ts";

const ERC721: Hex = "0x80ac58cd";
const ERC1155: Hex = "0xd9b67a26";

describe("KeystoneEscrow: hostile tokens", function () {
  this.timeout(60_000);
  let world: World;
  let restore: () => Promise<void>;

  before(async () => {
    world = await openWorld();
    restore = await world.snapshot();
  });
  afterEach(() => restore());

  interface Mintable {
    address: Address;
    write: { mint: (args: readonly [Address, bigint]) => Promise<Hex> };
  }

  /** A trade on one chain whose bond is this token, the bond minted to the seller. */
  async function tradeIn(token: Mintable, base?: Trade): Promise<Trade> {
    const trade = await varyLeg(world, base ?? (await dvp(world)), 0, { token: getAddress(token.address) });
    await token.write.mint([openingOf(trade, 0).wallet, legOf(trade, 0).amount]);
    return trade;
  }
  const record = (trade: Trade) => world.escrow.home.read.stateOf([trade.id]);
  const state = async (trade: Trade) => (await world.coordinator.read.stateOf([trade.id])).state;
  const held = (token: { address: Address }) => balanceOf(world.home, token.address, world.addresses.escrow);
  /** Both deposits made, EXECUTE ready but for the bond's payout; says whether the last deposit finished the trade. */
  async function runToTheEnd(trade: Trade): Promise<string | undefined> {
    await open(world, trade);
    await deposit(world, trade, 0);
    const names = await eventNames(world.home, world.escrow.home, await deposit(world, trade, 1));
    return names.at(-1);
  }
  /** What a payout that fails on one chain leads to: no verdict, then everybody is made whole. */
  async function expectRollback(trade: Trade): Promise<void> {
    expect(await world.coordinator.read.stateOf([trade.id])).to.deep.include({
      state: STATE.AWAITING_DEPOSITS,
      verdict: VERDICT.NONE,
      lockMask: 1,
    });
    expect(await record(trade)).to.deep.include({ locked: true, deposited: 0b11, paid: 0, claimable: 0 });
    const { token, amount } = legOf(trade, 1);
    const buyer = openingOf(trade, 1).wallet;
    const before = await balanceOf(world.home, token, buyer);
    await until(world.home, trade.terms.settleDeadline);
    await world.coordinator.write.timeout([trade.terms]);
    await world.escrow.home.write.claim([trade.terms, 1n]);
    expect((await balanceOf(world.home, token, buyer)) - before).to.equal(amount);
  }

  describe("at deposit", () => {
    it("a fee on transfer is refused, out of the amount", async () => {
      const token = await world.home.viem.deployContract("FeeOnTransferToken");
      const trade = await tradeIn(token);
      const { amount } = legOf(trade, 0);
      const call = deposit(world, trade, 0);
      await expectRevert(call, "KeystoneEscrow_WrongAmountReceived", [amount, amount - amount / 100n]);
      expect(await held(token)).to.equal(0n);
    });

    it("false is a refusal, whether the amount was moved or not", async () => {
      const token = await world.home.viem.deployContract("ReturnsFalseToken");
      const trade = await tradeIn(token);
      for (const moving of [false, true]) {
        await token.write.refuse([true, moving]);
        await expectRevert(deposit(world, trade, 0), "KeystoneEscrow_TransferFailed", [
          getAddress(token.address),
          "0x",
        ]);
        expect(await held(token)).to.equal(0n);
      }
    });

    it("a token that answers nothing is taken and paid", async () => {
      const token = await world.home.viem.deployContract("NoReturnToken");
      const trade = await tradeIn(token);
      expect(await runToTheEnd(trade)).to.equal("LegReleased");
      expect(await balanceOf(world.home, token.address, openingOf(trade, 1).wallet)).to.equal(legOf(trade, 0).amount);
    });

    for (const [what, claimed, partitions] of [
      ["an ERC-721", ERC721, false],
      ["an ERC-1155", ERC1155, false],
      ["a token with partitions", "0x00000000", true],
    ] as const) {
      it(`${what} is not taken for an ERC-20`, async () => {
        const token = await world.home.viem.deployContract("LyingToken");
        const trade = await tradeIn(token);
        await token.write.lie([claimed, partitions, false]);
        await expectRevert(deposit(world, trade, 0), "KeystoneEscrow_WrongTokenClass", [getAddress(token.address), 0]);
        await token.write.lie(["0x00000000", false, false]);
        await deposit(world, trade, 0);
        expect((await record(trade)).deposited).to.equal(1);
      });
    }

    it("a token that hides its balances is refused", async () => {
      const token = await world.home.viem.deployContract("LyingToken");
      const trade = await tradeIn(token);
      await token.write.lie(["0x00000000", false, true]);
      await expectRevert(deposit(world, trade, 0), "KeystoneEscrow_TransferFailed");
    });

    it("a megabyte of answer costs only what it cost to make", async () => {
      const token = await world.home.viem.deployContract("HugeReturnToken");
      const trade = await tradeIn(token);
      await token.write.answer([1, 200_000n]);
      await expectRevert(deposit(world, trade, 0), "KeystoneEscrow_TransferFailed");
    });
  });

  describe("at payout on one chain, before the verdict is kept", () => {
    it("a blocked recipient rolls everybody back", async () => {
      const token = await world.home.viem.deployContract("BlocklistToken");
      const trade = await tradeIn(token);
      await token.write.setBlocked([openingOf(trade, 1).wallet, true]);
      expect(await runToTheEnd(trade)).to.equal("FollowUpFailed");
      await expectRollback(trade);
    });

    it("a charge on top of the amount is refused: other deposits would pay it", async () => {
      const token = await world.home.viem.deployContract("FeeOnTransferToken");
      const trade = await tradeIn(token);
      const other = await tradeIn(token);
      await token.write.charge([false, true]);
      await deposit(world, other, 0);
      await open(world, trade);
      await deposit(world, trade, 0);
      await token.write.charge([true, true]);
      const names = await eventNames(world.home, world.escrow.home, await deposit(world, trade, 1));
      expect(names.at(-1)).to.equal("FollowUpFailed");
      expect(await held(token)).to.equal(2n * legOf(trade, 0).amount);
      await expectRollback(trade);
    });

    it("false is a refusal, even when the amount was moved", async () => {
      const token = await world.home.viem.deployContract("ReturnsFalseToken");
      const trade = await tradeIn(token);
      await open(world, trade);
      await deposit(world, trade, 0);
      await token.write.refuse([true, true]);
      await deposit(world, trade, 1);
      expect(await held(token)).to.equal(legOf(trade, 0).amount);
      await expectRollback(trade);
    });

    it("a token that burns all gas spoils nothing but the verdict", async () => {
      const token = await world.home.viem.deployContract("GasBurningToken");
      const trade = await tradeIn(token);
      await open(world, trade);
      await deposit(world, trade, 0);
      await token.write.burnGas([true, 0n]);
      await depositWithGas(world, trade, 1, 6_000_000n);
      await expectRollback(trade);
    });

    it("a huge reason stays bounded, and a huge answer is read no further than its first word", async () => {
      const token = await world.home.viem.deployContract("HugeReturnToken");
      for (const [mode, outcome] of [
        [1, "FollowUpFailed"],
        [2, "LegReleased"],
      ] as const) {
        const trade = await tradeIn(token);
        await open(world, trade);
        await token.write.answer([0, 0n]);
        await deposit(world, trade, 0);
        await token.write.answer([mode, 100_000n]);
        const hash = await depositWithGas(world, trade, 1, 6_000_000n);
        const last = (await eventsOf(world.home, world.escrow.home, hash)).at(-1);
        expect(last?.eventName).to.equal(outcome);
        expect(String(last?.args.reason ?? "").length).to.be.at.most(2 + 2 * 256);
      }
    });

    it("valid call, one thing broken: a recipient is blocked, and the coordinator keeps the steps before the one that failed", async () => {
      const token = await world.home.viem.deployContract("BlocklistToken");
      const trade = await tradeIn(token);
      await token.write.setBlocked([openingOf(trade, 1).wallet, true]);
      await deposit(world, trade, 0);
      await deposit(world, trade, 1);
      await world.coordinator.write.createSettlement([trade.terms]);
      await open(world, trade);
      const events = await eventsOf(
        world.home,
        world.coordinator,
        await world.coordinator.write.advance([trade.terms]),
      );
      expect(events.map(({ eventName }) => eventName)).to.deep.equal(["StepFailed"]);
      const inner = await decodeRevert(events[0]?.args.reason as Hex);
      expect(inner.name).to.equal("KeystoneEscrow_PayoutFailed");
      expect(inner.args[0]).to.equal(0n);
      expect(await state(trade)).to.equal(STATE.AWAITING_DEPOSITS);
      const step = world.coordinator.write.transition([trade.terms, STATE.EXECUTING_SWAP, zeroHash]);
      await expectRevert(step, "KeystoneEscrow_PayoutFailed");
    });
  });

  describe("the caller's gas", () => {
    it("as a wallet estimates it carries the last deposit to the end", async () => {
      const trade = await dvp(world);
      await open(world, trade);
      await deposit(world, trade, 0);
      await deposit(world, trade, 1);
      expect(await state(trade)).to.equal(STATE.FINALIZED);
    });

    it("decides whether the last deposit is made, never how much of what it entails", async () => {
      const trade = await dvp(world);
      await open(world, trade);
      await deposit(world, trade, 0);
      const outcomes = new Set<string>();
      for (let gas = 90_000n; gas <= 330_000n; gas += 12_000n) {
        const back = await world.snapshot();
        const made = await depositWithGas(world, trade, 1, gas).then(
          () => true,
          () => false,
        );
        const { deposited } = await record(trade);
        expect([deposited, await state(trade)], `${gas}`).to.deep.equal(
          made ? [0b11, STATE.FINALIZED] : [0b01, STATE.AWAITING_DEPOSITS],
        );
        outcomes.add(String(made));
        await back();
      }
      expect(outcomes.size).to.equal(2);
    });

    it("valid call, one thing broken: too little to judge a payout by reverts the step to EXECUTE; of a message the other steps stand", async () => {
      const token = await world.home.viem.deployContract("GasBurningToken");
      const trade = await tradeIn(token);
      await deposit(world, trade, 0);
      await deposit(world, trade, 1);
      await world.coordinator.write.createSettlement([trade.terms]);
      await attest(world, trade);
      await token.write.burnGas([true, 0n]);
      const starved = world.coordinator.write.advance([trade.terms], { gas: 1_500_000n });
      await expectRevert(starved, "SettlementCoordinator_InsufficientGas");
      expect(await state(trade)).to.equal(STATE.INSTRUCTED);
      const account = await impersonate(world.home, world.addresses.messenger);
      const hash = await world.coordinator.write.advance([trade.terms], { gas: 1_500_000n, account });
      expect((await eventNames(world.home, world.coordinator, hash)).at(-1)).to.equal("StepFailed");
      expect(await state(trade)).to.equal(STATE.AWAITING_DEPOSITS);
      await token.write.burnGas([false, 0n]);
      await world.coordinator.write.advance([trade.terms]);
      expect(await state(trade)).to.equal(STATE.FINALIZED);
    });
  });

  describe("reentry", () => {
    /** What the token tried in the middle of its transfer came back with this error, and the trade went on. */
    async function expectRefused(token: Awaited<ReturnType<typeof deployReentrant>>, error: string) {
      expect(await token.read.calls()).to.not.equal(0n);
      expect(await token.read.lastOk()).to.equal(false);
      expect((await decodeRevert(await token.read.lastReturned())).name).to.equal(error);
    }
    const deployReentrant = () => world.home.viem.deployContract("ReentrantToken");
    const escrowCall = (functionName: string, args: readonly unknown[]) =>
      encodeFunctionData({ abi: world.escrow.home.abi as Abi, functionName, args });
    const coordinatorCall = (functionName: string, args: readonly unknown[]) =>
      encodeFunctionData({ abi: world.coordinator.abi as Abi, functionName, args });

    it("into the escrow is refused, at deposit and at payout", async () => {
      const victim = await dvp(world);
      await deposit(world, victim, 0);
      const token = await deployReentrant();
      const { terms } = victim;
      const calls = [
        escrowCall("depositLeg", [terms, 1n, openingOf(victim, 1).secret, []]),
        escrowCall("reveal", [terms, [openingOf(victim, 1)]]),
        escrowCall("notifyLocked", [terms]),
        escrowCall("notifyReleased", [terms]),
        escrowCall("claim", [terms, 0n]),
        escrowCall("release", [terms]),
        escrowCall("refundExpired", [terms]),
      ];
      for (const data of calls) {
        const trade = await tradeIn(token);
        await open(world, trade);
        await token.write.arm([world.addresses.escrow, data]);
        await deposit(world, trade, 0);
        await expectRefused(token, "KeystoneEscrow_Reentrancy");
        await deposit(world, trade, 1);
        await expectRefused(token, "KeystoneEscrow_Reentrancy");
        expect(await state(trade)).to.equal(STATE.FINALIZED);
      }
      expect(await record(victim)).to.deep.include({ deposited: 1, paid: 0 });
    });

    it("valid call, one thing broken: a reveal from within a token's transfer", async () => {
      const other = await dvp(world);
      const { partyIndex, wallet } = openingOf(other, 1);
      const args = [other.terms, [openingOf(other, 1)]] as const;
      const token = await deployReentrant();
      await token.write.arm([world.addresses.escrow, escrowCall("reveal", args)]);
      await deposit(world, await tradeIn(token), 0);
      await expectRefused(token, "KeystoneEscrow_Reentrancy");
      await world.escrow.home.write.reveal(args);
      expect(await world.escrow.home.read.walletOf([other.id, BigInt(partyIndex)])).to.equal(wallet);
    });

    it("into the frames of the escrow's own is refused", async () => {
      const victim = await dvp(world);
      await deposit(world, victim, 0);
      const token = await deployReentrant();
      const { token: bond, standard, tokenId, partition, amount } = legOf(victim, 0);
      for (const data of [
        escrowCall("transferOut", [
          { token: bond, standard, tokenId, partition },
          world.home.address(ROLES.stranger),
          amount,
        ]),
        escrowCall("followUp", [victim.id, victim.terms, true]),
        escrowCall("settle", [victim.terms]),
      ]) {
        const trade = await tradeIn(token);
        await token.write.arm([world.addresses.escrow, data]);
        await deposit(world, trade, 0);
        expect((await decodeRevert(await token.read.lastReturned())).name).to.match(/NotAuthorized|Reentrancy/);
      }
      expect(await held({ address: bond })).to.equal(amount);
    });

    it("valid call, one thing broken: into the coordinator, while it takes the verdict", async () => {
      const token = await deployReentrant();
      for (const functionName of ["advance", "timeout"]) {
        const trade = await tradeIn(token);
        await deposit(world, trade, 0);
        await deposit(world, trade, 1);
        await token.write.arm([world.addresses.coordinator, coordinatorCall(functionName, [trade.terms])]);
        await open(world, trade);
        await expectRefused(token, "SettlementCoordinator_Reentrancy");
        expect(await state(trade)).to.equal(STATE.FINALIZED);
        await token.write.arm(["0x0000000000000000000000000000000000000000", "0x"]);
      }
    });

    it("into the coordinator from a deposit cannot have another trade paid halfway", async () => {
      const ready = await dvp(world);
      await deposit(world, ready, 0);
      await deposit(world, ready, 1);
      await world.coordinator.write.createSettlement([ready.terms]);
      await attest(world, ready);

      const token = await deployReentrant();
      const trade = await tradeIn(token);
      await token.write.arm([world.addresses.coordinator, coordinatorCall("advance", [ready.terms])]);
      await depositWithGas(world, trade, 0, 12_000_000n);
      // The escrow is in the middle of a deposit: it settles nothing, so there is no verdict either.
      expect(await token.read.lastOk()).to.equal(true);
      expect(await world.coordinator.read.stateOf([ready.id])).to.deep.include({
        state: STATE.AWAITING_DEPOSITS,
        verdict: VERDICT.NONE,
      });
      await token.write.arm(["0x0000000000000000000000000000000000000000", "0x"]);
      await world.coordinator.write.advance([ready.terms]);
      expect(await state(ready)).to.equal(STATE.FINALIZED);
    });

    it("into the coordinator from a dispatch holds up what follows a lock, never the lock", async () => {
      const ended = await crossDvp(world);
      await until(world.home, ended.terms.settleDeadline);
      await world.coordinator.write.timeout([ended.terms]);
      const dispatched = coordinatorCall("dispatch", [ended.terms, BigInt(world.away.chainId)]);
      const caller = await world.home.viem.deployContract("BusyCaller");
      for (const trade of [await dvp(world), await crossDvp(world)]) {
        // Created only after the deposits, so that their own calls have nothing to go on with.
        for (const index of trade.terms.legs.keys()) {
          if (legOf(trade, index).chainId === BigInt(world.home.chainId)) await deposit(world, trade, index);
        }
        await world.escrow.home.write.reveal([trade.terms, [openingOf(trade, 1)]]);
        await world.coordinator.write.createSettlement([trade.terms]);
        await attest(world, trade);
        const locked = escrowCall("notifyLocked", [trade.terms]);
        const hash = await caller.write.call(
          [world.addresses.coordinator, dispatched, world.addresses.escrow, locked],
          { value: 10n ** 18n, gas: 14_000_000n },
        );
        expect(await caller.read.lastOk()).to.equal(true);
        const [failed] = await eventsOf(world.home, world.escrow.home, hash);
        expect(failed?.eventName).to.equal("FollowUpFailed");
        expect((await decodeRevert(failed?.args.reason as Hex)).name).to.equal("SettlementCoordinator_Reentrancy");
        expect(await record(trade)).to.deep.include({ locked: true, paid: 0 });
        expect(await state(trade)).to.equal(STATE.INSTRUCTED);
        await world.escrow.home.write.notifyLocked([trade.terms]);
        const whole = trade.terms.legs.every(({ chainId }) => chainId === BigInt(world.home.chainId));
        expect(await state(trade)).to.equal(whole ? STATE.FINALIZED : STATE.AWAITING_DEPOSITS);
      }
    });

    it("into the coordinator from a dispatch holds up what follows a payment, never the payment", async () => {
      const token = await world.home.viem.deployContract("BlocklistToken");
      const trade = await tradeIn(token, await crossDvp(world));
      const away = BigInt(world.away.chainId);
      const recipient = openingOf(trade, 1).wallet;
      await open(world, trade);
      await deposit(world, trade, 0, { openings: [openingOf(trade, 1)] });
      await token.write.setBlocked([recipient, true]);
      const account = await impersonate(world.home, world.addresses.messenger);
      await world.coordinator.write.recordLocked([trade.id, away], { account });
      await world.coordinator.write.advance([trade.terms]);
      expect(await record(trade)).to.deep.include({ paid: 0, claimable: 1 });
      await token.write.setBlocked([recipient, false]);

      const caller = await world.home.viem.deployContract("BusyCaller");
      const dispatched = coordinatorCall("dispatch", [trade.terms, away]);
      const hash = await caller.write.call(
        [world.addresses.coordinator, dispatched, world.addresses.escrow, escrowCall("claim", [trade.terms, 0n])],
        { value: 10n ** 18n, gas: 14_000_000n },
      );
      const [released, failed] = await eventsOf(world.home, world.escrow.home, hash);
      expect([released?.eventName, failed?.eventName]).to.deep.equal(["LegReleased", "FollowUpFailed"]);
      expect((await decodeRevert(failed?.args.reason as Hex)).name).to.equal("SettlementCoordinator_Reentrancy");
      expect(await token.read.balanceOf([recipient])).to.equal(legOf(trade, 0).amount);
    });

    it("by way of the endpoint cannot keep a verdict out", async () => {
      const token = await world.away.viem.deployContract("ReentrantToken");
      const base = await varyLeg(world, await crossDvp(world), 1, { token: getAddress(token.address) });
      await token.write.mint([openingOf(base, 1).wallet, legOf(base, 1).amount]);
      await until(world.home, base.terms.settleDeadline);
      await world.coordinator.write.timeout([base.terms]);
      const chainId = BigInt(world.away.chainId);
      const value = await world.coordinator.read.quoteDispatch([base.terms, chainId, true]);
      const [packet] = await packetsOf(
        world.home,
        await world.coordinator.write.dispatch([base.terms, chainId], { value }),
      );
      if (packet === undefined) throw new Error("Nothing was sent");
      await world.side.away.courier.verifyAndCommit(packet);
      const origin = { srcEid: packet.srcEid, sender: packet.sender, nonce: packet.nonce };
      const data = encodeFunctionData({
        abi: layerZeroArtifact("EndpointV2").abi,
        functionName: "lzReceive",
        args: [origin, world.addresses.messenger, packet.guid, packet.message, "0x"],
      });
      await token.write.arm([world.side.away.layerZero.endpoint, data]);

      await depositWithGas(world, base, 1, 12_000_000n);
      expect(await token.read.lastOk()).to.equal(true);
      const after = await world.escrow.away.read.stateOf([base.id]);
      expect(after).to.deep.include({ verdict: VERDICT.ROLLBACK, deposited: 0b10, locked: false, paid: 0 });
      await token.write.arm(["0x0000000000000000000000000000000000000000", "0x"]);
      await world.escrow.away.write.claim([base.terms, 1n]);
      expect(await world.escrow.away.read.legStatus([base.id, 1n])).to.equal(LEG.REFUNDED);
    });
  });
});
