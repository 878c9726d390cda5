import { expect } from "chai";
import { type Hex, keccak256, parseSignature, serializeSignature, stringToHex, zeroHash } from "viem";
import { ROLES } from "./support/chain.ts";
import {
  attest,
  attestationDigest,
  attestationTypedData,
  type Statement,
  signStatement,
  statementArgs,
  statementOf,
} from "./support/compliance.ts";
import { expectRevert } from "./support/revert.ts";
import { dvp } from "./support/settle.ts";
import { CLEARANCE, STATUS, type Trade } from "./support/terms.ts";
import { openWorld, type World } from "./support/world.ts";

const { NONE, PASS, FLAGGED, FAIL, REVOKED } = STATUS;
const SECP256K1_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

describe("ComplianceRegistry", function () {
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

  const as = (role: number) => ({ account: world.home.address(role) });
  const partiesHash = () => keccak256(`0x${trade.terms.parties.map((party) => party.slice(2)).join("")}`);

  /** The attester states something by itself. */
  function say(changes: Partial<Statement> = {}, role: number = ROLES.attester) {
    return world.registry.write.attest([...statementArgs(statementOf(trade, changes))], as(role));
  }
  function sayStatuses(statuses: readonly number[], sequence: bigint, role: number = ROLES.attester) {
    return say({ statuses, sequence }, role);
  }
  async function word(role: number = ROLES.attester) {
    const [statuses, validUntil, sequence] = await world.registry.read.statementOf([
      trade.id,
      world.home.address(role),
      trade.terms.parties,
    ]);
    return { statuses, validUntil, sequence };
  }
  async function clearance(changes: { attesters?: number[]; threshold?: number; validThrough?: number } = {}) {
    const { attesters = [ROLES.attester], threshold = 1, validThrough = trade.terms.settleDeadline } = changes;
    const addresses = attesters.map((role) => world.home.address(role)).sort((a, b) => Number(BigInt(a) - BigInt(b)));
    return world.registry.read.clearanceOf([trade.id, trade.terms.parties, addresses, threshold, validThrough]);
  }
  function override(changes: Partial<Statement> = {}, reason = "a false match", role: number = ROLES.attester) {
    return world.registry.write.overrideAttestation([...statementArgs(statementOf(trade, changes)), reason], as(role));
  }
  function revoke(positions: number, sequence: bigint, role: number = ROLES.attester) {
    const { parties } = trade.terms;
    return world.registry.write.revoke([trade.id, parties, positions, zeroHash, sequence], as(role));
  }

  describe("attest", () => {
    it("stores the statement and publishes it", async () => {
      const statement = statementOf(trade, { statuses: [PASS, FLAGGED, NONE, PASS], sequence: 5n });
      await say(statement);
      const { statuses, validUntil, sequence, referenceHashes } = statement;
      expect(await word()).to.deep.equal({ statuses, validUntil, sequence });
      const [event] = await world.registry.getEvents.Attested();
      expect(event?.args).to.deep.equal({
        settlementId: trade.id,
        attester: world.attester,
        partiesHash: partiesHash(),
        statuses,
        referenceHashes,
        validUntil,
        sequence,
      });
    });

    it("keeps every position of 32 parties apart", async () => {
      const parties = Array.from({ length: 32 }, (_, i) => keccak256(stringToHex(`party ${i}`)));
      const statuses = parties.map((_, i) => [PASS, FLAGGED, FAIL, NONE][i % 4] as number);
      const statement = statementOf(trade, { parties, statuses, referenceHashes: parties });
      await world.registry.write.attest([...statementArgs(statement)], as(ROLES.attester));
      const [stored, validUntil, sequence] = await world.registry.read.statementOf([trade.id, world.attester, parties]);
      expect(stored).to.deep.equal(statuses);
      expect({ validUntil, sequence }).to.deep.equal({ validUntil: statement.validUntil, sequence: 1n });
    });

    it("keeps settlements, attesters and party lists apart", async () => {
      await say();
      const empty = { statuses: [NONE, NONE, NONE, NONE], validUntil: 0, sequence: 0n };
      expect(await word(ROLES.attester2)).to.deep.equal(empty);
      const other = keccak256("0x01");
      const elsewhere = await world.registry.read.statementOf([other, world.attester, trade.terms.parties]);
      expect(elsewhere[2]).to.equal(0n);
      const reordered = [...trade.terms.parties].reverse();
      expect((await world.registry.read.statementOf([trade.id, world.attester, reordered]))[2]).to.equal(0n);
      const shorter = trade.terms.parties.slice(0, 3);
      expect((await world.registry.read.statementOf([trade.id, world.attester, shorter]))[2]).to.equal(0n);
    });

    it("replaces the whole word", async () => {
      await sayStatuses([PASS, PASS, PASS, PASS], 1n);
      await sayStatuses([NONE, FLAGGED, PASS, NONE], 2n);
      expect((await word()).statuses).to.deep.equal([NONE, FLAGGED, PASS, NONE]);
    });

    for (const [what, changes] of [
      ["no parties", { parties: [], statuses: [], referenceHashes: [] }],
      ["too few statuses", { statuses: [PASS] }],
      ["too many statuses", { statuses: [PASS, PASS, PASS, PASS, PASS] }],
      ["too few references", { referenceHashes: [] }],
    ] as [string, Partial<Statement>][]) {
      it(`refuses ${what}`, async () => {
        await expectRevert(say(changes), "ComplianceRegistry_LengthMismatch");
        expect((await word()).sequence).to.equal(0n);
      });
    }

    it("refuses 33 parties", async () => {
      const parties = Array.from({ length: 33 }, (_, i) => keccak256(stringToHex(`party ${i}`)));
      const changes = { parties, statuses: parties.map(() => PASS), referenceHashes: parties };
      await expectRevert(say(changes), "ComplianceRegistry_LengthMismatch", [33n, 33n, 33n]);
    });

    it("refuses Revoked, which only revoke writes", async () => {
      const statuses = [PASS, PASS, REVOKED, PASS];
      await expectRevert(sayStatuses(statuses, 1n), "ComplianceRegistry_InvalidStatus", [2n, REVOKED]);
    });

    it("refuses a statement that is over before it begins", async () => {
      const now = await world.home.helpers.time.latest();
      await world.home.helpers.time.setNextBlockTimestamp(now + 10);
      await expectRevert(say({ validUntil: now + 10 }), "ComplianceRegistry_Expired", [now + 10, BigInt(now + 10)]);
    });
  });

  describe("sequence", () => {
    it("rises strictly: an older or equal statement is ignored without an event", async () => {
      await sayStatuses([PASS, PASS, PASS, PASS], 5n);
      for (const sequence of [0n, 4n, 5n]) {
        const args = [...statementArgs(statementOf(trade, { sequence, statuses: [FAIL, FAIL, FAIL, FAIL] }))] as const;
        const { result } = await world.registry.simulate.attest(args, as(ROLES.attester));
        expect(result, `sequence ${sequence}`).to.equal(false);
        await world.registry.write.attest(args, as(ROLES.attester));
        expect(await world.registry.getEvents.Attested()).to.deep.equal([]);
        expect(await word()).to.deep.include({ statuses: [PASS, PASS, PASS, PASS], sequence: 5n });
      }
    });

    it("begins at one", async () => {
      await sayStatuses([PASS, PASS, PASS, PASS], 0n);
      expect((await word()).statuses).to.deep.equal([NONE, NONE, NONE, NONE]);
    });

    it("is shared by every way of writing", async () => {
      await revoke(0b1, 3n);
      await sayStatuses([PASS, PASS, PASS, PASS], 3n);
      await override({ sequence: 2n });
      await revoke(0b10, 1n);
      expect(await word()).to.deep.include({ statuses: [REVOKED, NONE, NONE, NONE], sequence: 3n });
    });

    it("ignores a replayed signature even when it has expired since", async () => {
      const statement = statementOf(trade);
      const signature = await signStatement(world, statement);
      const args = [world.attester, ...statementArgs(statement), signature] as const;
      await world.registry.write.attestBySig(args);
      await world.home.helpers.time.increaseTo(statement.validUntil + 1);
      expect((await world.registry.simulate.attestBySig(args)).result).to.equal(false);
    });
  });

  describe("Fail and Revoked are sticky", () => {
    for (const [name, sticky] of [
      ["Fail", FAIL],
      ["Revoked", REVOKED],
    ] as const) {
      const mark = async () => {
        if (sticky === FAIL) await sayStatuses([PASS, FAIL, PASS, PASS], 1n);
        else await revoke(0b10, 1n);
      };

      it(`${name} survives attest, by key and by signature`, async () => {
        await mark();
        await sayStatuses([FLAGGED, PASS, PASS, NONE], 2n);
        expect((await word()).statuses).to.deep.equal([FLAGGED, sticky, PASS, NONE]);
        const [event] = await world.registry.getEvents.Attested();
        expect(event?.args.statuses, "the event tells the stored word").to.deep.equal([FLAGGED, sticky, PASS, NONE]);
        await attest(world, trade, { sequence: 3n });
        expect((await word()).statuses).to.deep.equal([PASS, sticky, PASS, PASS]);
        expect(await clearance()).to.equal(CLEARANCE.FAILED);
      });

      it(`${name} is lifted by the attester's own override`, async () => {
        await mark();
        await override({ sequence: 2n });
        expect((await word()).statuses).to.deep.equal([PASS, PASS, PASS, PASS]);
        expect(await clearance()).to.equal(CLEARANCE.CLEARED);
      });

      it(`${name} is not lifted by another attester`, async () => {
        await mark();
        await override({ sequence: 9n }, "not mine to lift", ROLES.attester2);
        expect((await word()).statuses[1]).to.equal(sticky);
        expect(await clearance({ attesters: [ROLES.attester, ROLES.attester2] })).to.equal(CLEARANCE.FAILED);
      });
    }

    it("a Fail that comes later is taken", async () => {
      await sayStatuses([PASS, PASS, PASS, PASS], 1n);
      await sayStatuses([PASS, PASS, FAIL, PASS], 2n);
      expect(await clearance()).to.equal(CLEARANCE.FAILED);
    });
  });

  describe("revoke", () => {
    it("marks the named positions and leaves the others, with their date", async () => {
      await say({ statuses: [PASS, PASS, FLAGGED, PASS] });
      await revoke(0b1001, 2n);
      expect(await word()).to.deep.equal({
        statuses: [REVOKED, PASS, FLAGGED, REVOKED],
        validUntil: trade.terms.settleDeadline,
        sequence: 2n,
      });
      const [event] = await world.registry.getEvents.Revoked();
      expect(event?.args).to.deep.equal({
        settlementId: trade.id,
        attester: world.attester,
        partiesHash: partiesHash(),
        positions: 0b1001,
        referenceHash: zeroHash,
        sequence: 2n,
      });
    });

    it("turns a Fail into Revoked, which vetoes all the same", async () => {
      await sayStatuses([FAIL, PASS, PASS, PASS], 1n);
      await revoke(0b1, 2n);
      expect((await word()).statuses[0]).to.equal(REVOKED);
      expect(await clearance()).to.equal(CLEARANCE.FAILED);
    });

    it("vetoes before anything was attested", async () => {
      await revoke(0b1, 1n);
      expect(await clearance()).to.equal(CLEARANCE.FAILED);
    });

    it("is ignored when stale", async () => {
      await sayStatuses([PASS, PASS, PASS, PASS], 2n);
      await revoke(0b1, 2n);
      expect(await world.registry.getEvents.Revoked()).to.deep.equal([]);
      expect(await clearance()).to.equal(CLEARANCE.CLEARED);
    });

    it("refuses no position, and one beyond the parties", async () => {
      await expectRevert(revoke(0, 1n), "ComplianceRegistry_InvalidPositions", [0, 4n]);
      await expectRevert(revoke(0b10000, 1n), "ComplianceRegistry_InvalidPositions", [0b10000, 4n]);
    });

    it("refuses an empty party list", async () => {
      await expectRevert(
        world.registry.write.revoke([trade.id, [], 1, zeroHash, 1n], as(ROLES.attester)),
        "ComplianceRegistry_LengthMismatch",
      );
    });

    it("reaches the 32nd party", async () => {
      const parties = Array.from({ length: 32 }, (_, i) => keccak256(stringToHex(`party ${i}`)));
      await world.registry.write.revoke([trade.id, parties, 0x80000000, zeroHash, 1n], as(ROLES.attester));
      const [statuses] = await world.registry.read.statementOf([trade.id, world.attester, parties]);
      expect(statuses).to.deep.equal([...Array(31).fill(NONE), REVOKED]);
    });
  });

  describe("overrideAttestation", () => {
    it("replaces everything and publishes the reason", async () => {
      await sayStatuses([FAIL, PASS, PASS, PASS], 1n);
      const statement = statementOf(trade, { statuses: [PASS, NONE, FAIL, PASS], sequence: 2n });
      await override(statement, "matched another person");
      expect((await word()).statuses).to.deep.equal([PASS, NONE, FAIL, PASS]);
      const [event] = await world.registry.getEvents.Overridden();
      expect(event?.args).to.deep.equal({
        settlementId: trade.id,
        attester: world.attester,
        partiesHash: partiesHash(),
        statuses: statement.statuses,
        referenceHashes: statement.referenceHashes,
        validUntil: statement.validUntil,
        sequence: 2n,
        reason: "matched another person",
      });
    });

    it("refuses an empty reason", async () => {
      await expectRevert(override({}, ""), "ComplianceRegistry_ReasonRequired");
    });

    it("is held to the same rules as attest", async () => {
      await expectRevert(override({ statuses: [PASS] }), "ComplianceRegistry_LengthMismatch");
      await expectRevert(override({ statuses: [REVOKED, PASS, PASS, PASS] }), "ComplianceRegistry_InvalidStatus");
      await expectRevert(override({ validUntil: 1 }), "ComplianceRegistry_Expired");
      await sayStatuses([FAIL, PASS, PASS, PASS], 2n);
      await override({ sequence: 2n });
      expect(await clearance(), "a stale override lifts nothing").to.equal(CLEARANCE.FAILED);
    });
  });

  describe("attestBySig", () => {
    const send = (statement: Statement, signature: Hex, attester = world.attester) =>
      world.registry.write.attestBySig([attester, ...statementArgs(statement), signature], as(ROLES.relayer));

    it("takes the attester's word from anyone's hands", async () => {
      const statement = statementOf(trade);
      await send(statement, await signStatement(world, statement));
      expect((await word()).statuses).to.deep.equal(statement.statuses);
      expect((await word(ROLES.relayer)).sequence, "the sender attests nothing").to.equal(0n);
    });

    it("names its domain by ERC-5267", async () => {
      const [, name, version, chainId, verifyingContract] = await world.registry.read.eip712Domain();
      expect({ name, version, chainId, verifyingContract }).to.deep.equal({
        name: "KeyStone Compliance",
        version: "1",
        chainId: BigInt(world.home.chainId),
        verifyingContract: world.registry.address,
      });
    });

    it("refuses a signature over anything else", async () => {
      const statement = statementOf(trade);
      const signature = await signStatement(world, statement);
      const other = keccak256("0x02");
      const changes: Partial<Statement>[] = [
        { settlementId: other },
        { parties: [other, ...statement.parties.slice(1)] },
        { statuses: [FLAGGED, PASS, PASS, PASS] },
        { referenceHashes: [other, ...statement.referenceHashes.slice(1)] },
        { validUntil: statement.validUntil + 1 },
        { sequence: 2n },
      ];
      for (const change of changes) {
        await expectRevert(send({ ...statement, ...change }, signature), "ComplianceRegistry_InvalidSignature", [
          world.attester,
        ]);
      }
    });

    it("refuses another signer, domain, chain, and garbage", async () => {
      const statement = statementOf(trade);
      await expectRevert(
        send(statement, await signStatement(world, statement, ROLES.attester2)),
        "ComplianceRegistry_InvalidSignature",
      );
      const typedData = attestationTypedData(world.home, world.registry.address, statement);
      for (const change of [
        { chainId: world.away.chainId },
        { verifyingContract: world.addresses.escrow },
        { name: "KeyStone Settlement" },
        { version: "2" },
      ]) {
        const domain = { ...typedData.domain, ...change };
        const signature = await world.home.account(ROLES.attester).signTypedData({ ...typedData, domain });
        await expectRevert(send(statement, signature), "ComplianceRegistry_InvalidSignature");
      }
      for (const garbage of ["0x", "0x00", `0x${"00".repeat(65)}`] as Hex[]) {
        await expectRevert(send(statement, garbage), "ComplianceRegistry_InvalidSignature");
      }
    });

    it("refuses the malleable twin of a good signature", async () => {
      const statement = statementOf(trade);
      const { r, s, yParity } = parseSignature(await signStatement(world, statement));
      const twin = `0x${(SECP256K1_ORDER - BigInt(s)).toString(16).padStart(64, "0")}` as Hex;
      await expectRevert(
        send(statement, serializeSignature({ r, s: twin, yParity: 1 - yParity })),
        "ComplianceRegistry_InvalidSignature",
      );
    });

    it("never takes the zero address for a signer", async () => {
      const zero = `0x${"00".repeat(20)}` as const;
      await expectRevert(send(statementOf(trade), `0x${"00".repeat(65)}`, zero), "ComplianceRegistry_InvalidSignature");
    });

    it("takes the key of an account that has given itself code", async () => {
      const code = await world.home.viem.deployContract("ContractWallet", [world.home.address(ROLES.stranger)]);
      const bytecode = await world.home.client.getCode({ address: code.address });
      await world.home.helpers.setCode(world.home.address(ROLES.attester), bytecode ?? "0x");
      const statement = statementOf(trade);
      await send(statement, await signStatement(world, statement), world.home.address(ROLES.attester));
      expect((await word()).statuses).to.deep.equal(statement.statuses);
    });

    it("asks a contract by ERC-1271", async () => {
      const owner = world.home.address(ROLES.attester2);
      const wallet = await world.home.viem.deployContract("ContractWallet", [owner]);
      const statement = statementOf(trade);
      const signature = await signStatement(world, statement, ROLES.attester2);
      expect(attestationDigest(world.home, world.registry.address, statement)).to.have.length(66);
      await send(statement, signature, wallet.address);
      const [statuses] = await world.registry.read.statementOf([trade.id, wallet.address, trade.terms.parties]);
      expect(statuses).to.deep.equal(statement.statuses);

      const next = statementOf(trade, { sequence: 2n });
      const nextSignature = await signStatement(world, next, ROLES.attester2);
      for (const answer of [1, 2]) {
        await wallet.write.setAnswer([answer]);
        await expectRevert(send(next, nextSignature, wallet.address), "ComplianceRegistry_InvalidSignature");
      }
    });
  });

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
