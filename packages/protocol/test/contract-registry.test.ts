import { expect } from "chai";
import fc from "fast-check";
import { isAddressEqual } from "viem";
import { revertOf } from "../../../test/contracts/support/revert.ts";
import {
  type Attestation,
  attestationTypedData,
  ComplianceStatus,
  clearance,
  clearanceOf,
  hashTerms,
  partyClearances,
  type Statement,
  statementsOf,
  type Terms,
} from "../src/index.ts";
import { type ContractWorld, foldedWorld, openContracts } from "./support/contracts.ts";
import { PATIENCE } from "./support/patience.ts";
import { terms as sampleTerms } from "./support/sample.ts";

/** Accounts that attest; the first three are named in the terms. */
const ROLES = [2, 11, 12, 13] as const;
const NAMED = 3;

/** One call of an attester. `until` is seconds after the deadline; most words are long enough. */
type Call = { who: number; sequence: bigint } & (
  | { kind: "attest" | "override"; statuses: number[]; until: number }
  | { kind: "revoke"; positions: number }
);

const status = fc.oneof(
  { weight: 6, arbitrary: fc.constant(ComplianceStatus.Pass) },
  { weight: 1, arbitrary: fc.constantFrom(ComplianceStatus.None, ComplianceStatus.Flagged, ComplianceStatus.Fail) },
);
const speaker = { who: fc.nat({ max: ROLES.length - 1 }), sequence: fc.bigInt({ min: 1n, max: 6n }) };
const call: fc.Arbitrary<Call> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      ...speaker,
      kind: fc.constantFrom("attest" as const, "override" as const),
      statuses: fc.array(status, { minLength: 4, maxLength: 4 }),
      until: fc.constantFrom(-1, 0, 0, 0, 1_000),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      ...speaker,
      kind: fc.constant("revoke" as const),
      positions: fc.integer({ min: 1, max: 15 }),
    }),
  },
);

