import { expect } from "chai";
import { type Abi, type Address, encodeFunctionData, type Hex, parseEther } from "viem";
import { ROLES } from "./support/chain.ts";
import { packetsOf } from "./support/packets.ts";
import { deployPermit2, PERMIT2 } from "./support/permit2.ts";
import { decodeRevert, expectRevert } from "./support/revert.ts";
import { balanceOf, deposit, open } from "./support/settle.ts";
import { permit2TypedData } from "./support/signing.ts";
import { buildTrade, LEG, STATE, type Trade, VERDICT } from "./support/terms.ts";
import { crossDvp, eventNames, legOf, openingOf } from "./support/trades.ts";
import { openWorld, type World } from "./support/world.ts";

const AMOUNT = 5_000_000n;
const FAR = 2n ** 48n;
const PLENTY = parseEther("0.1");

// The code that takes a signed deposit is another than the one that takes the others, and ends it itself.
describe("KeystoneEscrow: an authorized deposit that completes the lock", function () {
  this.timeout(60_000);
  let world: World;
  let restore: () => Promise<void>;
  before(async () => {
    world = await openWorld();
    for (const chain of [world.home, world.away]) await deployPermit2(chain);
    restore = await world.snapshot();
  });
  afterEach(() => restore());

  interface Sending {
    value?: bigint;
    gas?: bigint;
    openings?: Trade["openings"];
  }
  /** The buyer's leg 1, by Permit2, sent by the relayer. */
  async function send(side: "home" | "away", trade: Trade, { openings = [], ...how }: Sending = {}): Promise<Hex> {
    const opening = openingOf(trade, 1);
    const data = permit2TypedData(trade, 1, { nonce: 7n, deadline: FAR });
    const signature = await world[side].account(ROLES.buyer).signTypedData(data);
    const args = [trade.terms, 1n, opening.secret, openings, opening.wallet, 7n, FAR, signature] as const;
    const account = world[side].address(ROLES.relayer);
    return world.escrow[side].write.depositLegWithPermit2(args, { account, ...how });
  }
  async function approve(side: "home" | "away", token: Address): Promise<void> {
    const contract = await world[side].viem.getContractAt("TestToken", token);
    await contract.write.approve([PERMIT2, 2n ** 256n - 1n], { account: world[side].address(ROLES.buyer) });
  }
  const bondAgainst = (token: Address) =>
    buildTrade(world, {
      legs: [
        { chain: world.home, token: world.side.home.bond, amount: 10n ** 18n, from: 0, to: 1 },
        { chain: world.home, token, amount: AMOUNT, from: 1, to: 0 },
      ],
      accounts: [ROLES.seller, ROLES.buyer],
    });
  const state = async (trade: Trade) => (await world.coordinator.read.stateOf([trade.id])).state;

  it("on the other chain reports it by a message with the terms, for what the message costs", async () => {
    const trade = await crossDvp(world);
    const relayer = world.away.address(ROLES.relayer);
    await open(world, trade);
    await deposit(world, trade, 0, { openings: [openingOf(trade, 1)] });
    await approve("away", legOf(trade, 1).token);
    const fee = await world.escrow.away.read.quoteLocked([trade.terms, true]);
    const before = await world.away.client.getBalance({ address: relayer });
    const hash = await send("away", trade, { value: PLENTY, openings: [openingOf(trade, 0)] });
    const { gasUsed, effectiveGasPrice } = await world.away.client.waitForTransactionReceipt({ hash });
    const spent = before - (await world.away.client.getBalance({ address: relayer }));
    expect(spent).to.equal(fee + gasUsed * effectiveGasPrice);
    expect(await world.away.client.getBalance({ address: world.addresses.escrow })).to.equal(0n);
    expect(await eventNames(world.away, world.escrow.away, hash)).to.include.members(["LegDeposited", "LegsLocked"]);

    const packets = await packetsOf(world.away, hash);
    expect(packets.length).to.equal(1);
    for (const packet of packets) await world.deliver(packet);
    expect(await world.coordinator.read.verdictOf([trade.id])).to.equal(VERDICT.EXECUTE);
    expect(await world.escrow.home.read.legStatus([trade.id, 0n])).to.equal(LEG.RELEASED);
  });

  it("counts a payout as failed only where the gas could have paid", async () => {
    const token = await world.home.viem.deployContract("BlocklistToken");
    await token.write.mint([world.home.address(ROLES.buyer), AMOUNT]);
    await approve("home", token.address);
    const trade = await bondAgainst(token.address);
    await open(world, trade);
    await deposit(world, trade, 0);
    await token.write.setBlocked([openingOf(trade, 0).wallet, true]);
    // Two legs, two million each.
    await expectRevert(send("home", trade, { gas: 4_000_000n }), "KeystoneEscrow_InsufficientGas");
    const names = await eventNames(world.home, world.escrow.home, await send("home", trade, { gas: 5_000_000n }));
    expect(names).to.include.members(["LegDeposited", "LegsLocked", "FollowUpFailed"]);
    expect(await state(trade)).to.equal(STATE.AWAITING_DEPOSITS);
    await token.write.setBlocked([openingOf(trade, 0).wallet, false]);
    await world.escrow.home.write.notifyLocked([trade.terms]);
    expect(await state(trade)).to.equal(STATE.FINALIZED);
  });

  it("is not reentered by its token, neither when it is taken nor when it is paid, and leaves the way free", async () => {
    const token = await world.home.viem.deployContract("ReentrantToken");
    await token.write.mint([world.home.address(ROLES.buyer), AMOUNT]);
    await approve("home", token.address);
    const trade = await bondAgainst(token.address);
    await open(world, trade);
    const ready = await world.snapshot();
    const { terms } = trade;
    const abi = world.escrow.home.abi as Abi;
    const inner: [functionName: string, args: readonly unknown[]][] = [
      ["depositLeg", [terms, 0n, openingOf(trade, 0).secret, []]],
      ["reveal", [terms, trade.openings]],
      ["notifyLocked", [terms]],
      ["claim", [terms, 1n]],
      ["waive", [terms, 1n]],
    ];
    const lastError = async () => (await decodeRevert(await token.read.lastReturned())).name;
    for (const [functionName, args] of inner) {
      const data = encodeFunctionData({ abi, functionName, args });
      await token.write.arm([world.addresses.escrow, data]);
      await send("home", trade);
      expect(await token.read.calls(), functionName).to.equal(1n);
      expect(await lastError(), functionName).to.equal("KeystoneEscrow_Reentrancy");
      await deposit(world, trade, 0);
      expect(await token.read.calls(), functionName).to.equal(2n);
      expect(await lastError(), functionName).to.equal("KeystoneEscrow_Reentrancy");
      expect(await state(trade)).to.equal(STATE.FINALIZED);
      await ready();

      // The other way round: the signed deposit is the last, so that it pays too.
      await token.write.arm([world.addresses.escrow, data]);
      await deposit(world, trade, 0);
      await send("home", trade);
      expect(await token.read.calls(), functionName).to.equal(2n);
      expect(await token.read.lastOk(), functionName).to.equal(false);
      expect(await state(trade)).to.equal(STATE.FINALIZED);
      expect(await balanceOf(world.home, token.address, openingOf(trade, 0).wallet)).to.equal(AMOUNT);
      await ready();
    }
  });
});
