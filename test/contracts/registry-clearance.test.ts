import { expect } from "chai";
import { type Hex, keccak256, zeroHash } from "viem";
import { ROLES } from "./support/chain.ts";
import { registryActions } from "./support/registry.ts";
import { dvp } from "./support/settle.ts";
import { CLEARANCE, STATUS, type Trade } from "./support/terms.ts";
import { openWorld, type World } from "./support/world.ts";

const { NONE, PASS, FLAGGED, FAIL } = STATUS;

describe("ComplianceRegistry: clearance", function () {
  this.timeout(60_000);
  let world: World;
  let trade: Trade;
  let restore: () => Promise<void>;

  before(async () => {
    world = await openWorld({ stage: "deployed" });
    trade = await dvp(world);
    restore = await world.snapshot();
  });
  afterEach(() => restore());

  const { say, sayStatuses, clearance, revoke } = registryActions(() => ({ world, trade }));

  describe("clearanceOf", () => {
    const both = [ROLES.attester, ROLES.attester2];

    it("is pending until somebody named has spoken about everybody", async () => {
      expect(await clearance()).to.equal(CLEARANCE.PENDING);
      await sayStatuses([PASS, PASS, NONE, PASS], 1n);
      expect(await clearance()).to.equal(CLEARANCE.PENDING);
      await sayStatuses([PASS, PASS, FLAGGED, PASS], 2n);
      expect(await clearance()).to.equal(CLEARANCE.PENDING);
      await sayStatuses([PASS, PASS, PASS, PASS], 3n);
      expect(await clearance()).to.equal(CLEARANCE.CLEARED);
    });

    it("hears nobody who is not named", async () => {
      await sayStatuses([PASS, PASS, PASS, PASS], 1n, ROLES.stranger);
      await sayStatuses([FAIL, FAIL, FAIL, FAIL], 1n, ROLES.buyer);
      expect(await clearance()).to.equal(CLEARANCE.PENDING);
    });

    it("needs the threshold for each party, not together", async () => {
      await sayStatuses([PASS, PASS, PASS, NONE], 1n);
      await sayStatuses([PASS, PASS, NONE, PASS], 1n, ROLES.attester2);
      expect(await clearance({ attesters: both, threshold: 2 })).to.equal(CLEARANCE.PENDING);
      expect(await clearance({ attesters: both, threshold: 1 }), "one each is enough for one").to.equal(
        CLEARANCE.CLEARED,
      );
      await sayStatuses([PASS, PASS, PASS, PASS], 2n);
      await sayStatuses([PASS, PASS, PASS, PASS], 2n, ROLES.attester2);
      expect(await clearance({ attesters: both, threshold: 2 })).to.equal(CLEARANCE.CLEARED);
      expect(await clearance({ attesters: both, threshold: 3 })).to.equal(CLEARANCE.PENDING);
    });

    it("counts eight attesters", async () => {
      const eight = [7, 8, 9, 10, 11, 12, 13, 14];
      for (const role of eight) await sayStatuses([PASS, PASS, PASS, PASS], 1n, role);
      expect(await clearance({ attesters: eight, threshold: 8 })).to.equal(CLEARANCE.CLEARED);
      await revoke(0b100, 2n, 14);
      expect(await clearance({ attesters: eight, threshold: 1 })).to.equal(CLEARANCE.FAILED);
    });

    it("lets one veto outweigh any threshold", async () => {
      await sayStatuses([PASS, PASS, PASS, PASS], 1n);
      await sayStatuses([NONE, NONE, NONE, FAIL], 1n, ROLES.attester2);
      expect(await clearance({ attesters: both, threshold: 1 })).to.equal(CLEARANCE.FAILED);
    });

    it("wants a Pass to last until the moment that it is asked about", async () => {
      const { settleDeadline } = trade.terms;
      await say({ validUntil: settleDeadline - 1 });
      expect(await clearance(), "one second short").to.equal(CLEARANCE.PENDING);
      await say({ validUntil: settleDeadline, sequence: 2n });
      expect(await clearance(), "to the second").to.equal(CLEARANCE.CLEARED);
    });

    it("does not count a Pass from its validUntil on", async () => {
      const { settleDeadline } = trade.terms;
      await say({ validUntil: settleDeadline });
      await world.home.helpers.time.increaseTo(settleDeadline - 1);
      expect(await clearance({ validThrough: 0 })).to.equal(CLEARANCE.CLEARED);
      await world.home.helpers.time.increaseTo(settleDeadline);
      expect(await clearance({ validThrough: 0 })).to.equal(CLEARANCE.PENDING);
    });

    it("counts Fail and Revoked for ever", async () => {
      const now = await world.home.helpers.time.latest();
      await say({ statuses: [FAIL, PASS, PASS, PASS], validUntil: now + 100 });
      await world.home.helpers.time.increaseTo(now + 1_000);
      expect(await clearance()).to.equal(CLEARANCE.FAILED);
    });

    it("never clears an empty list, a zero threshold, nobody named, or one named twice", async () => {
      await say();
      const { parties, settleDeadline } = trade.terms;
      const ask = (list: readonly Hex[], attesters: readonly Hex[], threshold: number) =>
        world.registry.read.clearanceOf([trade.id, list, attesters, threshold, settleDeadline]);
      expect(await ask([], [world.attester], 1)).to.equal(CLEARANCE.PENDING);
      expect(await ask(parties, [world.attester], 0)).to.equal(CLEARANCE.PENDING);
      expect(await ask(parties, [], 1)).to.equal(CLEARANCE.PENDING);
      expect(await ask(parties, [world.attester, world.attester], 2)).to.equal(CLEARANCE.PENDING);
      expect(await ask(Array(33).fill(zeroHash), [world.attester], 1)).to.equal(CLEARANCE.PENDING);
    });
  });

  describe("isCleared and areAllPartiesCleared", () => {
    const party = (position: number) => trade.terms.parties[position] as Hex;

    it("judge by the terms: their id, attesters, threshold and deadline", async () => {
      expect(await world.registry.read.areAllPartiesCleared([trade.terms])).to.equal(false);
      await sayStatuses([PASS, PASS, FLAGGED, PASS], 1n);
      expect(await world.registry.read.isCleared([trade.terms, party(1)])).to.equal(true);
      expect(await world.registry.read.isCleared([trade.terms, party(2)])).to.equal(false);
      expect(await world.registry.read.areAllPartiesCleared([trade.terms])).to.equal(false);
      await sayStatuses([PASS, PASS, PASS, PASS], 2n);
      expect(await world.registry.read.areAllPartiesCleared([trade.terms])).to.equal(true);
      const later = { ...trade.terms, settleDeadline: trade.terms.settleDeadline + 1 };
      expect(await world.registry.read.areAllPartiesCleared([later]), "other terms, other id").to.equal(false);
    });

    it("do not clear a stranger", async () => {
      await sayStatuses([PASS, PASS, PASS, PASS], 1n);
      expect(await world.registry.read.isCleared([trade.terms, keccak256("0x03")])).to.equal(false);
    });

    it("tell a vetoed party from the others", async () => {
      await sayStatuses([PASS, FAIL, PASS, PASS], 1n);
      expect(await world.registry.read.isCleared([trade.terms, party(1)])).to.equal(false);
      expect(await world.registry.read.isCleared([trade.terms, party(0)])).to.equal(true);
      expect(await world.registry.read.areAllPartiesCleared([trade.terms])).to.equal(false);
    });

    it("never clear terms without parties", async () => {
      const empty = await dvp(world, { changes: { parties: [] } });
      expect(await world.registry.read.areAllPartiesCleared([empty.terms])).to.equal(false);
    });

    it("never clear a party by its vetoed Pass of another attester", async () => {
      const attesters = [world.home.address(ROLES.attester), world.home.address(ROLES.attester2)].sort((a, b) =>
        BigInt(a) < BigInt(b) ? -1 : 1,
      );
      trade = await dvp(world, { changes: { attesters } });
      await sayStatuses([PASS, PASS, PASS, PASS], 1n);
      await sayStatuses([NONE, FAIL, NONE, NONE], 1n, ROLES.attester2);
      expect(await world.registry.read.isCleared([trade.terms, party(1)])).to.equal(false);
      expect(await world.registry.read.isCleared([trade.terms, party(0)])).to.equal(true);
    });
  });
});
