import { expect } from "chai";
import fc from "fast-check";
import { type Address, type Hash, keccak256, stringToHex } from "viem";
import { ROLES } from "./support/chain.ts";
import { type Doubles, MODE, openDoubles, sendReport, sendVerdict } from "./support/doubles.ts";
import { eventsOf } from "./support/events.ts";
import { executeWithGas } from "./support/mail.ts";
import { gasOf, type Packet } from "./support/packets.ts";
import { revertOf } from "./support/revert.ts";
import { dvp } from "./support/settle.ts";
import { MESSAGE, type Terms, type Trade, VERDICT } from "./support/terms.ts";
import { settlementId } from "./support/terms-hash.ts";
import type { World } from "./support/world.ts";

describe("LayerZeroMessenger: gas", function () {
  this.timeout(120_000);
  let doubles: Doubles;
  let world: World;
  let trade: Trade;
  let restore: () => Promise<void>;

  before(async () => {
    doubles = await openDoubles();
    world = doubles.world;
    trade = await dvp(world, { cashOn: world.away });
    restore = await world.snapshot();
  });
  afterEach(() => restore());

  /** Delivers a committed packet with exactly this much gas for the endpoint's call. */
  function execute(packet: Packet, gasLimit: bigint): Promise<Hash> {
    const side = packet.dstEid === world.home.eid ? "home" : "away";
    return executeWithGas(world[side], world.side[side].layerZero.endpoint, packet, gasLimit);
  }

  async function outcomeAtHome(packet: Packet, gasLimit: bigint) {
    const before = {
      recorded: await doubles.coordinator.read.recorded(),
      wentOn: await doubles.coordinator.read.wentOn(),
    };
    let reverted: string | undefined;
    let ignored = 0;
    try {
      const hash = await execute(packet, gasLimit);
      ignored = (await eventsOf(world.home, hash, world.messenger.home, "MessageIgnored")).length;
    } catch (error) {
      reverted = await revertOf(Promise.reject(error)).then(
        ({ name }) => name,
        () => "without a name",
      );
    }
    return {
      reverted,
      ignored,
      recorded: (await doubles.coordinator.read.recorded()) - before.recorded,
      wentOn: (await doubles.coordinator.read.wentOn()) - before.wentOn,
    };
  }

  /** As large as terms may be: 32 parties, 8 attesters, and as many legs with 4 fees as fit. */
  function largest(): Terms {
    const [leg] = trade.terms.legs;
    if (leg === undefined) throw new Error("No leg");
    const fee = { recipient: world.home.address(ROLES.feeRecipient), amount: 1n };
    const parties = Array.from({ length: 32 }, (_, i) => keccak256(stringToHex(`party ${i}`)));
    const attesters = Array.from({ length: 8 }, (_, i) => `0x${(i + 1).toString(16).padStart(40, "0")}` as Address);
    const legs = Array.from({ length: 9 }, () => ({ ...leg, fees: [fee, fee, fee, fee] }));
    return { ...trade.terms, parties, attesters, threshold: 8, legs };
  }

  it("that a message was paid for is enough to record it and to go on", async () => {
    for (const terms of [trade.terms, largest()]) {
      const one = { ...trade, terms, id: settlementId(terms) };
      for (const carryTerms of [false, true]) {
        for (const kind of [MESSAGE.LOCKED, MESSAGE.RELEASED]) {
          const packet = await sendReport(doubles, one, { kind, carryTerms });
          await world.side.home.courier.verifyAndCommit(packet);
          expect(await outcomeAtHome(packet, gasOf(packet))).to.deep.equal({
            reverted: undefined,
            ignored: 0,
            recorded: 1n,
            wentOn: carryTerms ? 1n : 0n,
          });
        }
        const verdict = await sendVerdict(doubles, one, VERDICT.EXECUTE, { carryTerms });
        await world.side.away.courier.verifyAndCommit(verdict);
        await execute(verdict, gasOf(verdict));
      }
    }
    expect(await doubles.escrow.away.read.recorded()).to.equal(4n);
    expect(await doubles.escrow.away.read.wentOn()).to.equal(2n);
  });

  it("reaches the callee in the measure that the message was paid for", async () => {
    // One leg at home: 400,000 for the steps and 200,000 for the payment, of which the double itself takes some.
    await doubles.coordinator.write.behave([MODE.OBEY, MODE.USE_GAS, 550_000n]);
    const packet = await sendReport(doubles, trade, { carryTerms: true });
    await world.side.home.courier.verifyAndCommit(packet);
    expect(await outcomeAtHome(packet, gasOf(packet))).to.deep.include({ ignored: 0, recorded: 1n, wentOn: 1n });
  });

  it("valid call, one thing broken: too little to record leaves the message to somebody with more", async () => {
    const packet = await sendReport(doubles, trade);
    await world.side.home.courier.verifyAndCommit(packet);
    expect(await outcomeAtHome(packet, 100_000n)).to.deep.equal({
      reverted: "LayerZeroMessenger_InsufficientGas",
      ignored: 0,
      recorded: 0n,
      wentOn: 0n,
    });
    await world.side.home.courier.execute(packet, { from: ROLES.stranger });
    expect(await doubles.coordinator.read.recorded()).to.equal(1n);
  });

  it("valid call, one thing broken: less than a record may need, though this one would need less", async () => {
    const packet = await sendReport(doubles, trade);
    await world.side.home.courier.verifyAndCommit(packet);
    const tooLittle = 140_000n;
    expect(await outcomeAtHome(packet, tooLittle)).to.deep.include({
      reverted: "LayerZeroMessenger_InsufficientGas",
      recorded: 0n,
    });
    const receipt = await world.home.client.getTransactionReceipt({ hash: await execute(packet, 160_000n) });
    expect(await doubles.coordinator.read.recorded()).to.equal(1n);
    expect(receipt.gasUsed < tooLittle, `it took ${receipt.gasUsed}`).to.equal(true);
  });

  it("valid call, one thing broken: too little to go on leaves the whole message to somebody with more", async () => {
    const packet = await sendReport(doubles, trade, { carryTerms: true });
    await world.side.home.courier.verifyAndCommit(packet);
    expect(await outcomeAtHome(packet, gasOf(packet) - 200_000n)).to.deep.equal({
      reverted: "LayerZeroMessenger_InsufficientGas",
      ignored: 0,
      recorded: 0n,
      wentOn: 0n,
    });
    await world.side.home.courier.execute(packet, { from: ROLES.stranger });
    expect(await doubles.coordinator.read.recorded()).to.equal(1n);
    expect(await doubles.coordinator.read.wentOn()).to.equal(1n);
  });

  it("valid call, one thing broken: a record that burns without end never consumes the message", async () => {
    await doubles.coordinator.write.behave([MODE.BURN_GAS, MODE.OBEY, 0n]);
    const packet = await sendReport(doubles, trade);
    await world.side.home.courier.verifyAndCommit(packet);
    expect(await outcomeAtHome(packet, 1_000_000n)).to.deep.include({
      reverted: "LayerZeroMessenger_InsufficientGas",
      recorded: 0n,
    });
    await doubles.coordinator.write.behave([MODE.OBEY, MODE.OBEY, 0n]);
    await world.side.home.courier.execute(packet);
    expect(await doubles.coordinator.read.recorded()).to.equal(1n);
  });

  it("chosen by an executor who wants to hurt gives all or nothing", async () => {
    await fc.assert(
      fc.asyncProperty(fc.boolean(), fc.double({ min: 0.02, max: 1.1, noNaN: true }), async (large, share) => {
        const terms = large ? largest() : trade.terms;
        const one = { ...trade, terms, id: settlementId(terms) };
        const packet = await sendReport(doubles, one, { carryTerms: true });
        await world.side.home.courier.verifyAndCommit(packet);
        const gasLimit = (gasOf(packet) * BigInt(Math.round(share * 10_000))) / 10_000n;
        const { reverted, ...rest } = await outcomeAtHome(packet, gasLimit);
        const nothing = { ignored: 0, recorded: 0n, wentOn: 0n };
        const all = { ignored: 0, recorded: 1n, wentOn: 1n };
        expect(rest, `${gasLimit} of ${gasOf(packet)}`).to.deep.equal(reverted === undefined ? all : nothing);
      }),
      { numRuns: 60 },
    );
  });
});
