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
import { registryActions } from "./support/registry.ts";
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

  const { say, sayStatuses, word, clearance, override, revoke } = registryActions(() => ({ world, trade }));

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

    it("valid call, one thing broken: refuses 33 parties", async () => {
      const parties = Array.from({ length: 33 }, (_, i) => keccak256(stringToHex(`party ${i}`)));
      const changes = { parties, statuses: parties.map(() => PASS), referenceHashes: parties };
      await expectRevert(say(changes), "ComplianceRegistry_LengthMismatch", [33n, 33n, 33n]);
    });

    it("valid call, one thing broken: refuses Revoked, which only revoke writes", async () => {
      const statuses = [PASS, PASS, REVOKED, PASS];
      await expectRevert(sayStatuses(statuses, 1n), "ComplianceRegistry_InvalidStatus", [2n, REVOKED]);
    });

    it("valid call, one thing broken: refuses a statement that is over before it begins", async () => {
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

    it("valid call, one thing broken: refuses no position, and one beyond the parties", async () => {
      await expectRevert(revoke(0, 1n), "ComplianceRegistry_InvalidPositions", [0, 4n]);
      await expectRevert(revoke(0b10000, 1n), "ComplianceRegistry_InvalidPositions", [0b10000, 4n]);
    });

    it("valid call, one thing broken: refuses an empty party list", async () => {
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

    it("valid call, one thing broken: refuses an empty reason", async () => {
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

    it("valid call, one thing broken: refuses a signature over anything else", async () => {
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

    it("valid call, one thing broken: refuses another signer, domain, chain, and garbage", async () => {
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

    it("valid call, one thing broken: refuses the malleable twin of a good signature", async () => {
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
});
