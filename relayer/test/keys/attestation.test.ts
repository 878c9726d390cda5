import { attestationTypes } from "@keystoneos/protocol";
import { expect } from "chai";
import fc from "fast-check";
import { hashTypedData } from "viem";
import { KeyError } from "../../src/errors.ts";
import { attestationGuard } from "../../src/keys/attestation.ts";
import { attestations, CHAINS, REGISTRY, sampleAttestation } from "../support/keys.ts";

describe("what an attester signs", () => {
  const guard = attestationGuard(CHAINS[0] ?? 0, REGISTRY);
  const good = sampleAttestation();

  function refusal(typedData: unknown): string {
    try {
      guard(typedData);
    } catch (error) {
      expect(error).to.be.instanceOf(KeyError);
      return (error as Error).message;
    }
    throw new Error("it was let through");
  }

  it("is every attestation to the deployment's registry, as it was", () =>
    fc.assert(
      fc.property(attestations, (typedData) => {
        expect(hashTypedData(guard(typedData))).to.equal(hashTypedData(typedData));
      }),
    ));

  const permit2 = {
    domain: { name: "Permit2", chainId: 11155111, verifyingContract: "0x000000000022D473030F116dDEE9F6B43aC78BA3" },
    types: {
      PermitTransferFrom: [
        { name: "permitted", type: "TokenPermissions" },
        { name: "spender", type: "address" },
        { name: "nonce", type: "uint256" },
        { name: "deadline", type: "uint256" },
      ],
      TokenPermissions: [
        { name: "token", type: "address" },
        { name: "amount", type: "uint256" },
      ],
    },
    primaryType: "PermitTransferFrom",
    message: { permitted: { token: REGISTRY, amount: 1n }, spender: REGISTRY, nonce: 0n, deadline: 1n },
  };
  const domain = (changes: object) => ({ ...good, domain: { ...good.domain, ...changes } });
  const message = (changes: object) => ({ ...good, message: { ...good.message, ...changes } });
  const types = (changes: object) => ({ ...good, types: { ...good.types, ...changes } });
  const [first, ...rest] = attestationTypes.Attestation;
  const refused: [string, unknown, string][] = [
    ["a transfer by Permit2", permit2, "domain.name"],
    ["another contract's name", domain({ name: "KeyStone Escrow" }), "domain.name"],
    ["another version", domain({ version: "2" }), "domain.version"],
    ["another chain", domain({ chainId: 84532n }), "domain.chainId"],
    ["no chain", domain({ chainId: undefined }), "domain.chainId"],
    ["another registry", domain({ verifyingContract: permit2.domain.verifyingContract }), "domain.verifyingContract"],
    ["no registry", domain({ verifyingContract: undefined }), "domain.verifyingContract"],
    ["a salt", domain({ salt: good.message.settlementId }), "domain"],
    ["another primary type", { ...good, primaryType: "Redirect" }, "primaryType"],
    ["the domain as primary type", { ...good, primaryType: "EIP712Domain" }, "primaryType"],
    ["a type more", types({ Redirect: [{ name: "wallet", type: "address" }] }), "types"],
    ["a domain of other fields", types({ EIP712Domain: [{ name: "name", type: "string" }] }), "types"],
    ["the fields in another order", types({ Attestation: [...rest, first] }), "types"],
    ["a field of another type", types({ Attestation: [{ ...first, type: "address" }, ...rest] }), "types"],
    ["a field more", message({ wallet: REGISTRY }), "message"],
    ["a field less", message({ settlementId: undefined }), "message.settlementId"],
    ["another length of words", message({ statuses: [1] }), "message"],
    ["a revocation", message({ statuses: [1, 4] }), "message.statuses.1"],
    ["a number beyond its type", message({ sequence: 2n ** 64n }), "message.sequence"],
    ["nothing", undefined, "typed data"],
  ];
  for (const [what, typedData, field] of refused) {
    it(`is never ${what}`, () => {
      expect(refusal(typedData)).to.equal(
        `the attester signs attestations to its own registry only: ${field} is another`,
      );
    });
  }

  it("is what was looked at, whatever its object becomes afterwards", () => {
    let reads = 0;
    const shifty = {
      ...good,
      get message() {
        return reads++ === 0 ? good.message : { ...good.message, statuses: [3, 3] };
      },
    };
    const through = guard(shifty);
    expect(through.message.statuses).to.deep.equal(good.message.statuses);
    expect(through.message.statuses).to.deep.equal(good.message.statuses);
  });
});
