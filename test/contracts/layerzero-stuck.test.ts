import { expect } from "chai";
import { layerZeroArtifact } from "./support/artifacts.ts";
import { ROLES } from "./support/chain.ts";
import { eventsOf } from "./support/events.ts";
import { mailOf } from "./support/mail.ts";
import { asPeer } from "./support/messages.ts";
import { forgePacket, type Packet } from "./support/packets.ts";
import { expectRevert } from "./support/revert.ts";
import { balanceOf, deposit, open } from "./support/settle.ts";
import { LEG, STATE, type Trade, VERDICT } from "./support/terms.ts";
import { crossDvp, eventNames, legOf, until } from "./support/trades.ts";
import { openWorld, type World } from "./support/world.ts";

const DAY = 86_400;
const DELAY = 7 * DAY;

describe("a message that its verifiers leave out, over LayerZero's own contracts", function () {
  this.timeout(120_000);
  let world: World;
  let mail: ReturnType<typeof mailOf>;
  let trade: Trade;
  let restore: () => Promise<void>;

  /** A trade with a verdict: the path home to away has delivered nonce 1, and every dispatch is one more. */
  before(async () => {
    world = await openWorld();
    mail = mailOf(world);
    trade = await crossDvp(world);
    await open(world, trade);
    await deposit(world, trade, 0, { openings: trade.openings });
    await world.deliver(await mail.lock(trade, 1));
    restore = await world.snapshot();
  });
  afterEach(() => restore());

  const home = () => BigInt(world.home.chainId);
  const courier = () => world.side.away.courier;
  const stranger = () => ({ account: world.away.address(ROLES.stranger) });
  const mark = (nonce: bigint, verified: bigint, chainId = home()) =>
    world.messenger.away.write.markStuck([chainId, nonce, verified], stranger());
  const skip = (nonce: bigint, chainId = home()) => world.messenger.away.write.skipStuck([chainId, nonce], stranger());
  const markedAt = (nonce: bigint) => world.messenger.away.read.markedAt([home(), nonce]);
  const pass = (seconds: number) => world.away.helpers.time.increase(seconds);
  const timeOf = async (hash: `0x${string}`) => {
    const { blockNumber } = await world.away.client.waitForTransactionReceipt({ hash });
    return Number((await world.away.client.getBlock({ blockNumber })).timestamp);
  };
  const status = () => world.escrow.away.read.legStatus([trade.id, 1n]);
  const lazyNonce = () =>
    world.away.client.readContract({
      address: world.side.away.layerZero.endpoint,
      abi: layerZeroArtifact("EndpointV2").abi,
      functionName: "lazyInboundNonce",
      args: [world.addresses.messenger, world.home.eid, asPeer(world.addresses.messenger)],
    });
  /** So many copies of the verdict, in the order of their nonces from 2 on. */
  async function copies(count: number): Promise<Packet[]> {
    const packets: Packet[] = [];
    for (let i = 0; i < count; i += 1) packets.push(await mail.dispatch(trade));
    expect(packets.map(({ nonce }) => nonce)).to.deep.equal(packets.map((_, i) => BigInt(i + 2)));
    return packets;
  }
  /** Copies 2, 3, 4, … of which the numbered ones are verified. */
  async function verified(count: number, ...nonces: number[]): Promise<(nonce: number) => Packet> {
    const packets = await copies(count);
    const at = (nonce: number) => packets[nonce - 2] ?? expect.fail(`nonce ${nonce} was not sent`);
    for (const nonce of nonces) await courier().verifyAndCommit(at(nonce));
    return at;
  }

  it("holds up what is verified behind it, until it is skipped seven days after somebody marked it", async () => {
    const at = await verified(2, 3);
    await expectRevert(courier().execute(at(3)), "LZ_InvalidNonce", [2n]);
    expect(await status()).to.equal(LEG.LOCKED);

    const hash = await mark(2n, 3n);
    const marked = await timeOf(hash);
    const [event] = await eventsOf(world.away, hash, world.messenger.away, "NonceMarked");
    expect(event?.args).to.deep.equal({ chainId: home(), nonce: 2n, skippableAt: BigInt(marked + DELAY) });
    expect(await markedAt(2n)).to.equal(BigInt(marked));
    expect(await world.messenger.away.read.STUCK_DELAY()).to.equal(BigInt(DELAY));

    await world.away.helpers.time.setNextBlockTimestamp(marked + DELAY);
    const skipped = await skip(2n);
    const [gone] = await eventsOf(world.away, skipped, world.messenger.away, "NonceSkipped");
    expect(gone?.args).to.deep.equal({ chainId: home(), nonce: 2n });
    await courier().execute(at(3), { from: ROLES.stranger });
    expect(await status()).to.equal(LEG.RELEASED);
  });

  it("can be the first that the path ever carried", async () => {
    // Nobody has reported from away to home yet in a fresh world, so home's endpoint stands at zero.
    const young = await openWorld();
    const letters = mailOf(young);
    const one = await crossDvp(young);
    await open(young, one);
    await deposit(young, one, 0, { openings: one.openings });
    const lost = await letters.lock(one, 1);
    const again = await letters.notifyLocked(one);
    expect([lost.nonce, again.nonce]).to.deep.equal([1n, 2n]);
    await young.side.home.courier.verifyAndCommit(again);
    const away = BigInt(young.away.chainId);
    await young.messenger.home.write.markStuck([away, 1n, 2n]);
    await until(young.home, (await young.home.helpers.time.latest()) + DELAY);
    await young.messenger.home.write.skipStuck([away, 1n]);
    await young.side.home.courier.execute(again);
    // A week is more than the trade had: the lock counts, and the verdict is the timeout's.
    expect(await young.coordinator.read.stateOf([one.id])).to.deep.include({ lockMask: 3, state: STATE.TIMED_OUT });
    await young.escrow.home.write.refundExpired([one.terms]);
    await young.deliver(await letters.dispatch(one));
    expect([
      await young.escrow.home.read.legStatus([one.id, 0n]),
      await young.escrow.away.read.legStatus([one.id, 1n]),
    ]).to.deep.equal([LEG.REFUNDED, LEG.REFUNDED]);
  });

  it("is lost once skipped, however late its verifiers come, and its content is sent again", async () => {
    const at = await verified(2, 3);
    await mark(2n, 3n);
    await pass(DELAY);
    await skip(2n);
    await courier().verify(at(2), ROLES.verifierA);
    await courier().verify(at(2), ROLES.verifierB);
    await expectRevert(courier().commit(at(2)), "LZ_PathNotVerifiable");
    await expectRevert(courier().execute(at(2)), "LZ_PayloadHashNotFound");
    expect(await status()).to.equal(LEG.LOCKED);
    // Also when the copy behind it is never executed: another one overtakes it.
    await world.deliver(await mail.dispatch(trade));
    expect(await status()).to.equal(LEG.RELEASED);
    await courier().execute(at(3));
    expect(await balanceOf(world.away, legOf(trade, 1).token, world.addresses.escrow), "paid once").to.equal(0n);
  });

  it("is marked beside others, each skipped its own week later, the lowest first", async () => {
    // 2, 3 and 5 are left out; 4 and 6 are verified.
    const at = await verified(5, 4, 6);
    const first = await timeOf(await mark(5n, 6n));
    await pass(DAY);
    const second = await timeOf(await mark(2n, 4n));
    await mark(3n, 6n);

    await until(world.away, first + DELAY);
    await expectRevert(skip(5n), "LayerZeroMessenger_LowerNonceFirst", [home(), 2n]);
    await expectRevert(skip(2n), "LayerZeroMessenger_NotSkippableYet");
    await until(world.away, second + DELAY + 60);
    await expectRevert(skip(3n), "LayerZeroMessenger_LowerNonceFirst", [home(), 2n]);
    await skip(2n);
    await expectRevert(skip(5n), "LayerZeroMessenger_LowerNonceFirst", [home(), 3n]);
    await skip(3n);
    await skip(5n);
    for (const nonce of [6, 4]) await courier().execute(at(nonce));
    expect(await lazyNonce()).to.equal(6n);
    expect(await status()).to.equal(LEG.RELEASED);
  });

  it("leaves what was verified below it executable, and open to another verification until then", async () => {
    const at = await verified(3, 2, 4);
    await mark(3n, 4n);
    await pass(DELAY);
    await skip(3n);
    expect(await lazyNonce(), "past a nonce that waits").to.equal(3n);
    await courier().verifyAndCommit(at(2));
    await courier().execute(at(2));
    expect(await status()).to.equal(LEG.RELEASED);
    await expectRevert(courier().verifyAndCommit(at(2)), "LZ_PathNotVerifiable");
    await courier().execute(at(4));
  });

  describe("verification cancels the mark", () => {
    for (const [when, seconds] of [
      ["during the delay", DAY],
      ["after it, before the skip", DELAY + DAY],
    ] as const) {
      it(when, async () => {
        const at = await verified(2, 3);
        await mark(2n, 3n);
        await pass(seconds);
        await courier().verifyAndCommit(at(2));
        await pass(DELAY);
        await expectRevert(skip(2n), "LayerZeroMessenger_NotStuck", [home(), 2n]);
        await courier().execute(at(2));
        expect(await status()).to.equal(LEG.RELEASED);
        await expectRevert(skip(2n), "LayerZeroMessenger_NotStuck", [home(), 2n]);
        await courier().execute(at(3));
        await expectRevert(skip(2n), "LayerZeroMessenger_NotStuck", [home(), 2n]);
      });
    }

    it("also behind another gap", async () => {
      const at = await verified(3, 4);
      await mark(2n, 4n);
      await mark(3n, 4n);
      await courier().verifyAndCommit(at(3));
      await pass(DELAY);
      await expectRevert(skip(3n), "LayerZeroMessenger_NotStuck", [home(), 3n]);
      await skip(2n);
      await courier().execute(at(3));
      expect(await status()).to.equal(LEG.RELEASED);
    });

    it("when it is in the channel, not while it lies with the library, where anyone may fetch it", async () => {
      const at = await verified(2, 3);
      await mark(2n, 3n);
      for (const verifier of [ROLES.verifierA, ROLES.verifierB]) await courier().verify(at(2), verifier);
      await pass(DELAY);
      const back = await world.snapshot();
      await courier().commit(at(2));
      await expectRevert(skip(2n), "LayerZeroMessenger_NotStuck", [home(), 2n]);
      await back();
      await skip(2n);
      await expectRevert(courier().commit(at(2)), "LZ_PathNotVerifiable");
    });
  });

  it("is marked once and skipped once; again is nothing, and nobody is hurt by being overtaken", async () => {
    const at = await verified(3, 3);
    const marked = await timeOf(await mark(2n, 3n));
    await pass(DAY);
    expect(await eventNames(world.away, world.messenger.away, await mark(2n, 3n))).to.deep.equal([]);
    expect(await markedAt(2n), "the first time stays").to.equal(BigInt(marked));
    await pass(DELAY);
    await skip(2n);
    expect(await eventNames(world.away, world.messenger.away, await skip(2n))).to.deep.equal([]);
    expect(await eventNames(world.away, world.messenger.away, await mark(2n, 3n))).to.deep.equal([]);
    expect(await lazyNonce()).to.equal(2n);
    // A mark made twice is no mark of another nonce.
    await courier().verifyAndCommit(at(4));
    expect(await markedAt(4n)).to.equal(0n);
  });

  it("cannot be named before it was sent, unless the verifiers forge; then copies are lost and nothing else", async () => {
    const at = await verified(1, 2);
    for (const verifiedNonce of [2n, 4n, 1_000n]) {
      await expectRevert(mark(3n, verifiedNonce), "LayerZeroMessenger_NotVerifiedAbove", [home(), 3n, verifiedNonce]);
    }
    await courier().verifyAndCommit(forgePacket(at(2), { nonce: 1_000n }));
    await mark(3n, 1_000n);
    await pass(DELAY);
    await skip(3n);
    const lost = await mail.dispatch(trade);
    expect(lost.nonce).to.equal(3n);
    await expectRevert(courier().verifyAndCommit(lost), "LZ_PathNotVerifiable");
    await world.deliver(await mail.dispatch(trade));
    expect(await world.escrow.away.read.verdictOf([trade.id])).to.equal(VERDICT.EXECUTE);
    expect(await status()).to.equal(LEG.RELEASED);
  });

  describe("markStuck", () => {
    it("valid call, one thing broken: the nonce is verified, executed, skipped or none", async () => {
      const at = await verified(4, 3, 5);
      for (const nonce of [0n, 1n, 3n]) {
        await expectRevert(mark(nonce, 5n), "LayerZeroMessenger_NotStuck", [home(), nonce]);
      }
      await mark(2n, 3n);
      await pass(DELAY);
      await skip(2n);
      await courier().execute(at(3));
      await expectRevert(mark(3n, 5n), "LayerZeroMessenger_NotStuck", [home(), 3n]);
      await mark(4n, 5n);
    });

    it("valid call, one thing broken: the other nonce is not above it, not verified, or executed", async () => {
      await verified(4, 3);
      for (const nonce of [0n, 1n, 2n, 4n, 5n, 2n ** 64n - 1n]) {
        await expectRevert(mark(2n, nonce), "LayerZeroMessenger_NotVerifiedAbove", [home(), 2n, nonce]);
      }
      await expectRevert(mark(4n, 3n), "LayerZeroMessenger_NotVerifiedAbove", [home(), 4n, 3n]);
      expect(await markedAt(2n)).to.equal(0n);
      await mark(2n, 3n);
    });

    it("valid call, one thing broken: the chain is this one or has no row", async () => {
      await verified(2, 3);
      for (const chainId of [0n, 10n, BigInt(world.away.chainId)]) {
        await expectRevert(mark(2n, 3n, chainId), "LayerZeroMessenger_NoPath", [chainId]);
        await expectRevert(skip(2n, chainId), "LayerZeroMessenger_NoPath", [chainId]);
      }
      await mark(2n, 3n);
    });
  });

  describe("skipStuck", () => {
    it("valid call, one thing broken: nobody marked it", async () => {
      await verified(3, 4);
      await mark(3n, 4n);
      await pass(DELAY);
      await expectRevert(skip(2n), "LayerZeroMessenger_NotMarked", [home(), 2n]);
      await mark(2n, 4n);
      await pass(DELAY);
      await skip(2n);
    });

    it("valid call, one thing broken: it comes a second early", async () => {
      await verified(2, 3);
      const marked = await timeOf(await mark(2n, 3n));
      const skippableAt = marked + DELAY;
      const back = await world.snapshot();
      await world.away.helpers.time.setNextBlockTimestamp(skippableAt - 1);
      await expectRevert(skip(2n), "LayerZeroMessenger_NotSkippableYet", [
        BigInt(skippableAt),
        BigInt(skippableAt - 1),
      ]);
      await back();
      await world.away.helpers.time.setNextBlockTimestamp(skippableAt);
      await skip(2n);
    });

    it("valid call, one thing broken: a lower nonce is unverified too, and was never marked", async () => {
      const at = await verified(3, 4);
      await mark(3n, 4n);
      await pass(DELAY);
      await expectRevert(skip(3n), "LayerZeroMessenger_LowerNonceFirst", [home(), 2n]);
      await courier().verifyAndCommit(at(2));
      await skip(3n);
      for (const nonce of [4, 2]) await courier().execute(at(nonce));
    });
  });

  it("valid call, one thing broken: the messenger is only wired", async () => {
    const young = await openWorld({ stage: "wired" });
    const path = BigInt(young.home.chainId);
    await expectRevert(young.messenger.away.write.markStuck([path, 1n, 2n]), "LayerZeroMessenger_NotSealed");
    await expectRevert(young.messenger.away.write.skipStuck([path, 1n]), "LayerZeroMessenger_NotSealed");
  });
});
