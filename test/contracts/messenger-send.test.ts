import { expect } from "chai";
import { concat, hexToBigInt, keccak256, size, slice, stringToHex } from "viem";
import { ROLES } from "./support/chain.ts";
import { eventsOf } from "./support/events.ts";
import { callAs } from "./support/impersonate.ts";
import { asPeer, encodeMessage, encodeTerms } from "./support/messages.ts";
import { gasOf, packetsOf } from "./support/packets.ts";
import { expectRevert } from "./support/revert.ts";
import { dvp } from "./support/settle.ts";
import { MESSAGE, type Trade, VERDICT } from "./support/terms.ts";
import { openWorld, type World } from "./support/world.ts";

const DOUBLES = ["CoordinatorDouble", "EscrowDouble", "ComplianceRegistry", "LayerZeroMessenger"];

describe("LayerZeroMessenger: sending", function () {
  this.timeout(60_000);

  const doubles = async (world: World) => ({
    coordinator: await world.home.viem.getContractAt("CoordinatorDouble", world.addresses.coordinator),
    escrow: {
      home: await world.home.viem.getContractAt("EscrowDouble", world.addresses.escrow),
      away: await world.away.viem.getContractAt("EscrowDouble", world.addresses.escrow),
    },
  });

  describe("sealed", () => {
    let world: World;
    let sibling: Awaited<ReturnType<typeof doubles>>;
    let trade: Trade;
    let restore: () => Promise<void>;

    before(async () => {
      world = await openWorld({ stage: "sealed", children: DOUBLES });
      sibling = await doubles(world);
      trade = await dvp(world, { cashOn: world.away });
      restore = await world.snapshot();
    });
    afterEach(() => restore());

    const awayId = () => BigInt(world.away.chainId);
    const homeId = () => BigInt(world.home.chainId);
    const quoteReport = (carryTerms: boolean, kind: number = MESSAGE.LOCKED) =>
      world.messenger.away.read.quote([homeId(), kind, trade.terms, carryTerms]);
    const quoteVerdict = (carryTerms: boolean) =>
      world.messenger.home.read.quote([awayId(), MESSAGE.VERDICT, trade.terms, carryTerms]);

    it("carries a bare report in 34 bytes", async () => {
      for (const kind of [MESSAGE.LOCKED, MESSAGE.RELEASED]) {
        const value = await quoteReport(false, kind);
        const hash = await sibling.escrow.away.write.sendReport([kind, trade.id, trade.terms, false], { value });
        const [packet] = await packetsOf(world.away, hash);
        expect(packet?.message).to.equal(encodeMessage(kind, VERDICT.NONE, trade.id));
        expect(size(packet?.message ?? "0x")).to.equal(34);
        expect(packet).to.deep.include({ srcEid: world.away.eid, dstEid: world.home.eid });
        expect(packet?.sender).to.equal(asPeer(world.addresses.messenger));
        expect(packet?.receiver).to.equal(asPeer(world.addresses.messenger));
        const [sent] = await eventsOf(world.away, hash, world.messenger.away, "MessageSent");
        expect(sent?.args).to.deep.equal({
          guid: packet?.guid,
          settlementId: trade.id,
          targetChainId: homeId(),
          kind,
          verdict: VERDICT.NONE,
          carriesTerms: false,
        });
      }
    });

    it("carries the terms behind it", async () => {
      const value = await quoteReport(true);
      const args = [MESSAGE.LOCKED, trade.id, trade.terms, true] as const;
      const hash = await sibling.escrow.away.write.sendReport(args, { value });
      const [packet] = await packetsOf(world.away, hash);
      const encoded = await encodeTerms(trade.terms);
      expect(packet?.message).to.equal(encodeMessage(MESSAGE.LOCKED, VERDICT.NONE, trade.id, encoded));
    });

    it("carries a verdict to the chain that it is for", async () => {
      for (const verdict of [VERDICT.EXECUTE, VERDICT.ROLLBACK]) {
        const value = await quoteVerdict(false);
        const args = [awayId(), trade.id, verdict, trade.terms, false] as const;
        const hash = await sibling.coordinator.write.sendVerdict(args, { value });
        const [packet] = await packetsOf(world.home, hash);
        expect(packet?.message).to.equal(encodeMessage(MESSAGE.VERDICT, verdict, trade.id));
        expect(packet?.dstEid).to.equal(world.away.eid);
        const [sent] = await eventsOf(world.home, hash, world.messenger.home, "MessageSent");
        expect(sent?.args).to.deep.include({ targetChainId: awayId(), kind: MESSAGE.VERDICT, verdict });
      }
    });

    it("asks for gas in a type 3 option without value", async () => {
      const value = await quoteReport(false);
      const args = [MESSAGE.LOCKED, trade.id, trade.terms, false] as const;
      const hash = await sibling.escrow.away.write.sendReport(args, { value });
      const [packet] = await packetsOf(world.away, hash);
      expect(size(packet?.options ?? "0x")).to.equal(22);
      // Type 3; executor; 17 bytes; an lzReceive option of gas alone.
      expect(slice(packet?.options ?? "0x", 0, 6)).to.equal(concat(["0x0003", "0x01", "0x0011", "0x01"]));
      expect(packet && gasOf(packet) > 100_000n && gasOf(packet) < 250_000n, "a bare one is cheap").to.equal(true);
    });

    it("asks for more gas the more the message has to pay at its end, and never for more than a transaction may have", async () => {
      const leg = trade.terms.legs[1] ?? expect.fail("no leg on the other chain");
      const fee = { recipient: world.away.address(ROLES.feeRecipient), amount: 1n };
      const gasFor = async (legs: Trade["terms"]["legs"], kind: number = MESSAGE.VERDICT) => {
        const terms = { ...trade.terms, legs };
        const sender = kind === MESSAGE.VERDICT ? world.home : world.away;
        const value = 10n ** 17n;
        const hash =
          kind === MESSAGE.VERDICT
            ? await sibling.coordinator.write.sendVerdict([awayId(), trade.id, 1, terms, true], { value })
            : await sibling.escrow.away.write.sendReport([kind, trade.id, terms, true], { value });
        const [packet] = await packetsOf(sender, hash);
        return gasOf(packet ?? expect.fail("nothing was sent"));
      };
      const elsewhere = { ...leg, chainId: homeId() };
      const none = await gasFor([elsewhere]);
      const one = await gasFor([elsewhere, leg]);
      const oneWithFee = await gasFor([elsewhere, { ...leg, fees: [fee] }]);
      const two = await gasFor([leg, leg]);
      const most = await gasFor(Array(10).fill({ ...leg, fees: [fee, fee, fee, fee] }));
      const rising = [none, one, two, most];
      expect(rising, "each asks for more").to.deep.equal([...new Set(rising)].sort((a, b) => Number(a - b)));
      expect(oneWithFee > one, "a fee is a payment too").to.equal(true);
      expect(most < 2n ** 24n - 100_000n, `${most} fits into a transaction`).to.equal(true);
      expect(await gasFor([elsewhere, leg], MESSAGE.RELEASED), "a release report pays nothing").to.equal(
        await gasFor([elsewhere, elsewhere], MESSAGE.RELEASED),
      );
    });

    it("costs what it was quoted; the rest returns", async () => {
      const { client } = world.away;
      const sender = world.away.address(ROLES.buyer);
      for (const carryTerms of [false, true]) {
        const fee = await quoteReport(carryTerms);
        const before = await client.getBalance({ address: sender });
        const args = [MESSAGE.LOCKED, trade.id, trade.terms, carryTerms] as const;
        const options = { value: fee + 12_345n, account: sender };
        const hash = await sibling.escrow.away.write.sendReport(args, options);
        const { gasUsed, effectiveGasPrice } = await client.waitForTransactionReceipt({ hash });
        const after = await client.getBalance({ address: sender });
        expect(before - after - gasUsed * effectiveGasPrice).to.equal(fee);
        expect(await client.getBalance({ address: world.addresses.messenger }), "nothing stays behind").to.equal(0n);
      }
      expect((await quoteReport(true)) > (await quoteReport(false))).to.equal(true);
      expect((await quoteVerdict(true)) > (await quoteVerdict(false))).to.equal(true);
    });

    it("valid call, one thing broken: a wei too little, and the fee is named", async () => {
      const fee = await quoteReport(true);
      const args = [MESSAGE.LOCKED, trade.id, trade.terms, true] as const;
      await expectRevert(
        sibling.escrow.away.write.sendReport(args, { value: fee - 1n }),
        "LayerZeroMessenger_InsufficientFee",
        [fee, fee - 1n],
      );
    });

    it("passes on what else the endpoint says", async () => {
      const wallet = await world.away.viem.deployContract("ContractWallet", [world.away.address(ROLES.deployer)]);
      const value = (await quoteReport(false)) + 1n;
      const call = {
        address: world.addresses.messenger,
        abi: world.messenger.away.abi,
        functionName: "sendReport",
        args: [MESSAGE.LOCKED, trade.id, trade.terms, false, wallet.address],
        value,
      };
      // The wallet that should get the surplus does not take value.
      await expectRevert(callAs(world.away, world.addresses.escrow, call), "Transfer_NativeFailed");
    });

    it("valid call, one thing broken: sent by another than escrow or coordinator, or by one in the other's name", async () => {
      const { terms, id } = trade;
      const stranger = world.away.address(ROLES.stranger);
      const value = await quoteReport(false);
      await expectRevert(
        world.messenger.away.write.sendReport([MESSAGE.LOCKED, id, terms, false, stranger], {
          value,
          account: stranger,
        }),
        "LayerZeroMessenger_NotAuthorized",
        [stranger],
      );
      await expectRevert(
        world.messenger.home.write.sendVerdict([awayId(), id, 1, terms, false, stranger], { value, account: stranger }),
        "LayerZeroMessenger_NotAuthorized",
        [stranger],
      );
      const base = { address: world.addresses.messenger, abi: world.messenger.home.abi, value };
      await expectRevert(
        callAs(world.home, world.addresses.escrow, {
          ...base,
          functionName: "sendVerdict",
          args: [awayId(), id, 1, terms, false, stranger],
        }),
        "LayerZeroMessenger_NotAuthorized",
      );
      await expectRevert(
        callAs(world.home, world.addresses.coordinator, {
          ...base,
          functionName: "sendReport",
          args: [MESSAGE.LOCKED, id, terms, false, stranger],
        }),
        "LayerZeroMessenger_NotAuthorized",
      );
    });

    it("valid call, one thing broken: the escrow reports a verdict", async () => {
      const args = [MESSAGE.VERDICT, trade.id, trade.terms, false] as const;
      await expectRevert(sibling.escrow.away.write.sendReport(args, { value: 1n }), "LayerZeroMessenger_WrongKind", [
        MESSAGE.VERDICT,
      ]);
    });

    it("valid call, one thing broken: to the chain itself, from the coordinator's escrow, or to a chain without a row", async () => {
      const report = [MESSAGE.LOCKED, trade.id, trade.terms, false] as const;
      await expectRevert(sibling.escrow.home.write.sendReport(report, { value: 1n }), "LayerZeroMessenger_NoPath", [
        homeId(),
      ]);
      for (const chainId of [homeId(), 10n]) {
        const args = [chainId, trade.id, 1, trade.terms, false] as const;
        await expectRevert(sibling.coordinator.write.sendVerdict(args, { value: 1n }), "LayerZeroMessenger_NoPath", [
          chainId,
        ]);
      }
      await expectRevert(
        world.messenger.away.read.quote([awayId(), MESSAGE.LOCKED, trade.terms, false]),
        "LayerZeroMessenger_NoPath",
      );
    });

    it("refuses terms that no message can carry, and still carries the bare word", async () => {
      const parties = Array.from({ length: 320 }, (_, i) => keccak256(stringToHex(`${i}`)));
      const terms = { ...trade.terms, parties };
      await expectRevert(
        world.messenger.home.read.quote([awayId(), MESSAGE.VERDICT, terms, true]),
        "LZ_MessageLib_InvalidMessageSize",
      );
      await expectRevert(
        sibling.coordinator.write.sendVerdict([awayId(), trade.id, 1, terms, true], { value: 10n ** 17n }),
        "LZ_MessageLib_InvalidMessageSize",
      );
      const value = await world.messenger.home.read.quote([awayId(), MESSAGE.VERDICT, terms, false]);
      const hash = await sibling.coordinator.write.sendVerdict([awayId(), trade.id, 1, terms, false], { value });
      expect(await packetsOf(world.home, hash)).to.have.length(1);
    });

    it("gives every message a guid of its own", async () => {
      const guids = new Set<string>();
      for (let i = 0; i < 3; i += 1) {
        const value = await quoteReport(false);
        const args = [MESSAGE.LOCKED, trade.id, trade.terms, false] as const;
        const [packet] = await packetsOf(world.away, await sibling.escrow.away.write.sendReport(args, { value }));
        expect(packet?.nonce).to.equal(BigInt(i + 1));
        guids.add(packet?.guid ?? "");
        expect(hexToBigInt(packet?.guid ?? "0x0") > 0n).to.equal(true);
      }
      expect(guids.size).to.equal(3);
    });
  });

  for (const stage of ["deployed", "wired"] as const) {
    it(`valid call, one thing broken: the messenger is only ${stage}`, async () => {
      const world = await openWorld({ stage, children: DOUBLES });
      const sibling = await doubles(world);
      const { terms, id } = await dvp(world, { cashOn: world.away });
      const away = BigInt(world.away.chainId);
      await expectRevert(
        sibling.coordinator.write.sendVerdict([away, id, 1, terms, false], { value: 1n }),
        "LayerZeroMessenger_NotSealed",
      );
      await expectRevert(
        sibling.escrow.away.write.sendReport([MESSAGE.LOCKED, id, terms, false], { value: 1n }),
        "LayerZeroMessenger_NotSealed",
      );
      await expectRevert(
        world.messenger.home.read.quote([away, MESSAGE.VERDICT, terms, false]),
        "LayerZeroMessenger_NotSealed",
      );
    });
  }
});
