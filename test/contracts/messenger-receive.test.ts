import { expect } from "chai";
import { concat, type Hash, type Hex, keccak256, slice, toFunctionSelector, toHex } from "viem";
import { COORDINATOR_CHAIN, ROLES } from "./support/chain.ts";
import { type Doubles, MODE, openDoubles, sendReport, sendVerdict, withMessage } from "./support/doubles.ts";
import { eventsOf } from "./support/events.ts";
import { callAs } from "./support/impersonate.ts";
import { asPeer, encodeMessage, encodeTerms } from "./support/messages.ts";
import type { Packet } from "./support/packets.ts";
import { decodeRevert, expectRevert } from "./support/revert.ts";
import { dvp } from "./support/settle.ts";
import { MESSAGE, type Trade, VERDICT } from "./support/terms.ts";
import type { World } from "./support/world.ts";

describe("LayerZeroMessenger: receiving", function () {
  this.timeout(60_000);
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

  const { EXECUTE, ROLLBACK, NONE } = VERDICT;
  const endpoint = () => world.side.home.layerZero.endpoint;
  const homeEvents = <name extends "MessageReceived" | "MessageIgnored">(hash: Hash, name: name) =>
    eventsOf(world.home, hash, world.messenger.home, name);
  const awayEvents = <name extends "MessageReceived" | "MessageIgnored">(hash: Hash, name: name) =>
    eventsOf(world.away, hash, world.messenger.away, name);
  /** Why the message was dropped: the error's name, after asserting that this was said once and nothing was received. */
  async function ignored(hash: Hash, received = 0): Promise<{ name: string; args: readonly unknown[] }> {
    expect(await homeEvents(hash, "MessageReceived")).to.have.length(received);
    const events = await homeEvents(hash, "MessageIgnored");
    expect(events).to.have.length(1);
    return decodeRevert(events[0]?.args.reason ?? "0x");
  }

  describe("a peer's message", () => {
    it("LOCKED and RELEASED are recorded with the chain that they came from", async () => {
      for (const [i, kind] of [MESSAGE.LOCKED, MESSAGE.RELEASED].entries()) {
        const packet = await sendReport(doubles, trade, { kind });
        const hash = await world.deliver(packet);
        expect(await doubles.coordinator.read.recorded()).to.equal(BigInt(i + 1));
        expect(await doubles.coordinator.read.lastId()).to.equal(trade.id);
        expect(await doubles.coordinator.read.lastWord()).to.equal(BigInt(world.away.chainId));
        const [event] = await homeEvents(hash, "MessageReceived");
        expect(event?.args).to.deep.equal({
          guid: packet.guid,
          settlementId: trade.id,
          sourceChainId: BigInt(world.away.chainId),
          kind,
          verdict: NONE,
        });
      }
      expect(await doubles.coordinator.read.wentOn(), "a bare message goes on to nothing").to.equal(0n);
    });

    it("VERDICT is recorded at the escrow", async () => {
      for (const verdict of [EXECUTE, ROLLBACK]) {
        const packet = await sendVerdict(doubles, trade, verdict);
        const hash = await world.deliver(packet);
        expect(await doubles.escrow.away.read.lastWord()).to.equal(BigInt(verdict));
        const [event] = await awayEvents(hash, "MessageReceived");
        expect(event?.args).to.deep.include({ guid: packet.guid, kind: MESSAGE.VERDICT, verdict });
      }
      expect(await doubles.escrow.away.read.recorded()).to.equal(2n);
    });

    it("goes on with the terms that it carries, byte by byte", async () => {
      const encoded = await encodeTerms(trade.terms);
      const selector = (name: string) => {
        const item = doubles.coordinator.abi.find((entry) => entry.type === "function" && entry.name === name);
        const other = doubles.escrow.away.abi.find((entry) => entry.type === "function" && entry.name === name);
        return toFunctionSelector((item ?? other) as Parameters<typeof toFunctionSelector>[0]);
      };
      for (const kind of [MESSAGE.LOCKED, MESSAGE.RELEASED]) {
        await world.deliver(await sendReport(doubles, trade, { kind, carryTerms: true }));
        expect(await doubles.coordinator.read.lastCall()).to.equal(keccak256(concat([selector("advance"), encoded])));
      }
      await world.deliver(await sendVerdict(doubles, trade, EXECUTE, { carryTerms: true }));
      expect(await doubles.escrow.away.read.lastCall()).to.equal(keccak256(concat([selector("release"), encoded])));
      await world.deliver(await sendVerdict(doubles, trade, ROLLBACK, { carryTerms: true }));
      expect(await doubles.escrow.away.read.lastCall()).to.equal(
        keccak256(concat([selector("refundExpired"), encoded])),
      );
      expect(await doubles.coordinator.read.wentOn()).to.equal(2n);
      expect(await doubles.escrow.away.read.wentOn()).to.equal(2n);
    });

    it("may be delivered by anyone, with any extraData", async () => {
      const packet = await sendReport(doubles, trade, { carryTerms: true });
      await world.deliver(packet, { from: ROLES.stranger, extraData: "0xdeadbeef" });
      expect(await doubles.coordinator.read.recorded()).to.equal(1n);
      expect(await doubles.coordinator.read.wentOn()).to.equal(1n);
    });

    it("arrives in any order", async () => {
      const first = await sendReport(doubles, trade, { kind: MESSAGE.LOCKED });
      const second = await sendReport(doubles, trade, { kind: MESSAGE.RELEASED });
      await world.side.home.courier.verifyAndCommit(second);
      await world.side.home.courier.verifyAndCommit(first);
      await world.side.home.courier.execute(second);
      expect(await doubles.coordinator.read.recorded()).to.equal(1n);
      await world.side.home.courier.execute(first);
      expect(await doubles.coordinator.read.recorded()).to.equal(2n);
    });

    it("arrives once", async () => {
      const packet = await sendReport(doubles, trade);
      await world.deliver(packet);
      await expectRevert(world.side.home.courier.execute(packet), "LZ_PayloadHashNotFound");
      await world.side.home.courier.verify(packet, ROLES.verifierA);
      await world.side.home.courier.verify(packet, ROLES.verifierB);
      await expectRevert(world.side.home.courier.commit(packet), "LZ_PathNotVerifiable");
      expect(await doubles.coordinator.read.recorded()).to.equal(1n);
    });
  });

  describe("needs both verifiers", () => {
    it("one that is silent stops it", async () => {
      const packet = await sendReport(doubles, trade);
      await world.side.home.courier.verify(packet, ROLES.verifierA);
      await expectRevert(world.side.home.courier.commit(packet), "LZ_ULN_Verifying");
      await expectRevert(world.side.home.courier.execute(packet), "LZ_InvalidNonce");
      await world.side.home.courier.verify(packet, ROLES.stranger);
      await world.side.home.courier.verify(packet, ROLES.deployer);
      await expectRevert(world.side.home.courier.commit(packet), "LZ_ULN_Verifying");
      await world.side.home.courier.verify(packet, ROLES.verifierB);
      await world.side.home.courier.commit(packet);
      await world.side.home.courier.execute(packet);
      expect(await doubles.coordinator.read.recorded()).to.equal(1n);
    });

    it("one that saw something else stops it", async () => {
      const packet = await sendReport(doubles, trade);
      const forged = withMessage(packet, encodeMessage(MESSAGE.RELEASED, NONE, trade.id));
      await world.side.home.courier.verify(packet, ROLES.verifierA);
      await world.side.home.courier.verify(forged, ROLES.verifierB);
      for (const one of [packet, forged]) {
        await expectRevert(world.side.home.courier.commit(one), "LZ_ULN_Verifying");
      }
    });

    it("one that waited for too few confirmations stops it", async () => {
      const packet = await sendReport(doubles, trade);
      await world.side.home.courier.verify(packet, ROLES.verifierA);
      await world.side.home.courier.verify(packet, ROLES.verifierB, 1n);
      await expectRevert(world.side.home.courier.commit(packet), "LZ_ULN_Verifying");
    });
  });

  describe("from anybody else", () => {
    const deliverAs = (caller: Hex, origin: { srcEid: number; sender: Hex; nonce: bigint }, value = 0n) =>
      callAs(world.home, caller, {
        address: world.addresses.messenger,
        abi: world.messenger.home.abi,
        functionName: "lzReceive",
        args: [origin, `0x${"11".repeat(32)}`, encodeMessage(MESSAGE.LOCKED, NONE, trade.id), caller, "0x"],
        value,
      });
    const peer = () => ({ srcEid: world.away.eid, sender: asPeer(world.addresses.messenger), nonce: 1n });

    it("valid call, one thing broken: another than the endpoint delivers", async () => {
      const stranger = world.home.address(ROLES.stranger);
      await expectRevert(deliverAs(stranger, peer()), "LayerZeroMessenger_NotEndpoint", [stranger]);
      await deliverAs(endpoint(), peer());
      expect(await doubles.coordinator.read.recorded(), "the same from the endpoint is taken").to.equal(1n);
    });

    it("valid call, one thing broken: another sender or endpoint id", async () => {
      const stranger = asPeer(world.home.address(ROLES.stranger));
      const escrow = asPeer(world.addresses.escrow);
      const dirty = `0x01${asPeer(world.addresses.messenger).slice(4)}` as Hex;
      for (const sender of [stranger, escrow, dirty]) {
        await expectRevert(deliverAs(endpoint(), { ...peer(), sender }), "LayerZeroMessenger_UnknownPeer", [
          world.away.eid,
          sender,
        ]);
      }
      for (const srcEid of [0, 1, COORDINATOR_CHAIN.eid]) {
        await expectRevert(deliverAs(endpoint(), { ...peer(), srcEid }), "LayerZeroMessenger_UnknownPeer", [
          srcEid,
          peer().sender,
        ]);
      }
    });

    it("cannot even open the path", async () => {
      const allows = (origin: { srcEid: number; sender: Hex; nonce: bigint }) =>
        world.messenger.home.read.allowInitializePath([origin]);
      expect(await allows(peer())).to.equal(true);
      expect(await allows({ ...peer(), srcEid: 1 })).to.equal(false);
      expect(await allows({ ...peer(), sender: asPeer(world.addresses.escrow) })).to.equal(false);
      const packet = await sendReport(doubles, trade);
      const foreign = {
        ...packet,
        header: concat([slice(packet.header, 0, 13), asPeer(endpoint()), slice(packet.header, 45)]),
      };
      await world.side.home.courier.verify(foreign, ROLES.verifierA);
      await world.side.home.courier.verify(foreign, ROLES.verifierB);
      await expectRevert(world.side.home.courier.commit(foreign), "LZ_PathNotInitializable");
    });

    it("valid call, one thing broken: value comes with it, and it stays deliverable without", async () => {
      const packet = await sendReport(doubles, trade);
      await world.side.home.courier.verifyAndCommit(packet);
      await expectRevert(world.side.home.courier.execute(packet, { value: 1n }), "LayerZeroMessenger_UnexpectedValue", [
        1n,
      ]);
      await world.side.home.courier.execute(packet);
      expect(await doubles.coordinator.read.recorded()).to.equal(1n);
    });

    it("valid call, one thing broken: a stranger calls the second half", async () => {
      const stranger = world.home.address(ROLES.stranger);
      await expectRevert(
        world.messenger.home.write.goOn([trade.id, MESSAGE.LOCKED, NONE, trade.id, trade.terms], { account: stranger }),
        "LayerZeroMessenger_NotAuthorized",
        [stranger],
      );
    });
  });

  describe("what it cannot use is consumed", () => {
    /** Both verifiers attest to bytes that no messenger sent. */
    async function deliverForged(message: Hex): Promise<Hash> {
      const packet = await sendReport(doubles, trade);
      return world.deliver(withMessage(packet, message));
    }
    const malformed: [string, () => Hex][] = [
      ["nothing", () => "0x"],
      ["a header cut short", () => slice(encodeMessage(MESSAGE.LOCKED, NONE, trade.id), 0, 33)],
      ["an unknown kind", () => encodeMessage(3, NONE, trade.id)],
      ["a kind of 255", () => encodeMessage(255, NONE, trade.id)],
      ["a report with a verdict", () => encodeMessage(MESSAGE.LOCKED, EXECUTE, trade.id)],
      ["a release with a verdict", () => encodeMessage(MESSAGE.RELEASED, ROLLBACK, trade.id)],
      ["an unknown verdict", () => encodeMessage(MESSAGE.LOCKED, 3, trade.id)],
      ["a verdict that says nothing", () => encodeMessage(MESSAGE.VERDICT, NONE, trade.id)],
    ];
    for (const [what, message] of malformed) {
      it(`valid call, one thing broken: the message is ${what}`, async () => {
        const hash = await deliverForged(message());
        expect((await ignored(hash)).name).to.equal("LayerZeroMessenger_MalformedMessage");
        expect(await doubles.coordinator.read.recorded()).to.equal(0n);
      });
    }

    it("valid call, one thing broken: a verdict on the coordinator's chain", async () => {
      const hash = await deliverForged(encodeMessage(MESSAGE.VERDICT, EXECUTE, trade.id));
      expect(await ignored(hash)).to.deep.equal({ name: "LayerZeroMessenger_WrongKind", args: [MESSAGE.VERDICT] });
      expect(await doubles.escrow.home.read.recorded()).to.equal(0n);
      expect(await doubles.coordinator.read.recorded()).to.equal(0n);
    });

    it("valid call, one thing broken: a report anywhere else", async () => {
      for (const kind of [MESSAGE.LOCKED, MESSAGE.RELEASED]) {
        const packet = await sendVerdict(doubles, trade, EXECUTE);
        const hash = await world.deliver(withMessage(packet, encodeMessage(kind, NONE, trade.id)));
        const [event] = await awayEvents(hash, "MessageIgnored");
        expect(await decodeRevert(event?.args.reason ?? "0x")).to.deep.equal({
          name: "LayerZeroMessenger_WrongKind",
          args: [kind],
        });
      }
      expect(await doubles.escrow.away.read.recorded()).to.equal(0n);
    });

    it("valid call, one thing broken: other terms than those of the id: the word is recorded, and nothing else", async () => {
      const id = `0x${"ab".repeat(32)}` as const;
      const hash = await world.deliver(await sendReport(doubles, trade, { carryTerms: true, id }));
      const reason = await ignored(hash, 1);
      expect(reason).to.deep.equal({ name: "LayerZeroMessenger_TermsMismatch", args: [id, trade.id] });
      expect(await doubles.coordinator.read.lastId()).to.equal(id);
      expect(await doubles.coordinator.read.wentOn()).to.equal(0n);
    });

    const hostile: [string, (good: Hex) => Hex][] = [
      ["garbage", () => toHex("not terms at all, but longer than one word of thirty-two bytes")],
      ["terms cut short", (good) => slice(good, 0, 400)],
      ["an offset beyond the end", (good) => replaceWord(good, 1 + 5, `0x${"ff".repeat(32)}`)],
      ["a length beyond the end", (good) => replaceWord(good, 1 + 13, `0x${"00".repeat(28)}ffffffff`)],
      ["an integer with dirty upper bits", (good) => replaceWord(good, 1 + 1, `0x${"ff".repeat(32)}`)],
    ];
    for (const [what, spoil] of hostile) {
      it(`terms that are ${what}: the word is recorded, and nothing else`, async () => {
        const good = await encodeTerms(trade.terms);
        const hash = await deliverForged(encodeMessage(MESSAGE.LOCKED, NONE, trade.id, spoil(good)));
        expect((await ignored(hash, 1)).name).to.be.oneOf([
          "LayerZeroMessenger_MalformedMessage",
          "LayerZeroMessenger_TermsMismatch",
        ]);
        expect(await doubles.coordinator.read.recorded()).to.equal(1n);
        expect(await doubles.coordinator.read.wentOn()).to.equal(0n);
      });
    }

    it("arrays that overlap a hundredfold, within the gas of the delivery", async () => {
      const packet = await sendReport(doubles, trade);
      const message = encodeMessage(MESSAGE.LOCKED, NONE, trade.id, hugeOverlap(await encodeTerms(trade.terms)));
      const hash = await world.deliver(withMessage(packet, message), { gas: 3_000_000n });
      expect((await ignored(hash, 1)).name).to.equal("LayerZeroMessenger_MalformedMessage");
      expect(await doubles.coordinator.read.recorded()).to.equal(1n);
    });

    it("bytes behind the header that are too few for terms", async () => {
      const hash = await deliverForged(encodeMessage(MESSAGE.LOCKED, NONE, trade.id, `0x${"00".repeat(31)}20`));
      expect((await ignored(hash, 1)).name).to.equal("LayerZeroMessenger_MalformedMessage");
    });

    it("a word that coordinator or escrow refuses", async () => {
      await doubles.coordinator.write.behave([MODE.REFUSE, MODE.OBEY, 0n]);
      const hash = await world.deliver(await sendReport(doubles, trade, { carryTerms: true }));
      expect(await ignored(hash)).to.deep.equal({ name: "SiblingDouble_Refused", args: [7n] });
      expect(await doubles.coordinator.read.wentOn(), "what was not recorded does not go on").to.equal(0n);
    });
  });

  describe("when going on fails the word stays", () => {
    for (const [what, mode] of [
      ["with a reason", MODE.REFUSE],
      ["without a reason", MODE.EMPTY_REVERT],
      ["with half a megabyte of reason", MODE.HUGE_REVERT],
      ["by burning all gas", MODE.BURN_GAS],
    ] as const) {
      it(what, async () => {
        await doubles.coordinator.write.behave([MODE.OBEY, mode, 0n]);
        await doubles.escrow.away.write.behave([MODE.OBEY, mode, 0n]);
        const report = await sendReport(doubles, trade, { carryTerms: true });
        const gas = 3_000_000n;
        const atHome = await world.deliver(report, { gas });
        const atAway = await world.deliver(await sendVerdict(doubles, trade, EXECUTE, { carryTerms: true }), { gas });
        for (const [hash, events] of [
          [atHome, homeEvents],
          [atAway, awayEvents],
        ] as const) {
          expect(await events(hash, "MessageReceived")).to.have.length(1);
          const [event, ...others] = await events(hash, "MessageIgnored");
          expect(others).to.deep.equal([]);
          const reason = event?.args.reason ?? "0x";
          if (mode === MODE.REFUSE) expect((await decodeRevert(reason)).name).to.equal("SiblingDouble_Refused");
          else if (mode === MODE.HUGE_REVERT) {
            expect(reason).to.have.length(2 + 2 * 256);
            expect(slice(reason, 0, 4)).to.equal("0x12345678");
          } else expect(reason).to.equal("0x");
        }
        expect(await doubles.coordinator.read.recorded()).to.equal(1n);
        expect(await doubles.escrow.away.read.recorded()).to.equal(1n);
        await expectRevert(world.side.home.courier.execute(report), "LZ_PayloadHashNotFound");
      });
    }
  });

  it("valid call, one thing broken: before the seal, when nothing opens and nothing is received", async () => {
    const unsealed = await openDoubles("wired");
    const origin = {
      srcEid: unsealed.world.away.eid,
      sender: asPeer(unsealed.world.addresses.messenger),
      nonce: 1n,
    } as const;
    expect(await unsealed.world.messenger.home.read.allowInitializePath([origin])).to.equal(false);
    await expectRevert(
      callAs(unsealed.world.home, unsealed.world.side.home.layerZero.endpoint, {
        address: unsealed.world.addresses.messenger,
        abi: unsealed.world.messenger.home.abi,
        functionName: "lzReceive",
        args: [origin, `0x${"11".repeat(32)}`, encodeMessage(MESSAGE.LOCKED, NONE, trade.id), endpoint(), "0x"],
      }),
      "LayerZeroMessenger_NotSealed",
    );
    const packet: Packet = {
      header: concat([
        "0x01",
        toHex(1n, { size: 8 }),
        toHex(origin.srcEid, { size: 4 }),
        origin.sender,
        toHex(unsealed.world.home.eid, { size: 4 }),
        origin.sender,
      ]),
      nonce: 1n,
      srcEid: origin.srcEid,
      sender: origin.sender,
      dstEid: unsealed.world.home.eid,
      receiver: origin.sender,
      guid: `0x${"22".repeat(32)}`,
      message: "0x",
      options: "0x",
    };
    await expectRevert(unsealed.world.side.home.courier.verifyAndCommit(packet), "LZ_PathNotInitializable");
  });
});

