import { expect } from "chai";
import { type Address, type Hex, zeroAddress } from "viem";
import { ROLES } from "./support/chain.ts";
import { expectRevert } from "./support/revert.ts";
import { deposit } from "./support/settle.ts";
import { AMOUNT, FAR, openStuck, type Stuck } from "./support/stuck.ts";
import { LEG, type Trade, VERDICT } from "./support/terms.ts";
import { eventsOf, legOf, openingOf, until, vary } from "./support/trades.ts";
import type { World } from "./support/world.ts";

const OTHER_ID: Hex = `0x${"11".repeat(32)}`;
describe("KeystoneEscrow: redirected legs", function () {
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

  describe("redirected by the one who is owed them", () => {
    it("after EXECUTE go to the wallet that the recipient names", async () => {
      await stuck.lockCash();
      await stuck.verdict(VERDICT.EXECUTE);
      const events = await eventsOf(world.away, stuck.escrow, await stuck.redirect(seller));
      expect(events.map(({ eventName, args }) => [eventName, args])).to.deep.equal([
        ["LegRedirected", { settlementId: trade.id, legIndex: 1, wallet: other }],
      ]);
      expect(await stuck.escrow.read.redirectOf([trade.id, 1n])).to.equal(other);
      expect(await stuck.escrow.read.redirectOf([trade.id, 0n])).to.equal(zeroAddress);
      expect(await stuck.escrow.read.redirectOf([OTHER_ID, 1n])).to.equal(zeroAddress);
      const paid = await eventsOf(world.away, stuck.escrow, await stuck.claim());
      expect(paid[0]).to.deep.include({ eventName: "LegReleased" });
      expect(paid[0]?.args.recipient).to.equal(other);
      expect(await stuck.cashOf(other)).to.equal(AMOUNT);
      expect(await stuck.status()).to.equal(LEG.RELEASED);
    });

    it("after ROLLBACK, and after local expiry, go to the wallet that the depositor names", async () => {
      for (const prepare of [
        async () => {
          await stuck.lockCash();
          await stuck.verdict(VERDICT.ROLLBACK);
        },
        async () => {
          await deposit(world, trade, 1);
          await until(world.away, trade.terms.depositDeadline);
        },
      ]) {
        const back = await world.snapshot();
        await prepare();
        await stuck.redirect(buyer);
        const paid = await eventsOf(world.away, stuck.escrow, await stuck.escrow.write.refundExpired([trade.terms]));
        expect(paid[0]).to.deep.include({ eventName: "LegRefunded" });
        expect(paid[0]?.args.depositor).to.equal(other);
        expect(await stuck.cashOf(other)).to.equal(AMOUNT);
        await back();
      }
    });

    it("after a waiver go to the wallet that the depositor names, without a verdict", async () => {
      await stuck.lockCash();
      await stuck.waive(seller);
      await expectRevert(stuck.redirect(seller), "KeystoneEscrow_NotEntitled", [1n, seller]);
      await stuck.redirect(buyer);
      expect(await stuck.names(await stuck.claim())).to.deep.equal(["LegReturned"]);
      expect(await stuck.cashOf(other)).to.equal(AMOUNT);
    });

    it("leave the rights to the new wallet: to redirect again, to waive", async () => {
      await stuck.lockCash();
      await stuck.verdict(VERDICT.EXECUTE);
      await stuck.redirect(seller);
      await expectRevert(stuck.redirect(seller, { wallet: stranger }), "KeystoneEscrow_NotEntitled", [1n, seller]);
      await expectRevert(stuck.waive(seller), "KeystoneEscrow_NotEntitled", [1n, seller]);
      await expectRevert(stuck.waiveSigned(), "KeystoneEscrow_InvalidSignature", [other]);
      await stuck.redirect(other, { wallet: stranger });
      await expectRevert(stuck.waive(other), "KeystoneEscrow_NotEntitled", [1n, other]);
      const events = await eventsOf(world.away, stuck.escrow, await stuck.waive(stranger));
      expect(events[0]?.args).to.deep.include({ recipient: stranger });
    });

    it("and then waived go back to the depositor: the redirect is dropped", async () => {
      await stuck.lockCash();
      await stuck.verdict(VERDICT.EXECUTE);
      await stuck.redirect(seller);
      await stuck.waive(other);
      expect(await stuck.escrow.read.redirectOf([trade.id, 1n])).to.equal(zeroAddress);
      const before = await stuck.cashOf(buyer);
      await stuck.claim();
      expect([(await stuck.cashOf(buyer)) - before, await stuck.cashOf(other)]).to.deep.equal([AMOUNT, 0n]);
    });

    it("do not move the other legs of the settlement", async () => {
      const legs = [...trade.terms.legs, { ...legOf(trade, 1), amount: 7n, from: 3, to: 1 }];
      const one = await vary(world, trade, { legs });
      await deposit(world, one, 1, { openings: [openingOf(one, 0)] });
      await deposit(world, one, 2);
      await stuck.verdict(VERDICT.EXECUTE, one);
      await stuck.redirect(seller, { one });
      const before = await stuck.cashOf(seller);
      await stuck.escrow.write.release([one.terms], { gas: 10_000_000n });
      expect([(await stuck.cashOf(seller)) - before, await stuck.cashOf(other)]).to.deep.equal([7n, AMOUNT]);
    });

    const broken: [what: string, call: () => Promise<unknown>, error: string, args?: () => readonly unknown[]][] = [
      [
        "the depositor asks after EXECUTE",
        () => stuck.redirect(buyer),
        "KeystoneEscrow_NotEntitled",
        () => [1n, buyer],
      ],
      ["a stranger asks", () => stuck.redirect(stranger), "KeystoneEscrow_NotEntitled", () => [1n, stranger]],
      [
        "the new wallet is zero",
        () => stuck.redirect(seller, { wallet: zeroAddress }),
        "KeystoneEscrow_InvalidRecipient",
        () => [1n, zeroAddress],
      ],
      [
        "the new wallet is the escrow",
        () => stuck.redirect(seller, { wallet: world.addresses.escrow }),
        "KeystoneEscrow_InvalidRecipient",
        () => [1n, world.addresses.escrow],
      ],
      [
        "the new wallet is the token",
        () => stuck.redirect(seller, { wallet: world.side.away.cash }),
        "KeystoneEscrow_InvalidRecipient",
      ],
      [
        "the time of the signatures is over",
        () => stuck.redirect(seller, { validUntil: 1 }),
        "KeystoneEscrow_SignatureExpired",
      ],
      [
        "one attester too few has signed",
        () => stuck.redirect(seller, { signers: [undefined, stuck.roleAt(1)] }),
        "KeystoneEscrow_TooFewAttesters",
        () => [2n, 1n],
      ],
      [
        "one attester's signature comes twice",
        () => stuck.redirect(seller, { signers: [stuck.roleAt(0), stuck.roleAt(0)] }),
        "KeystoneEscrow_InvalidSignature",
        () => [trade.terms.attesters[1]],
      ],
      [
        "a stranger's signature stands for an attester's",
        () => stuck.redirect(seller, { signers: [stuck.roleAt(0), ROLES.stranger] }),
        "KeystoneEscrow_InvalidSignature",
        () => [trade.terms.attesters[1]],
      ],
      [
        "a signature stands where no attester does",
        () => stuck.redirect(seller, { signers: [stuck.roleAt(0), stuck.roleAt(1), ROLES.stranger] }),
        "KeystoneEscrow_InvalidSignature",
        () => [zeroAddress],
      ],
      [
        "it was signed for another settlement",
        () => stuck.redirect(seller, { changes: { message: { settlementId: OTHER_ID } } }),
        "KeystoneEscrow_InvalidSignature",
      ],
      [
        "it was signed for another leg",
        () => stuck.redirect(seller, { changes: { message: { legIndex: 0 } } }),
        "KeystoneEscrow_InvalidSignature",
      ],
      [
        "it was signed for another wallet",
        () => stuck.redirect(seller, { changes: { message: { wallet: stranger } } }),
        "KeystoneEscrow_InvalidSignature",
      ],
      [
        "it was signed until another time",
        () => stuck.redirect(seller, { changes: { message: { validUntil: FAR - 1 } } }),
        "KeystoneEscrow_InvalidSignature",
      ],
      [
        "it was signed for the escrow of another chain",
        () => stuck.redirect(seller, { changes: { domain: { chainId: 11155111n } } }),
        "KeystoneEscrow_InvalidSignature",
      ],
    ];
    for (const [what, call, error, args] of broken) {
      it(`valid call, one thing broken: ${what}`, async () => {
        await stuck.lockCash();
        await stuck.verdict(VERDICT.EXECUTE);
        await expectRevert(call(), error, args?.());
        await stuck.claim();
        expect(await stuck.cashOf(other)).to.equal(0n);
      });
    }

    it("valid call, one thing broken: the leg is not decided", async () => {
      await stuck.lockCash();
      await expectRevert(stuck.redirect(seller), "KeystoneEscrow_NotDecided", [trade.id]);
    });

    it("valid call, one thing broken: nothing is deposited", async () => {
      await stuck.verdict(VERDICT.ROLLBACK);
      await expectRevert(stuck.redirect(buyer), "KeystoneEscrow_NotDeposited", [trade.id, 1n]);
    });

    it("valid call, one thing broken: the leg is paid", async () => {
      await stuck.lockCash();
      await stuck.verdict(VERDICT.EXECUTE);
      await stuck.claim();
      await expectRevert(stuck.redirect(seller), "KeystoneEscrow_AlreadyPaid", [trade.id, 1n]);
    });
  });
});
