import { expect } from "chai";
import { type Address, encodeFunctionData, getAddress, type Hex, zeroAddress } from "viem";
import { ROLES } from "./support/chain.ts";
import { packetsOf } from "./support/packets.ts";
import { expectRevert } from "./support/revert.ts";
import { balanceOf, deposit, dvp, open } from "./support/settle.ts";
import { LEG, STATE, type Trade, VERDICT, walletCommitment } from "./support/terms.ts";
import {
  crossDvp,
  eventNames,
  eventsOf,
  impersonate,
  legOf,
  openingOf,
  until,
  vary,
  varyLeg,
} from "./support/trades.ts";
import { openWorld, type World } from "./support/world.ts";

const SECRET: Hex = `0x${"5e".repeat(32)}`;

describe("KeystoneEscrow: deposits and the lock", function () {
  this.timeout(60_000);
  let world: World;
  let trade: Trade;
  let cross: Trade;
  let restore: () => Promise<void>;

  before(async () => {
    world = await openWorld();
    trade = await dvp(world);
    cross = await crossDvp(world);
    restore = await world.snapshot();
  });
  afterEach(() => restore());

  const sellerOf = (one: Trade) => openingOf(one, 0).wallet;
  const record = (one = trade, side: "home" | "away" = "home") => world.escrow[side].read.stateOf([one.id]);
  const NOTHING = {
    verdict: 0,
    locked: false,
    deposited: 0,
    paid: 0,
    claimable: 0,
    waived: 0,
    feesOwed: 0n,
    feeCursor: 0,
  };
  /** Sends a deposit as it is given, with approval for a leg of the standard trade. */
  async function send(
    one: Trade,
    leg: number,
    options: { secret?: Hex; account?: Address; side?: "home" | "away"; value?: bigint } = {},
  ) {
    const { secret = openingOf(one, 0).secret, account = sellerOf(one), side = "home", value = 0n } = options;
    return world.escrow[side].write.depositLeg([one.terms, BigInt(leg), secret, []], { account, value });
  }
  async function approve(one: Trade, index = 0) {
    const leg = legOf(one, index);
    const chain = leg.chainId === BigInt(world.home.chainId) ? world.home : world.away;
    const token = await chain.viem.getContractAt("TestToken", leg.token);
    await token.write.approve([leg.escrow, leg.amount], { account: sellerOf(one) });
  }

  describe("a deposit", () => {
    it("takes exactly the amount and says whose it is", async () => {
      const { token, amount } = legOf(trade, 0);
      const before = await balanceOf(world.home, token, sellerOf(trade));
      const events = await eventsOf(world.home, world.escrow.home, await deposit(world, trade, 0));
      const { secret, wallet, partyIndex } = openingOf(trade, 0);
      expect(events).to.have.length(2);
      expect(events[0]).to.deep.include({
        eventName: "RecipientRevealed",
        args: { settlementId: trade.id, partyIndex, wallet, secret },
      });
      expect(events[1]).to.deep.include({
        eventName: "LegDeposited",
        args: {
          settlementId: trade.id,
          legIndex: 0,
          depositor: wallet,
          secret,
          token: getAddress(token),
          tokenId: 0n,
          amount,
        },
      });
      expect(before - (await balanceOf(world.home, token, wallet))).to.equal(amount);
      expect(await balanceOf(world.home, token, world.addresses.escrow)).to.equal(amount);
      expect(await record()).to.deep.equal({ ...NOTHING, deposited: 1 });
      expect(await world.escrow.home.read.walletOf([trade.id, BigInt(partyIndex)])).to.equal(wallet);
    });

    it("made again by the same wallet is a no-op, at any time", async () => {
      const { token } = legOf(trade, 0);
      await deposit(world, trade, 0);
      const before = [await balanceOf(world.home, token, sellerOf(trade)), await record()];
      expect(await eventNames(world.home, world.escrow.home, await deposit(world, trade, 0))).to.deep.equal([]);
      await until(world.home, trade.terms.settleDeadline);
      expect(await eventNames(world.home, world.escrow.home, await deposit(world, trade, 0))).to.deep.equal([]);
      expect([await balanceOf(world.home, token, sellerOf(trade)), await record()]).to.deep.equal(before);
    });

    it("whose value nobody needs returns it", async () => {
      const before = await world.home.client.getBalance({ address: sellerOf(trade) });
      await approve(trade);
      const hash = await send(trade, 0, { value: 10n ** 18n });
      const paid = before - (await world.home.client.getBalance({ address: sellerOf(trade) }));
      expect(Number(paid)).to.be.lessThan(10 ** 17);
      expect(await world.home.client.getBalance({ address: world.addresses.escrow })).to.equal(0n);
      expect(hash).to.match(/^0x/);
    });

    it("can open further commitments", async () => {
      const hash = await deposit(world, trade, 0, { openings: [openingOf(trade, 1)] });
      expect(await eventNames(world.home, world.escrow.home, hash)).to.deep.equal([
        "RecipientRevealed",
        "LegDeposited",
        "RecipientRevealed",
      ]);
      expect(await world.escrow.home.read.walletOf([trade.id, 3n])).to.equal(openingOf(trade, 1).wallet);
    });
  });

  describe("valid call, one thing broken:", () => {
    const refusals: [what: string, call: () => Promise<unknown>, error: string, args: () => readonly unknown[]][] = [
      ["a leg that is not there", () => send(trade, 2), "KeystoneEscrow_UnknownLeg", () => [2n]],
      [
        "a leg of the other chain",
        () => send(cross, 1),
        "KeystoneEscrow_WrongChain",
        () => [1n, BigInt(world.away.chainId)],
      ],
      [
        "the same, seen from the other chain",
        () => send(cross, 0, { side: "away" }),
        "KeystoneEscrow_WrongChain",
        () => [0n, BigInt(world.home.chainId)],
      ],
      [
        "another wallet than the committed one, with a copied secret",
        () => send(trade, 0, { account: world.home.address(ROLES.stranger) }),
        "KeystoneEscrow_WrongOpening",
        () => [1n, world.home.address(ROLES.stranger)],
      ],
      [
        "a wrong secret",
        () => send(trade, 0, { secret: SECRET }),
        "KeystoneEscrow_WrongOpening",
        () => [1n, sellerOf(trade)],
      ],
      [
        "the payer of another leg",
        () => send(trade, 0, { secret: openingOf(trade, 1).secret, account: openingOf(trade, 1).wallet }),
        "KeystoneEscrow_WrongOpening",
        () => [1n, openingOf(trade, 1).wallet],
      ],
    ];
    for (const [what, call, error, args] of refusals) {
      it(`${what}: ${error}`, async () => {
        await approve(trade);
        await expectRevert(call(), error, args());
        expect(await record()).to.deep.equal(NOTHING);
        expect(await record(cross)).to.deep.equal(NOTHING);
      });
    }

    it("a token of another standard than the leg's", async () => {
      for (const standard of [1, 2, 3, 4]) {
        const other = await varyLeg(world, trade, 0, { standard, amount: 1n });
        const { token } = legOf(other, 0);
        await expectRevert(send(other, 0), "KeystoneEscrow_WrongTokenClass", [getAddress(token), standard]);
      }
    });

    it("a token that is no contract", async () => {
      const other = await varyLeg(world, trade, 0, { token: world.home.address(ROLES.stranger) });
      await expectRevert(send(other, 0), "KeystoneEscrow_WrongTokenClass", [world.home.address(ROLES.stranger), 0]);
    });

    it("without approval, with the token's own reason", async () => {
      await expectRevert(send(trade, 0), "KeystoneEscrow_TransferFailed");
      expect(await record()).to.deep.equal(NOTHING);
    });

    it("at depositDeadline, and taken a second before it", async () => {
      const { depositDeadline } = trade.terms;
      await approve(trade);
      const back = await world.snapshot();
      await world.home.helpers.time.setNextBlockTimestamp(depositDeadline);
      await expectRevert(send(trade, 0), "KeystoneEscrow_DepositDeadlinePassed", [
        depositDeadline,
        BigInt(depositDeadline),
      ]);
      await back();
      await world.home.helpers.time.setNextBlockTimestamp(depositDeadline - 1);
      await send(trade, 0);
      expect((await record()).deposited).to.equal(1);
    });

    it("after the verdict, on the coordinator's chain", async () => {
      const operator = world.home.address(ROLES.operator);
      const one = await vary(world, trade, { operator });
      await world.coordinator.write.createSettlement([one.terms]);
      await world.coordinator.write.transition([one.terms, STATE.ROLLED_BACK, SECRET], { account: operator });
      await approve(one);
      await expectRevert(send(one, 0), "KeystoneEscrow_AlreadyDecided", [one.id]);
    });

    it("after the verdict has arrived, on the other chain", async () => {
      const messenger = await impersonate(world.away, world.addresses.messenger);
      await world.escrow.away.write.recordVerdict([cross.id, VERDICT.ROLLBACK], { account: messenger });
      await expectRevert(deposit(world, cross, 1), "KeystoneEscrow_AlreadyDecided", [cross.id]);
    });
  });

  describe("before the path is open", () => {
    for (const stage of ["deployed", "wired", "sealed"] as const) {
      it(`valid call, one thing broken: a leg of a trade on two chains, and the deployment is no more than ${stage}`, async () => {
        const young = await openWorld({ stage });
        const [local, two] = [await dvp(young), await crossDvp(young)];
        await deposit(young, local, 0);
        await expectRevert(deposit(young, two, 1), "KeystoneEscrow_PathNotOpen");
        expect(await young.escrow.away.read.pathProven()).to.equal(false);
        // The coordinator's own escrow needs no proof: what it waits for is the seal.
        if (stage === "sealed") await deposit(young, two, 0);
        else await expectRevert(deposit(young, two, 0), "KeystoneEscrow_PathNotOpen");
        expect(await young.escrow.home.read.pathProven()).to.equal(true);
      });
    }
  });

  describe("reveal", () => {
    const reveal = (one: Trade, positions: number[], side: "home" | "away" = "home", value = 0n) =>
      world.escrow[side].write.reveal([one.terms, positions.map((position) => openingOf(one, position))], {
        account: world.home.address(ROLES.stranger),
        value,
      });

    it("is anybody's who holds the opening, and a no-op the second time", async () => {
      const [event] = await eventsOf(world.home, world.escrow.home, await reveal(trade, [1]));
      const { partyIndex, secret, wallet } = openingOf(trade, 1);
      expect(event?.args).to.deep.equal({ settlementId: trade.id, partyIndex, wallet, secret });
      expect(await eventNames(world.home, world.escrow.home, await reveal(trade, [1]))).to.deep.equal([]);
      await until(world.home, trade.terms.depositDeadline);
      expect(await eventNames(world.home, world.escrow.home, await reveal(trade, [1]))).to.deep.equal([]);
    });

    it("reverts for a wrong opening and for a party that is not there", async () => {
      const opening = { ...openingOf(trade, 1), secret: SECRET };
      const wrong = world.escrow.home.write.reveal([trade.terms, [opening]]);
      await expectRevert(wrong, "KeystoneEscrow_WrongOpening", [3n, opening.wallet]);
      const beyond = world.escrow.home.write.reveal([trade.terms, [{ ...opening, partyIndex: 4 }]]);
      await expectRevert(beyond, "KeystoneEscrow_WrongOpening", [4n, opening.wallet]);
    });

    it("reverts from depositDeadline on", async () => {
      const { depositDeadline } = trade.terms;
      await world.home.helpers.time.setNextBlockTimestamp(depositDeadline);
      await expectRevert(reveal(trade, [1]), "KeystoneEscrow_DepositDeadlinePassed");
    });

    it("reverts for a recipient that is zero, the escrow or the token it would receive", async () => {
      for (const wallet of [zeroAddress, world.addresses.escrow, legOf(trade, 0).token]) {
        const parties = trade.terms.parties.map((party, i) => (i === 3 ? walletCommitment(SECRET, wallet) : party));
        const one = await vary(world, trade, { parties });
        const call = world.escrow.home.write.reveal([one.terms, [{ partyIndex: 3, secret: SECRET, wallet }]]);
        await expectRevert(call, "KeystoneEscrow_InvalidRecipient", [3n, getAddress(wallet)]);
        expect(await world.escrow.home.read.walletOf([one.id, 3n])).to.equal(zeroAddress);
      }
    });

    it("lets a token be the recipient of another one", async () => {
      const wallet = getAddress(legOf(trade, 1).token);
      const parties = trade.terms.parties.map((party, i) => (i === 3 ? walletCommitment(SECRET, wallet) : party));
      const one = await vary(world, trade, { parties });
      await world.escrow.home.write.reveal([one.terms, [{ partyIndex: 3, secret: SECRET, wallet }]]);
      expect(await world.escrow.home.read.walletOf([one.id, 3n])).to.equal(wallet);
    });

    it("completes the lock on a chain where the recipient pays nothing", async () => {
      await deposit(world, cross, 1);
      expect((await record(cross, "away")).locked).to.equal(false);
      const events = await eventNames(world.away, world.escrow.away, await reveal(cross, [0], "away"));
      expect(events).to.deep.equal(["RecipientRevealed", "LegsLocked"]);
      expect((await record(cross, "away")).locked).to.equal(true);
    });
  });

  describe("the lock", () => {
    it("needs every leg of this escrow", async () => {
      await deposit(world, trade, 0, { openings: [openingOf(trade, 1)] });
      await expectRevert(world.escrow.home.write.notifyLocked([trade.terms]), "KeystoneEscrow_NotLocked", [trade.id]);
    });

    it("is never made of no legs at all", async () => {
      const call = world.escrow.away.write.notifyLocked([trade.terms]);
      await expectRevert(call, "KeystoneEscrow_NotLocked", [trade.id]);
      expect((await record(trade, "away")).locked).to.equal(false);
    });

    it("is not made after the verdict, and not from depositDeadline on", async () => {
      await deposit(world, cross, 0);
      const back = await world.snapshot();
      await until(world.home, cross.terms.depositDeadline);
      const late = world.escrow.home.write.reveal([cross.terms, []]);
      expect(await eventNames(world.home, world.escrow.home, await late)).to.deep.equal([]);
      await expectRevert(world.escrow.home.write.notifyLocked([cross.terms]), "KeystoneEscrow_NotLocked", [cross.id]);
      await back();

      await deposit(world, cross, 1);
      const messenger = await impersonate(world.away, world.addresses.messenger);
      await world.escrow.away.write.recordVerdict([cross.id, VERDICT.ROLLBACK], { account: messenger });
      const reveal = await world.escrow.away.write.reveal([cross.terms, [openingOf(cross, 0)]]);
      expect(await eventNames(world.away, world.escrow.away, reveal)).to.deep.equal(["RecipientRevealed"]);
      expect((await record(cross, "away")).locked).to.equal(false);
    });

    it("is reported on the coordinator's chain by the call that completes it", async () => {
      await deposit(world, cross, 0);
      expect(await world.coordinator.read.isLocked([cross.id, BigInt(world.home.chainId)])).to.equal(false);
      const hash = await world.escrow.home.write.reveal([cross.terms, [openingOf(cross, 1)]]);
      expect(await eventNames(world.home, world.coordinator, hash)).to.deep.equal(["LockReported"]);
    });

    it("is reported there once: value that comes after it goes back, and nothing is said", async () => {
      await deposit(world, cross, 0, { openings: [openingOf(cross, 1)] });
      const stranger = world.home.address(ROLES.stranger);
      const before = await world.home.client.getBalance({ address: stranger });
      const hash = await world.escrow.home.write.reveal([cross.terms, []], { account: stranger, value: 10n ** 15n });
      const { logs, gasUsed, effectiveGasPrice } = await world.home.client.waitForTransactionReceipt({ hash });
      expect(logs).to.deep.equal([]);
      const after = await world.home.client.getBalance({ address: stranger });
      expect(before - after).to.equal(gasUsed * effectiveGasPrice);
    });
  });

  describe("the report from the other chain", () => {
    const quote = (carryTerms: boolean) => world.escrow.away.read.quoteLocked([cross.terms, carryTerms]);
    const complete = (value: bigint, account?: Address) =>
      world.escrow.away.write.reveal([cross.terms, [openingOf(cross, 0)]], {
        value,
        account: account ?? world.home.address(ROLES.stranger),
      });

    beforeEach(() => deposit(world, cross, 1).then(() => undefined));

    it("costs nothing on the coordinator's chain", async () => {
      expect(await world.escrow.home.read.quoteLocked([cross.terms, true])).to.equal(0n);
      expect(await world.escrow.home.read.quoteReleased([cross.terms, true])).to.equal(0n);
    });

    it("goes with the lock when the value pays for it, with the terms when it pays for them", async () => {
      const [bare, full] = [await quote(false), await quote(true)];
      const lengths: (number | undefined)[] = [];
      for (const value of [bare, full]) {
        const back = await world.snapshot();
        const packets = await packetsOf(world.away, await complete(value));
        lengths.push(packets[0]?.message.length);
        expect(packets).to.have.length(1);
        await back();
      }
      expect(lengths[1]).to.be.greaterThan(lengths[0] ?? 0);
    });

    it("stays out when the value does not pay for it, and everything else stands", async () => {
      const value = (await quote(false)) - 1n;
      const stranger = world.home.address(ROLES.stranger);
      const before = await world.away.client.getBalance({ address: stranger });
      const hash = await complete(value);
      expect(await packetsOf(world.away, hash)).to.deep.equal([]);
      expect((await record(cross, "away")).locked).to.equal(true);
      const { gasUsed, effectiveGasPrice } = await world.away.client.waitForTransactionReceipt({ hash });
      const spent = before - (await world.away.client.getBalance({ address: stranger })) - gasUsed * effectiveGasPrice;
      expect(spent).to.equal(0n);
    });

    it("that nobody can price fails by itself: what was deposited and locked stands, the value returns", async () => {
      const { executor } = world.side.away.layerZero;
      const code = (await world.away.client.getCode({ address: executor })) ?? "0x";
      const bare = await quote(false);
      const caller = await world.away.viem.deployContract("BusyCaller");
      const args = [cross.terms, [openingOf(cross, 0)]] as const;
      const data = encodeFunctionData({ abi: world.escrow.away.abi, functionName: "reveal", args });
      // Reverts with 512 bytes.
      await world.away.helpers.setCode(executor, "0x6102006000fd");
      const hash = await caller.write.call([world.addresses.escrow, data, zeroAddress, "0x"], {
        value: bare,
        gas: 10_000_000n,
      });
      const events = await eventsOf(world.away, world.escrow.away, hash);
      const names = events.map(({ eventName }) => eventName);
      expect(names).to.deep.equal(["RecipientRevealed", "LegsLocked", "FollowUpFailed"]);
      expect(String(events.at(-1)?.args.reason)).to.have.length(2 + 2 * 256);
      expect(await packetsOf(world.away, hash)).to.deep.equal([]);
      expect((await record(cross, "away")).locked).to.equal(true);
      expect(await world.away.client.getBalance({ address: caller.address })).to.equal(bare);
      await world.away.helpers.setCode(executor, code);
      const again = await world.escrow.away.write.notifyLocked([cross.terms], { value: bare });
      expect(await packetsOf(world.away, again)).to.have.length(1);
    });

    it("is still sent for a caller who finds that somebody else has locked for nothing", async () => {
      await complete(0n);
      const [packet] = await packetsOf(world.away, await complete(await quote(false)));
      expect(packet?.dstEid).to.equal(world.home.eid);
    });

    it("can be sent by anybody, as often as they pay", async () => {
      await complete(0n);
      const bare = await quote(false);
      const notify = (value: bigint) => world.escrow.away.write.notifyLocked([cross.terms], { value });
      await expectRevert(notify(bare - 1n), "KeystoneEscrow_InsufficientFee", [bare, bare - 1n]);
      for (let i = 0; i < 2; i += 1) expect(await packetsOf(world.away, await notify(bare))).to.have.length(1);
    });

    it("valid call, one thing broken: the caller takes nothing back of what it did not cost", async () => {
      await complete(0n);
      const owner = world.away.address(ROLES.stranger);
      const wallet = await world.away.viem.deployContract("ContractWallet", [owner]);
      const data = encodeFunctionData({
        abi: world.escrow.away.abi,
        functionName: "notifyLocked",
        args: [cross.terms],
      });
      const full = await quote(true);
      const notify = (value: bigint) =>
        wallet.write.execute([world.addresses.escrow, value, data], { value, account: owner });
      await expectRevert(notify(full + 5n), "KeystoneEscrow_ValueReturnFailed", [getAddress(wallet.address), 5n]);
      await notify(full);
      await wallet.write.setAcceptsValue([true], { account: owner });
      await notify(full + 5n);
      expect(await world.away.client.getBalance({ address: wallet.address })).to.equal(5n);
    });

    it("valid call, one thing broken: a wei too little, while the escrow holds what somebody else left with it", async () => {
      await world.away.helpers.setBalance(world.addresses.escrow, 10n ** 18n);
      await complete(0n);
      const bare = await quote(false);
      const call = world.escrow.away.write.notifyLocked([cross.terms], { value: bare - 1n });
      await expectRevert(call, "KeystoneEscrow_InsufficientFee", [bare, bare - 1n]);
      expect(await world.away.client.getBalance({ address: world.addresses.escrow })).to.equal(10n ** 18n);
    });
  });

  it("tells each leg's way", async () => {
    const status = () => world.escrow.home.read.legStatus([cross.id, 0n]);
    expect(await status()).to.equal(LEG.EMPTY);
    await deposit(world, cross, 0);
    expect(await status()).to.equal(LEG.DEPOSITED);
    await open(world, cross);
    await world.escrow.home.write.reveal([cross.terms, [openingOf(cross, 1)]]);
    expect(await status()).to.equal(LEG.LOCKED);
    await until(world.home, cross.terms.settleDeadline);
    await world.coordinator.write.timeout([cross.terms]);
    await world.escrow.home.write.claim([cross.terms, 0n]);
    expect(await status()).to.equal(LEG.REFUNDED);
    expect(await world.escrow.home.read.legStatus([cross.id, 300n])).to.equal(LEG.EMPTY);
  });
});
