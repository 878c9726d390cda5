import { expect } from "chai";
import { concat, toHex } from "viem";
import { type Chain, ROLES } from "./support/chain.ts";
import { eventsOf } from "./support/events.ts";
import { executeWithGas, mailOf } from "./support/mail.ts";
import { encodeMessage, encodeTerms } from "./support/messages.ts";
import { forgePacket, type Packet } from "./support/packets.ts";
import { expectRevert } from "./support/revert.ts";
import { balanceOf, deposit, open } from "./support/settle.ts";
import { LEG, MESSAGE, STATE, type Trade, VERDICT } from "./support/terms.ts";
import { crossDvp, gasOf, legOf, openingOf, until } from "./support/trades.ts";
import { openWorld, type World } from "./support/world.ts";

const MONTH = 30 * 86_400;
/** What a delivery that only records may cost, as a whole transaction. */
const HANDLER_GAS = 60_000;

describe("what the channel may do with a message of a trade, over LayerZero's own contracts", function () {
  this.timeout(120_000);
  let world: World;
  let mail: ReturnType<typeof mailOf>;
  let trade: Trade;
  let restore: () => Promise<void>;

  /** Bond at home and cash away, both locked; the path from away has been used, and the report of this trade is on its way. */
  let locked: Packet;
  before(async () => {
    world = await openWorld();
    mail = mailOf(world);
    await world.deliver(await mail.lock(await crossDvp(world), 1));
    trade = await crossDvp(world);
    await open(world, trade);
    await deposit(world, trade, 0, { openings: trade.openings });
    locked = await mail.lock(trade, 1);
    restore = await world.snapshot();
  });
  afterEach(() => restore());

  const courier = (chain: Chain) => (chain === world.home ? world.side.home : world.side.away).courier;
  const state = async () => (await world.coordinator.read.stateOf([trade.id])).state;
  const verdictAway = () => world.escrow.away.read.verdictOf([trade.id]);
  const statuses = async () => [
    await world.escrow.home.read.legStatus([trade.id, 0n]),
    await world.escrow.away.read.legStatus([trade.id, 1n]),
  ];
  const cashOf = (position: number) => balanceOf(world.away, legOf(trade, 1).token, openingOf(trade, position).wallet);
  async function execute(): Promise<Packet> {
    await world.deliver(locked);
    expect(await state()).to.equal(STATE.EXECUTING_SWAP);
    return mail.dispatch(trade);
  }
  async function rollBack(): Promise<Packet> {
    await until(world.home, trade.terms.settleDeadline);
    await world.coordinator.write.timeout([trade.terms]);
    return mail.dispatch(trade);
  }

  it("verified but not executed, it waits for anyone, and nothing moves on its account", async () => {
    await courier(world.home).verifyAndCommit(locked);
    await world.coordinator.write.advance([trade.terms]);
    expect(await state()).to.equal(STATE.AWAITING_DEPOSITS);
    await courier(world.home).execute(locked, { from: ROLES.stranger });
    expect(await state()).to.equal(STATE.EXECUTING_SWAP);

    const verdict = await mail.dispatch(trade);
    await courier(world.away).verifyAndCommit(verdict);
    await until(world.away, trade.terms.settleDeadline + MONTH);
    expect(await verdictAway()).to.equal(VERDICT.NONE);
    const { write } = world.escrow.away;
    await expectRevert(write.claim([trade.terms, 1n]), "KeystoneEscrow_NotDecided");
    await expectRevert(write.refundExpired([trade.terms]), "KeystoneEscrow_NotDecided");
    await expectRevert(write.notifyReleased([trade.terms]), "KeystoneEscrow_NotDecided");
    await courier(world.away).execute(verdict, { from: ROLES.stranger });
    expect(await statuses()).to.deep.equal([LEG.RELEASED, LEG.RELEASED]);
  });

  it("executed with too little gas it stays where it is, for a stranger with enough", async () => {
    const verdict = await execute();
    const { endpoint } = world.side.away.layerZero;
    await courier(world.away).verifyAndCommit(verdict);
    // Too little to record, to decode, and to pay: what was recorded before is undone with the rest.
    for (const gas of [120_000n, 250_000n, 600_000n]) {
      const call = executeWithGas(world.away, endpoint, verdict, gas);
      await expectRevert(call, "LayerZeroMessenger_InsufficientGas");
      expect(await verdictAway()).to.equal(VERDICT.NONE);
    }
    await courier(world.away).execute(verdict, { from: ROLES.stranger });
    expect(await statuses()).to.deep.equal([LEG.RELEASED, LEG.RELEASED]);
  });

  it("brought with extraData that looks like a verdict, like terms or like nothing, it says what it says", async () => {
    const verdict = await rollBack();
    const release = encodeMessage(MESSAGE.VERDICT, VERDICT.EXECUTE, trade.id, await encodeTerms(trade.terms));
    const before = await cashOf(1);
    await courier(world.away).verifyAndCommit(verdict);
    const back = await world.snapshot();
    for (const extraData of [release, await encodeTerms(trade.terms), toHex(new Uint8Array(60_000).fill(255))]) {
      await courier(world.away).execute(verdict, { extraData });
      expect(await verdictAway()).to.equal(VERDICT.ROLLBACK);
      expect(await statuses()).to.deep.equal([LEG.LOCKED, LEG.REFUNDED]);
      expect(await cashOf(1)).to.equal(before + legOf(trade, 1).amount);
      await back();
    }
  });

  it("misquoted by one of two verifiers it waits, and the lie is never taken", async () => {
    const verdict = await rollBack();
    const lie = forgePacket(verdict, { message: encodeMessage(MESSAGE.VERDICT, VERDICT.EXECUTE, trade.id) });
    const away = courier(world.away);
    await away.verify(verdict, ROLES.verifierA);
    await away.verify(lie, ROLES.verifierB);
    for (const accomplice of [ROLES.stranger, ROLES.executor, ROLES.relayer]) await away.verify(lie, accomplice);
    for (const packet of [verdict, lie]) {
      await expectRevert(away.commit(packet), "LZ_ULN_Verifying");
      await expectRevert(away.execute(packet), "LZ_InvalidNonce");
    }
    expect(await verdictAway()).to.equal(VERDICT.NONE);
    await away.verify(verdict, ROLES.verifierB);
    await away.commit(verdict);
    await expectRevert(away.commit(lie), "LZ_ULN_Verifying");
    await expectRevert(away.execute(lie), "LZ_PayloadHashNotFound");
    await away.execute(verdict);
    expect(await statuses()).to.deep.equal([LEG.LOCKED, LEG.REFUNDED]);
  });

  it("with too few confirmations from one verifier it waits until that one has seen enough", async () => {
    const verdict = await execute();
    const away = courier(world.away);
    await away.verify(verdict, ROLES.verifierA, 1_000n);
    await away.verify(verdict, ROLES.verifierB, 1n);
    await expectRevert(away.commit(verdict), "LZ_ULN_Verifying");
    // One that takes its word back before it is used is one that has not spoken.
    await away.verify(verdict, ROLES.verifierB, 2n);
    await away.verify(verdict, ROLES.verifierA, 0n);
    await expectRevert(away.commit(verdict), "LZ_ULN_Verifying");
    await away.verify(verdict, ROLES.verifierA, 2n);
    await away.commit(verdict);
    await away.execute(verdict);
    expect(await verdictAway()).to.equal(VERDICT.EXECUTE);
  });

  describe("verified again with another content, after a reorg of its chain", () => {
    let first: Packet;
    let second: Packet;
    let other: Trade;

    /** Two histories of the other chain: in one this trade's report has the nonce, in the final one another trade's. */
    beforeEach(async () => {
      other = await crossDvp(world);
      const fork = await world.away.helpers.takeSnapshot();
      first = await mail.notifyLocked(trade, false);
      await fork.restore();
      second = await mail.lock(other, 1, false);
      expect(second).to.deep.include({ nonce: first.nonce, guid: first.guid, header: first.header });
      expect(second.message).to.not.equal(first.message);
      // The nonce below, so that these two are held up by nothing.
      await courier(world.home).verifyAndCommit(locked);
    });
    const isLocked = ({ id }: Trade) => world.coordinator.read.isLocked([id, BigInt(world.away.chainId)]);

    it("before it is executed: the last word of both verifiers counts, and the first is worth nothing", async () => {
      const home = courier(world.home);
      await home.verifyAndCommit(first);
      await home.verify(second, ROLES.verifierA);
      await expectRevert(home.commit(second), "LZ_ULN_Verifying");
      await home.verify(second, ROLES.verifierB);
      await home.commit(second);
      await expectRevert(home.execute(first), "LZ_PayloadHashNotFound");
      await home.execute(second);
      expect([await isLocked(trade), await isLocked(other)]).to.deep.equal([false, true]);
    });

    it("after it is executed: it counts no more, for the channel takes a nonce once", async () => {
      const home = courier(world.home);
      await home.deliver(first);
      for (const verifier of [ROLES.verifierA, ROLES.verifierB]) await home.verify(second, verifier);
      await expectRevert(home.commit(second), "LZ_PathNotVerifiable");
      expect([await isLocked(trade), await isLocked(other)]).to.deep.equal([true, false]);
      // That is why confirmations mean finality. Whoever was left out reports again.
      await world.deliver(await mail.notifyLocked(other, false));
      expect(await isLocked(other)).to.equal(true);
    });
  });

  it("from a path of the wrong version or to another endpoint it is not even listened to", async () => {
    const home = courier(world.home);
    const version = { ...locked, header: concat(["0x02", `0x${locked.header.slice(4)}`]) };
    await expectRevert(home.verifyAndCommit(version), "LZ_ULN_InvalidPacketVersion");
    const elsewhere = forgePacket({ ...locked, dstEid: 1 }, {});
    await expectRevert(home.verifyAndCommit(elsewhere), "LZ_ULN_InvalidEid");
    const foreign = forgePacket(locked, { srcEid: 1 });
    await expectRevert(home.verifyAndCommit(foreign), "LZ_ULN_AtLeastOneDVN");
    await world.deliver(locked);
    expect(await state()).to.equal(STATE.EXECUTING_SWAP);
  });

  it(`costs at most ${HANDLER_GAS} gas where it only records, as a whole transaction`, async () => {
    const cost = async (packet: Packet) => {
      const chain = packet.dstEid === world.home.eid ? world.home : world.away;
      const hash = await world.deliver(packet);
      const messenger = chain === world.home ? world.messenger.home : world.messenger.away;
      expect(await eventsOf(chain, hash, messenger, "MessageReceived")).to.have.length(1);
      return Number(await gasOf(chain, hash));
    };
    // Nothing waits below, and both paths have been used: a nonce that is counted through or a first one would be the endpoint's cost.
    await world.deliver(locked);
    const one = await crossDvp(world);
    await open(world, one);
    await deposit(world, one, 0, { openings: one.openings });
    expect(await cost(await mail.lock(one, 1, false)), "LOCKED").to.be.at.most(HANDLER_GAS);
    await world.coordinator.write.advance([one.terms]);
    expect(await cost(await mail.dispatch(one, false)), "VERDICT").to.be.at.most(HANDLER_GAS);
    await world.escrow.away.write.release([one.terms]);
    expect(await cost(await mail.notifyReleased(one, false)), "RELEASED").to.be.at.most(HANDLER_GAS);

    const late = await crossDvp(world);
    await mail.lock(late, 1, false);
    await until(world.home, late.terms.settleDeadline);
    await world.coordinator.write.timeout([late.terms]);
    expect(await cost(await mail.dispatch(late, false)), "VERDICT to roll back").to.be.at.most(HANDLER_GAS);
  });
});
