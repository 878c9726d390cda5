import { expect } from "chai";
import { encodeFunctionData, getAddress, zeroHash } from "viem";
import { ROLES } from "./support/chain.ts";
import { attest } from "./support/compliance.ts";
import { packetsOf } from "./support/packets.ts";
import { expectRevert } from "./support/revert.ts";
import { dvp, open } from "./support/settle.ts";
import { GATE, STANDARD_RULESET, STATE, type Trade, VERDICT } from "./support/terms.ts";
import { crossDvp, eventNames, eventsOf, impersonate, until, vary } from "./support/trades.ts";
import { openWorld, type World } from "./support/world.ts";

const HOME_BIT = 1;
const AWAY_BIT = 2;

describe("SettlementCoordinator: reports and verdicts", function () {
  this.timeout(60_000);
  let world: World;
  let trade: Trade;
  let home: bigint;
  let away: bigint;
  let restore: () => Promise<void>;

  before(async () => {
    world = await openWorld();
    home = BigInt(world.home.chainId);
    away = BigInt(world.away.chainId);
    trade = await crossDvp(world);
    await impersonate(world.home, world.addresses.escrow);
    await impersonate(world.home, world.addresses.messenger);
    restore = await world.snapshot();
  });
  afterEach(() => restore());

  const asEscrow = () => ({ account: world.addresses.escrow });
  const asMessenger = () => ({ account: world.addresses.messenger });
  const stranger = () => world.home.address(ROLES.stranger);
  const record = () => world.coordinator.read.stateOf([trade.id]);

  describe("reports", () => {
    it("valid call, one thing broken: count from nobody but escrow and messenger, each in its own function", async () => {
      const { write } = world.coordinator;
      const refuse = (call: Promise<unknown>, caller: string) =>
        expectRevert(call, "SettlementCoordinator_NotAuthorized", [caller]);
      const { escrow, messenger } = world.addresses;
      for (const account of [stranger(), messenger]) {
        await refuse(write.reportLocked([trade.id], { account }), account);
        await refuse(write.reportReleased([trade.id], { account }), account);
        await refuse(write.reportSettled([trade.id, trade.terms.ruleset], { account }), account);
        await refuse(write.advanceReported([trade.id, trade.terms], { account }), account);
      }
      for (const account of [stranger(), escrow]) {
        await refuse(write.recordLocked([trade.id, away], { account }), account);
        await refuse(write.recordReleased([trade.id, away], { account }), account);
        await refuse(write.execute([trade.id, trade.terms, STATE.EXECUTING_SWAP, account], { account }), account);
      }
      expect(await record()).to.deep.include({ lockMask: 0, releaseMask: 0 });
    });

    it("valid call, one thing broken: by message never count for the coordinator's own chain or one without a row", async () => {
      for (const chainId of [home, 1n, 0n]) {
        const lock = world.coordinator.write.recordLocked([trade.id, chainId], asMessenger());
        await expectRevert(lock, "SettlementCoordinator_UnknownSource", [chainId]);
        const release = world.coordinator.write.recordReleased([trade.id, chainId], asMessenger());
        await expectRevert(release, "SettlementCoordinator_UnknownSource", [chainId]);
      }
      expect(await record()).to.deep.include({ lockMask: 0, releaseMask: 0 });
    });

    it("set the bit of the chain they come from, once", async () => {
      const { write, read } = world.coordinator;
      const [event] = await eventsOf(
        world.home,
        world.coordinator,
        await write.recordLocked([trade.id, away], asMessenger()),
      );
      expect(event).to.deep.include({ eventName: "LockReported", args: { settlementId: trade.id, chainId: away } });
      expect(await record()).to.deep.include({ lockMask: AWAY_BIT, created: false });
      expect([await read.isLocked([trade.id, home]), await read.isLocked([trade.id, away])]).to.deep.equal([
        false,
        true,
      ]);
      expect(await read.isLocked([trade.id, 1n])).to.equal(false);

      const again = await write.recordLocked([trade.id, away], asMessenger());
      expect(await eventNames(world.home, world.coordinator, again)).to.deep.equal([]);
      await write.reportLocked([trade.id], asEscrow());
      expect((await record()).lockMask).to.equal(HOME_BIT | AWAY_BIT);

      const released = await write.recordReleased([trade.id, away], asMessenger());
      expect(await eventNames(world.home, world.coordinator, released)).to.deep.equal(["ReleaseReported"]);
      await write.reportReleased([trade.id], asEscrow());
      expect((await record()).releaseMask).to.equal(HOME_BIT | AWAY_BIT);
      const repeated = await write.reportReleased([trade.id], asEscrow());
      expect(await eventNames(world.home, world.coordinator, repeated)).to.deep.equal([]);
    });

    it("for one chain do not make the verdict where the terms have legs on two", async () => {
      await open(world, trade);
      for (const [first, second] of [
        [home, away],
        [away, home],
      ] as const) {
        const back = await world.snapshot();
        await report(first);
        await world.coordinator.write.advance([trade.terms]);
        expect(await record()).to.deep.include({ state: STATE.AWAITING_DEPOSITS, verdict: VERDICT.NONE });
        await report(second);
        await world.coordinator.write.advance([trade.terms]);
        expect(await record()).to.deep.include({ verdict: VERDICT.EXECUTE });
        await back();
      }

      function report(chainId: bigint) {
        return chainId === home
          ? world.coordinator.write.reportLocked([trade.id], asEscrow())
          : world.coordinator.write.recordLocked([trade.id, chainId], asMessenger());
      }
    });

    it("of a release finalize only after EXECUTE, and only when every escrow has reported", async () => {
      await world.coordinator.write.recordReleased([trade.id, away], asMessenger());
      await world.coordinator.write.reportReleased([trade.id], asEscrow());
      await open(world, trade);
      expect((await record()).state).to.equal(STATE.AWAITING_DEPOSITS);

      const other = await crossDvp(world);
      await open(world, other);
      await world.coordinator.write.reportLocked([other.id], asEscrow());
      await world.coordinator.write.recordLocked([other.id, away], asMessenger());
      await world.coordinator.write.advance([other.terms]);
      for (const expected of [STATE.EXECUTING_SWAP, STATE.FINALIZED]) {
        if (expected === STATE.FINALIZED) await world.coordinator.write.reportReleased([other.id], asEscrow());
        else await world.coordinator.write.recordReleased([other.id, away], asMessenger());
        await world.coordinator.write.advance([other.terms]);
        expect((await world.coordinator.read.stateOf([other.id])).state).to.equal(expected);
      }
    });

    it("of a settlement paid in one go finalize it after EXECUTE, and else are no more than reports", async () => {
      const settled = () => world.coordinator.write.reportSettled([trade.id, trade.terms.ruleset], asEscrow());
      expect(await eventNames(world.home, world.coordinator, await settled())).to.deep.equal(["ReleaseReported"]);
      expect(await record()).to.deep.include({ created: false, releaseMask: HOME_BIT });
      await open(world, trade);
      expect(await eventNames(world.home, world.coordinator, await settled())).to.deep.equal([]);
      expect(await record()).to.deep.include({ state: STATE.AWAITING_DEPOSITS, verdict: VERDICT.NONE });
    });

    it("by the escrow go on for an id that was never created without a fault", async () => {
      const { result } = await world.coordinator.simulate.advanceReported([trade.id, trade.terms], asEscrow());
      expect(result).to.equal(VERDICT.NONE);
      await until(world.home, trade.terms.settleDeadline);
      await world.coordinator.write.timeout([trade.terms]);
      const after = await world.coordinator.simulate.advanceReported([trade.id, trade.terms], asEscrow());
      expect(after.result).to.equal(VERDICT.ROLLBACK);
    });
  });

  describe("dispatch", () => {
    const quote = (carryTerms: boolean) => world.coordinator.read.quoteDispatch([trade.terms, away, carryTerms]);
    const dispatch = (value: bigint, chainId = away, account = stranger()) =>
      world.coordinator.write.dispatch([trade.terms, chainId], { value, account });
    /** Length of the message that the transaction sent. */
    const sent = async (hash: `0x${string}`) =>
      (await packetsOf(world.home, hash)).map(({ message }) => (message.length - 2) / 2);

    async function rollBack() {
      await until(world.home, trade.terms.settleDeadline);
      await world.coordinator.write.timeout([trade.terms]);
    }

    it("valid call, one thing broken: reverts before the verdict", async () => {
      await open(world, trade);
      await expectRevert(dispatch(await quote(true)), "SettlementCoordinator_NoVerdict", [trade.id]);
    });

    it("valid call, one thing broken: reverts for the coordinator's own chain and for one without a leg", async () => {
      await rollBack();
      for (const chainId of [home, 1n]) {
        await expectRevert(dispatch(10n ** 17n, chainId), "SettlementCoordinator_NoLegOnChain", [chainId]);
      }
      const local = await dvp(world);
      await until(world.home, local.terms.settleDeadline);
      await world.coordinator.write.timeout([local.terms]);
      const call = world.coordinator.write.dispatch([local.terms, away], { value: 10n ** 17n });
      await expectRevert(call, "SettlementCoordinator_NoLegOnChain", [away]);
    });

    it("valid call, one thing broken: reverts when the value does not even pay for the bare message", async () => {
      await rollBack();
      const bare = await quote(false);
      await expectRevert(dispatch(bare - 1n), "SettlementCoordinator_InsufficientFee", [bare, bare - 1n]);
    });

    it("valid call, one thing broken: passes on why the messenger cannot price even the bare message", async () => {
      const young = await openWorld({ stage: "wired" });
      const { terms } = await crossDvp(young);
      await until(young.home, terms.settleDeadline);
      await young.coordinator.write.timeout([terms]);
      const call = young.coordinator.write.dispatch([terms, away], { value: 10n ** 17n });
      await expectRevert(call, "LayerZeroMessenger_NotSealed");
    });

    it("valid call, one thing broken: reverts without a reason where there is no messenger", async () => {
      await rollBack();
      const value = await quote(true);
      await world.home.helpers.setCode(world.addresses.messenger, "0x");
      const outcome = await dispatch(value).then(
        () => "sent",
        (error: Error) => (error.message.includes("without a reason") ? "no reason" : error.message),
      );
      expect(outcome).to.equal("no reason");
    });

    it("sends the bare message for its price, and the terms with it for theirs", async () => {
      await rollBack();
      const [bare, full] = [await quote(false), await quote(true)];
      expect(Number(full)).to.be.greaterThan(Number(bare));
      const [short] = await sent(await dispatch(bare));
      const [alsoShort] = await sent(await dispatch(full - 1n));
      const [long] = await sent(await dispatch(full));
      expect(alsoShort).to.equal(short);
      expect(long).to.be.greaterThan(short ?? 0);
    });

    it("says which verdict it sends, as often as it is asked to", async () => {
      await rollBack();
      for (let i = 0; i < 2; i += 1) {
        const hash = await dispatch(await quote(false));
        const [event] = await eventsOf(world.home, world.coordinator, hash);
        const [packet] = await packetsOf(world.home, hash);
        expect(event).to.deep.include({
          eventName: "VerdictDispatched",
          args: { settlementId: trade.id, chainId: away, verdict: VERDICT.ROLLBACK, guid: packet?.guid },
        });
      }
    });

    it("keeps nothing of the value", async () => {
      await rollBack();
      const full = await quote(true);
      const before = await world.home.client.getBalance({ address: stranger() });
      const hash = await dispatch(full + 12_345n);
      const { gasUsed, effectiveGasPrice } = await world.home.client.waitForTransactionReceipt({ hash });
      const after = await world.home.client.getBalance({ address: stranger() });
      expect(before - after - gasUsed * effectiveGasPrice).to.equal(full);
      expect(await world.home.client.getBalance({ address: world.addresses.coordinator })).to.equal(0n);
    });

    it("never spends what somebody else left with the coordinator", async () => {
      await rollBack();
      await world.home.helpers.setBalance(world.addresses.coordinator, 10n ** 18n);
      const bare = await quote(false);
      await expectRevert(dispatch(bare - 1n), "SettlementCoordinator_InsufficientFee", [bare, bare - 1n]);
      await dispatch(bare + 1n);
      expect(await world.home.client.getBalance({ address: world.addresses.coordinator })).to.equal(10n ** 18n);
    });

    it("valid call, one thing broken: reverts when the caller takes no value back", async () => {
      await rollBack();
      const owner = stranger();
      const wallet = await world.home.viem.deployContract("ContractWallet", [owner]);
      const full = await quote(true);
      const data = encodeFunctionData({
        abi: world.coordinator.abi,
        functionName: "dispatch",
        args: [trade.terms, away],
      });
      const execute = (value: bigint) =>
        wallet.write.execute([world.coordinator.address, value, data], { value, account: owner });
      await expectRevert(execute(full + 1n), "SettlementCoordinator_ValueReturnFailed", [
        getAddress(wallet.address),
        1n,
      ]);
      await execute(full);
    });

    it("goes to an id that was never created as well: that is how a path is proved", async () => {
      const dummy = await vary(world, trade, { settleDeadline: 1, depositDeadline: 1 });
      await world.coordinator.write.timeout([dummy.terms]);
      const value = await world.coordinator.read.quoteDispatch([dummy.terms, away, false]);
      const hash = await world.coordinator.write.dispatch([dummy.terms, away], { value });
      await world.deliverAll(world.home, hash);
      expect(await world.escrow.away.read.verdictOf([dummy.id])).to.equal(VERDICT.ROLLBACK);
    });
  });

  it("tells that DEPOSITS_LOCKED is satisfied when it is", async () => {
    await open(world, trade);
    await world.coordinator.write.reportLocked([trade.id], asEscrow());
    await world.coordinator.write.recordLocked([trade.id, away], asMessenger());
    const satisfied = async () => {
      const next = await world.coordinator.read.nextTransitions([trade.terms]);
      return next.find(({ gate }) => gate === GATE.DEPOSITS_LOCKED)?.satisfied;
    };
    expect(await satisfied()).to.equal(true);
    await attest(world, trade, { statuses: trade.terms.parties.map(() => 2), sequence: 2n });
    expect(await satisfied()).to.equal(false);
  });

  it("takes no verdict from an escrow that was told to settle and did not", async () => {
    const names = ["SettlementCoordinator", "SilentEscrow", "ComplianceRegistry", "LayerZeroMessenger"];
    const other = await openWorld({ stage: "deployed", children: names });
    const { coordinator } = other;
    await coordinator.write.registerRuleset([STANDARD_RULESET]);
    const ruleset = (await coordinator.simulate.registerRuleset([STANDARD_RULESET])).result;
    const local = await dvp(other, { changes: { ruleset } });
    await open(other, local);
    const escrow = await other.home.viem.getContractAt("SilentEscrow", other.addresses.escrow);
    await escrow.write.lock([local.id]);
    const [event] = await eventsOf(other.home, coordinator, await coordinator.write.advance([local.terms]));
    expect(event?.eventName).to.equal("StepFailed");
    const call = coordinator.write.transition([local.terms, STATE.EXECUTING_SWAP, zeroHash]);
    await expectRevert(call, "SettlementCoordinator_PayoutIncomplete", [local.id]);
    expect((await coordinator.read.stateOf([local.id])).verdict).to.equal(VERDICT.NONE);
  });
});