describe("clearance, as the registry judges it", function () {
  this.timeout(PATIENCE);

  let world: ContractWorld;
  let terms: Terms;

  before(async () => {
    world = await openContracts();
    const attesters = ROLES.slice(0, NAMED)
      .map((role) => world.contracts.home.account(role).account.address)
      .sort((left, right) => (BigInt(left) < BigInt(right) ? -1 : 1));
    const { coordinator } = world.context;
    const settleDeadline = (await world.now()) + 10_000;
    terms = { ...sampleTerms, coordinator, attesters, threshold: 2, depositDeadline: settleDeadline, settleDeadline };
  });
  afterEach(() => world.restore());

  async function send({ who, sequence, ...said }: Call): Promise<void> {
    const { registry } = world.contracts;
    const { account } = world.contracts.home.account(ROLES[who] ?? 2);
    const id = hashTerms(terms);
    const hashes = terms.parties;
    if (said.kind === "revoke") {
      await registry.write.revoke([id, terms.parties, said.positions, terms.ruleset, sequence], { account });
      return;
    }
    const args = [id, terms.parties, said.statuses, hashes, terms.settleDeadline + said.until, sequence] as const;
    if (said.kind === "attest") await registry.write.attest(args, { account });
    else await registry.write.overrideAttestation([...args, "looked again"], { account });
  }

  it("is what the mirror says, from the registry's own words and from the logs, after any calls", async () => {
    const { registry } = world.contracts;
    const id = hashTerms(terms);
    const said = (who: number, status: number): Call => {
      return { kind: "attest", who, statuses: Array(4).fill(status), until: 0, sequence: 1n };
    };
    const examples: [Call[], number][] = [
      [[said(0, ComplianceStatus.Flagged)], 1],
      [[said(0, ComplianceStatus.Pass), said(2, ComplianceStatus.Pass)], 2],
      [[said(0, ComplianceStatus.Pass), said(1, ComplianceStatus.Fail)], 1],
    ];
    const seen = new Set<number>();
    await fc.assert(
      fc.asyncProperty(
        fc.array(call, { minLength: 2, maxLength: 12 }),
        fc.constantFrom(1, 2),
        async (calls, threshold) => {
          await world.restore();
          for (const one of calls) await send(one);
          const now = await world.now();
          const { parties, attesters, settleDeadline } = terms;

          const words: Statement[] = [];
          for (const attester of attesters) {
            const [statuses, validUntil] = await registry.read.statementOf([id, attester, parties]);
            words.push({ attester, statuses, validUntil });
          }
          const input = { parties, attesters, threshold, validThrough: settleDeadline, now, statements: words };
          const judged = await registry.read.clearanceOf([id, parties, attesters, threshold, settleDeadline]);
          expect(clearance(input)).to.equal(judged);
          seen.add(judged);

          const folded = await foldedWorld(world);
          expect(clearanceOf(folded, id, { ...terms, threshold }, now)).to.equal(judged);
          const remembered = statementsOf(folded, id, terms);
          for (const { attester, statuses, validUntil } of words) {
            const found = remembered.find((word) => isAddressEqual(word.attester, attester));
            const unsaid = parties.map(() => ComplianceStatus.None);
            const padded = unsaid.map((none, position) => found?.statuses[position] ?? none);
            expect({ statuses: padded, validUntil: found?.validUntil ?? 0 }).to.deep.equal({ statuses, validUntil });
          }
        },
      ),
      { numRuns: 60, examples },
    );
    expect([...seen].sort()).to.deep.equal([0, 1, 2]);
  });

  it("is per party what the mirror says", async () => {
    const { registry } = world.contracts;
    const { Pass, Flagged, Fail } = ComplianceStatus;
    await send({ who: 0, kind: "attest", statuses: [Pass, Pass, Flagged, Pass], until: 0, sequence: 1n });
    await send({ who: 1, kind: "attest", statuses: [Pass, Pass, Pass, Fail], until: 0, sequence: 1n });
    const id = hashTerms(terms);
    const statements: Statement[] = [];
    for (const attester of terms.attesters) {
      const [statuses, validUntil] = await registry.read.statementOf([id, attester, terms.parties]);
      statements.push({ attester, statuses, validUntil });
    }
    const { parties, attesters, threshold, settleDeadline: validThrough } = terms;
    const mirror = partyClearances({ parties, attesters, threshold, validThrough, now: await world.now(), statements });
    const contract = await Promise.all(parties.map((party) => registry.read.isCleared([terms, party])));
    expect(contract).to.deep.equal([true, true, false, false]);
    expect(mirror.map(({ cleared, vetoed }) => cleared && !vetoed)).to.deep.equal(contract);
    expect(await registry.read.areAllPartiesCleared([terms])).to.equal(false);
  });

  it("never is CLEARED for an empty list, a threshold of zero or attesters out of order", async () => {
    const { registry } = world.contracts;
    const id = hashTerms(terms);
    const statuses = terms.parties.map(() => ComplianceStatus.Pass);
    for (const who of [0, 1, 2]) await send({ who, kind: "attest", statuses, until: 0, sequence: 1n });
    const [first, second, third] = terms.attesters as [`0x${string}`, `0x${string}`, `0x${string}`];
    const { parties, settleDeadline } = terms;
    const now = await world.now();
    const said = terms.attesters.map((attester) => ({ attester, statuses, validUntil: settleDeadline }));
    for (const [list, attesters, threshold, expected] of [
      [parties, terms.attesters, 3, 1],
      [[], terms.attesters, 1, 0],
      [parties, terms.attesters, 0, 0],
      [parties, [second, first, third], 1, 0],
      [parties, [first, first], 2, 0],
      [parties, [], 1, 0],
    ] as const) {
      const judged = await registry.read.clearanceOf([id, list, attesters, threshold, settleDeadline]);
      expect(judged).to.equal(expected);
      // The words are about the full list; about the empty one nobody has spoken.
      const statements = list === parties ? said : [];
      const input = { parties: list, attesters, threshold, validThrough: settleDeadline, now, statements };
      expect(clearance(input)).to.equal(judged);
    }
  });

  it("takes what an attester signs over attestationTypedData, and nothing else", async () => {
    const { registry, home } = world.contracts;
    const wallet = home.account(ROLES[0]);
    const attestation: Attestation = {
      settlementId: hashTerms(terms),
      parties: terms.parties,
      statuses: terms.parties.map(() => ComplianceStatus.Pass),
      referenceHashes: terms.parties,
      validUntil: terms.settleDeadline,
      sequence: 7n,
    };
    const { settlementId, parties, statuses, referenceHashes, validUntil, sequence } = attestation;
    const signature = await wallet.signTypedData(
      attestationTypedData({ chainId: home.chainId, registry: registry.address, attestation }),
    );
    const attester = wallet.account.address;
    const args = [attester, settlementId, parties, statuses, referenceHashes, validUntil, sequence, signature] as const;
    const { result } = await registry.simulate.attestBySig(args);
    expect(result).to.equal(true);
    const forged = registry.simulate.attestBySig([...args.slice(0, 6), 8n, signature] as unknown as typeof args);
    expect((await revertOf(forged)).name).to.equal("ComplianceRegistry_InvalidSignature");
  });
});
