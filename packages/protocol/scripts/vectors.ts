import { type Address, domainSeparator, type Hex, hashTypedData, keccak256, stringToBytes } from "viem";
import {
  ATTESTATION_TYPE,
  attestationTypedData,
  type EntityRecord,
  encodeMessage,
  encodeRuleset,
  encodeTerms,
  entityCommitment,
  entityHash,
  entityRecordJson,
  FEE_TYPE,
  hashTerms,
  LEG_TYPE,
  MessageKind,
  type Ruleset,
  refFromUuid,
  rulesetId,
  STANDARD_RULESET,
  TERMS_TYPE,
  type Terms,
  termsDomain,
  termsToJson,
  Verdict,
  walletCommitment,
} from "../src/index.ts";

/** The published test vectors, by file name: what any other implementation must compute from the same input. */
export function vectors(): Record<string, unknown> {
  return {
    "terms.json": termsVectors(),
    "commitments.json": commitmentVectors(),
    "rulesets.json": rulesetVectors(),
    "attestations.json": attestationVectors(),
    "messages.json": messageVectors(),
  };
}

const hash = (text: string): Hex => keccak256(stringToBytes(text));
const account = (name: string): Address => `0x${hash(name).slice(-40)}`;
const secret = (name: string): Hex => hash(`secret of ${name}`);
const zero = `0x${"0".repeat(40)}` as const;
const none = `0x${"0".repeat(64)}` as const;

const SELLER: EntityRecord = { external_reference: "DESK-7", name: "Müller & Söhne AG", platform: "north-bank" };
const BUYER: EntityRecord = { external_reference: "b/42", name: 'Quote " and \\ and €', platform: "harbour" };

const sameChain: Terms = {
  ref: refFromUuid("0f8fad5b-d9cb-469f-a165-70867728950e"),
  chainId: 11155111n,
  coordinator: account("coordinator"),
  ruleset: rulesetId(STANDARD_RULESET),
  parties: [
    entityCommitment(secret("seller"), SELLER),
    walletCommitment(secret("seller's wallet"), account("seller")),
    entityCommitment(secret("buyer"), BUYER),
    walletCommitment(secret("buyer's wallet"), account("buyer")),
  ],
  legs: [
    leg({ token: account("bond"), amount: 1_000_000n * 10n ** 18n, from: 1, to: 3 }),
    leg({ token: account("cash"), amount: 985_250_000_000n, from: 3, to: 1 }),
  ],
  depositDeadline: 1_800_000_000,
  settleDeadline: 1_800_000_000,
  attesters: [account("attester")],
  threshold: 1,
  operator: zero,
  parent: none,
  notBefore: 0,
};

const crossChain: Terms = {
  ...sameChain,
  legs: [
    leg({ token: account("bond"), amount: 1n, from: 1, to: 3 }),
    leg({
      chainId: 84532n,
      token: account("cash"),
      amount: 2n ** 256n - 1n,
      from: 3,
      to: 1,
      fees: [
        { recipient: account("broker"), amount: 25n },
        { recipient: account("platform"), amount: 1n },
      ],
    }),
  ],
  settleDeadline: 1_800_001_800,
  attesters: [account("attester"), account("second attester")].sort((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1)),
  threshold: 2,
  operator: account("operator"),
};

/** Not well formed, but every field at its largest or smallest: the hash does not judge. */
const extremes: Terms = {
  ...sameChain,
  ref: `0x${"f".repeat(32)}`,
  chainId: 2n ** 64n - 1n,
  parties: [],
  legs: [
    leg({ standard: 4, tokenId: 2n ** 256n - 1n, amount: 0n, partition: `0x${"f".repeat(64)}`, from: 255, to: 0 }),
  ],
  depositDeadline: 2 ** 40 - 1,
  settleDeadline: 0,
  attesters: [],
  threshold: 255,
  parent: `0x${"f".repeat(64)}`,
  notBefore: 2 ** 40 - 1,
};

function leg(change: Partial<Terms["legs"][number]>): Terms["legs"][number] {
  return {
    chainId: 11155111n,
    escrow: account("escrow"),
    token: zero,
    standard: 0,
    tokenId: 0n,
    amount: 0n,
    partition: none,
    from: 0,
    to: 0,
    fees: [],
    ...change,
  };
}

const CASES = {
  "one chain": sameChain,
  "two chains, with fees": crossChain,
  "no legs": { ...sameChain, legs: [] },
  extremes,
};

function termsVectors() {
  const types = {
    EIP712Domain: "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)",
    Terms: TERMS_TYPE,
    Leg: LEG_TYPE + FEE_TYPE,
    Fee: FEE_TYPE,
  };
  return {
    types: Object.entries(types).map(([name, type]) => ({ name, type, hash: hash(type) })),
    cases: Object.entries(CASES).map(([name, terms]) => ({
      name,
      terms: termsToJson(terms),
      encoded: encodeTerms(terms),
      domainSeparator: domainSeparator({ domain: termsDomain(terms) }),
      settlementId: hashTerms(terms),
    })),
  };
}

function commitmentVectors() {
  return {
    wallets: ["seller", "buyer"].map((name) => {
      const opening = { secret: secret(`${name}'s wallet`), wallet: account(name) };
      return { ...opening, commitment: walletCommitment(opening.secret, opening.wallet) };
    }),
    entities: [SELLER, BUYER].map((record, index) => {
      const key = secret(index === 0 ? "seller" : "buyer");
      const [canonical, subject] = [entityRecordJson(record), entityHash(record)];
      return { secret: key, record, canonical, subject, commitment: entityCommitment(key, record) };
    }),
  };
}

function rulesetVectors() {
  const ruleset: Ruleset = STANDARD_RULESET;
  return { cases: [{ name: "standard", ruleset, encoded: encodeRuleset(ruleset), rulesetId: rulesetId(ruleset) }] };
}

function attestationVectors() {
  const attestation = {
    settlementId: hashTerms(sameChain),
    parties: sameChain.parties,
    statuses: [1, 1, 2, 3],
    referenceHashes: sameChain.parties.map((_, index) => hash(`reference ${index}`)),
    validUntil: 1_800_000_000,
    sequence: 1n,
  };
  const typedData = attestationTypedData({ chainId: 11155111, registry: account("registry"), attestation });
  return {
    type: ATTESTATION_TYPE,
    typeHash: hash(ATTESTATION_TYPE),
    cases: [
      {
        chainId: 11155111,
        registry: account("registry"),
        attestation: { ...attestation, sequence: "1" },
        digest: hashTypedData(typedData),
      },
    ],
  };
}

function messageVectors() {
  const settlementId = hashTerms(crossChain);
  const messages = [
    { kind: MessageKind.LOCKED, verdict: Verdict.NONE, settlementId, terms: null },
    { kind: MessageKind.VERDICT, verdict: Verdict.EXECUTE, settlementId, terms: null },
    { kind: MessageKind.VERDICT, verdict: Verdict.ROLLBACK, settlementId, terms: crossChain },
    { kind: MessageKind.RELEASED, verdict: Verdict.NONE, settlementId, terms: null },
  ];
  return {
    cases: messages.map((message) => ({
      ...message,
      terms: message.terms === null ? null : termsToJson(message.terms),
      payload: encodeMessage(message),
    })),
  };
}
