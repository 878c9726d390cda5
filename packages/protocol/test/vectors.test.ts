import { expect } from "chai";
import { concat, encodeAbiParameters, type Hex, hashTypedData, keccak256, pad, stringToBytes } from "viem";
import {
  attestationTypedData,
  authorizationNonce,
  cancelTypedData,
  decodeMessage,
  encodeMessage,
  encodeRuleset,
  encodeTerms,
  entityCommitment,
  entityRecordJson,
  hashTerms,
  permit2DepositTypedData,
  redirectTypedData,
  rulesetId,
  type TermsJson,
  termsAbiParameter,
  termsFromJson,
  waiveTypedData,
  walletCommitment,
} from "../src/index.ts";
import attestations from "../vectors/attestations.json" with { type: "json" };
import commitments from "../vectors/commitments.json" with { type: "json" };
import messages from "../vectors/messages.json" with { type: "json" };
import rulesets from "../vectors/rulesets.json" with { type: "json" };
import signatures from "../vectors/signatures.json" with { type: "json" };
import terms from "../vectors/terms.json" with { type: "json" };
import { digestByHand } from "./support/eip712.ts";

const hash = (text: string) => keccak256(stringToBytes(text));

describe("the published vectors", () => {
  it("name the types with their hashes", () => {
    for (const { type, hash: expected } of [...terms.types, ...signatures.types]) {
      expect(hash(type)).to.equal(expected);
    }
    expect(hash(attestations.type)).to.equal(attestations.typeHash);
  });

  for (const { name, terms: json, encoded, domainSeparator, settlementId } of terms.cases) {
    it(`give id and bytes of terms: ${name}`, () => {
      const read = termsFromJson(json);
      expect(hashTerms(read)).to.equal(settlementId);
      expect(digestByHand(read)).to.equal(settlementId);
      expect(encodeTerms(read)).to.equal(encoded);
      expect(encodeAbiParameters([termsAbiParameter], [read])).to.equal(encoded);
      const domain = encodeAbiParameters(
        [{ type: "bytes32" }, { type: "bytes32" }, { type: "bytes32" }, { type: "uint256" }, { type: "address" }],
        [terms.types[0]?.hash as Hex, hash("KeyStone Settlement"), hash("1"), read.chainId, read.coordinator],
      );
      expect(keccak256(domain)).to.equal(domainSeparator);
    });
  }

  it("give commitments of wallets and entities", () => {
    for (const { secret, wallet, commitment } of commitments.wallets) {
      expect(walletCommitment(secret as Hex, wallet as Hex)).to.equal(commitment);
      expect(keccak256(concat([secret as Hex, pad(wallet as Hex)]))).to.equal(commitment);
    }
    for (const { secret, record, canonical, subject, commitment } of commitments.entities) {
      expect(entityRecordJson(record)).to.equal(canonical);
      expect(JSON.parse(canonical)).to.deep.equal(record);
      expect(hash(canonical)).to.equal(subject);
      expect(entityCommitment(secret as Hex, record)).to.equal(commitment);
      expect(keccak256(concat([secret as Hex, subject as Hex]))).to.equal(commitment);
    }
  });

  it("give id and bytes of rulesets", () => {
    for (const { ruleset, encoded, rulesetId: id } of rulesets.cases) {
      expect(encodeRuleset(ruleset)).to.equal(encoded);
      expect(rulesetId(ruleset)).to.equal(id);
      expect(keccak256(encoded as Hex)).to.equal(id);
    }
  });

  it("give what an attester signs", () => {
    for (const { chainId, registry, attestation, digest } of attestations.cases) {
      const { settlementId, parties, statuses, referenceHashes, validUntil, sequence } = attestation;
      const hex = {
        settlementId: settlementId as Hex,
        parties: parties as Hex[],
        referenceHashes: referenceHashes as Hex[],
      };
      const read = { ...hex, statuses, validUntil, sequence: BigInt(sequence) };
      const typedData = attestationTypedData({ chainId, registry: registry as Hex, attestation: read });
      expect(hashTypedData(typedData)).to.equal(digest);
    }
  });

  it("give what wallets and attesters sign about a settlement", () => {
    const { input, digests } = signatures;
    const { legIndex, validUntil } = input;
    const read = termsFromJson(input.terms);
    const [depositor, wallet] = [input.depositor as Hex, input.wallet as Hex];
    const [nonce, deadline] = [BigInt(input.nonce), BigInt(input.deadline)];
    const expected = {
      cancel: hashTypedData(cancelTypedData({ terms: read, validUntil })),
      waive: hashTypedData(waiveTypedData({ terms: read, legIndex, depositor, validUntil })),
      redirect: hashTypedData(redirectTypedData({ terms: read, legIndex, wallet, validUntil })),
      permit2: hashTypedData(permit2DepositTypedData({ terms: read, legIndex, nonce, deadline })),
    };
    expect(Object.fromEntries(digests.map(({ name, digest }) => [name, digest]))).to.deep.equal(expected);
    expect(hashTerms(read)).to.equal(input.settlementId);
    expect(authorizationNonce(input.settlementId as Hex, legIndex)).to.equal(signatures.authorizationNonce);
    expect(signatures.types.at(-1)?.type.endsWith(signatures.permit2WitnessString)).to.equal(true);
  });

  it("give the bytes of messages", () => {
    for (const { payload, ...content } of messages.cases) {
      const said = decodeMessage(payload as Hex);
      expect(encodeMessage(said)).to.equal(payload);
      expect({ ...said, terms: said.terms && encodeTerms(said.terms) }).to.deep.equal({
        ...content,
        terms: content.terms && encodeTerms(termsFromJson(content.terms as TermsJson)),
      });
    }
  });
});
