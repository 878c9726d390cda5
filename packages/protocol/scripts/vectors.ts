import { type Address, domainSeparator, type Hex, hashTypedData, keccak256, stringToBytes } from "viem";
import {
  ATTESTATION_TYPE,
  attestationTypedData,
  authorizationNonce,
  CANCEL_TYPE,
  cancelTypedData,
  DEPOSIT_TYPE,
  DEPOSIT_WITNESS_STRING,
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
  PERMIT2_DEPOSIT_TYPE,
  permit2DepositTypedData,
  REDIRECT_TYPE,
  REPO_RULESET,
  type Ruleset,
  redirectTypedData,
  refFromUuid,
  rulesetId,
  STANDARD_RULESET,
  TERMS_TYPE,
  type Terms,
  termsDomain,
  termsToJson,
  Verdict,
  WAIVE_TYPE,
  waiveTypedData,
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
    "signatures.json": signatureVectors(),
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
  const rulesets: Record<string, Ruleset> = { standard: STANDARD_RULESET, repo: REPO_RULESET };
  return {
    cases: Object.entries(rulesets).map(([name, ruleset]) => ({
      name,
      ruleset,
      encoded: encodeRuleset(ruleset),
      rulesetId: rulesetId(ruleset),
    })),
  };
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

/** What wallets and attesters sign about a settlement, all about the second leg of the terms. */
function signatureVectors() {
  const [terms, legIndex, validUntil] = [crossChain, 1, 1_800_000_600];
  const [depositor, wallet] = [account("buyer"), account("seller's other wallet")];
  const [nonce, deadline] = [2n ** 255n, 1_800_000_600n];
  const settlementId = hashTerms(terms);
  const cases = {
    cancel: cancelTypedData({ terms, validUntil }),
    waive: waiveTypedData({ terms, legIndex, depositor, validUntil }),
    redirect: redirectTypedData({ terms, legIndex, wallet, validUntil }),
    permit2: permit2DepositTypedData({ terms, legIndex, nonce, deadline }),
  };
  const types = [CANCEL_TYPE, WAIVE_TYPE, REDIRECT_TYPE, DEPOSIT_TYPE, PERMIT2_DEPOSIT_TYPE];
  return {
    types: types.map((type) => ({ name: type.slice(0, type.indexOf("(")), type, hash: hash(type) })),
    permit2WitnessString: DEPOSIT_WITNESS_STRING,
    input: {
      terms: termsToJson(terms),
      settlementId,
      legIndex,
      validUntil,
      depositor,
      wallet,
      nonce: String(nonce),
      deadline: String(deadline),
    },
    digests: Object.entries(cases).map(([name, typedData]) => ({
      name,
      domain: { ...typedData.domain, chainId: Number(typedData.domain.chainId) },
      digest: hashTypedData(typedData as Parameters<typeof hashTypedData>[0]),
    })),
    authorizationNonce: authorizationNonce(settlementId, legIndex),
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