function replaceWord(data: Hex, index: number, word: Hex): Hex {
  const at = 2 + index * 64;
  return `${data.slice(0, at)}${word.slice(2)}${data.slice(at + 64)}` as Hex;
}

/** Three hundred legs that all are the same leg, whose fees are all the same long list: small to send, long to hash. */
function hugeOverlap(good: Hex): Hex {
  const word = (value: number | bigint) => value.toString(16).padStart(64, "0");
  const legs = 300;
  const fees = 300;
  const head = good.slice(2 + 64, 2 + 64 * 14);
  const replaced = `${head.slice(0, 64 * 5)}${word(13 * 32 + 32)}${head.slice(64 * 6)}`;
  const empty = word(0);
  const withArrays = `${replaced.slice(0, 64 * 4)}${word(13 * 32)}${replaced.slice(64 * 5, 64 * 8)}${word(13 * 32)}${replaced.slice(64 * 9)}`;
  const offsets = Array.from({ length: legs }, () => word(legs * 32)).join("");
  const leg = `${[1, 0, 0, 0, 0, 1, 0, 0, 1].map(word).join("")}${word(10 * 32)}${word(fees)}${word(1).repeat(2 * fees)}`;
  return `0x${word(32)}${withArrays}${empty}${word(legs)}${offsets}${leg}` as Hex;
}
