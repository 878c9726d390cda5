import { expect } from "chai";
import fc from "fast-check";
import { encodeAbiParameters, type Hex, hashTypedData, keccak256, stringToBytes } from "viem";
import {
  authorizationNonce,
  CANCEL_TYPE,
  cancelTypedData,
  DEPOSIT_TYPE,
  DEPOSIT_WITNESS_STRING,
  hashTerms,
  PERMIT2_ADDRESS,
  PERMIT2_DEPOSIT_TYPE,
  ProtocolError,
  permit2DepositTypedData,
  REDIRECT_TYPE,
  redirectTypedData,
  type Terms,
  WAIVE_TYPE,
  waiveTypedData,
} from "../src/index.ts";
import { anyTerms, uint } from "./support/arbitraries.ts";
import { digest, domainOf, hashFields, hashStruct, settlementDomain } from "./support/eip712.ts";
import { PATIENCE } from "./support/patience.ts";
import { context, terms } from "./support/sample.ts";

const wallet = context.coordinator;
const tradeWithLeg = anyTerms
  .filter(({ legs }) => legs.length > 0)
  .chain((any) => fc.record({ terms: fc.constant(any), legIndex: fc.nat({ max: any.legs.length - 1 }) }));
const moment = fc.integer({ min: 0, max: 2 ** 40 - 1 });

/** The escrow's domain for a leg, by hand. */
const legOf = ({ legs }: Terms, index: number) => legs[index] as Terms["legs"][number];
const escrowDomain = (of: Terms, index: number) =>
  domainOf("KeyStone Escrow", legOf(of, index).chainId, legOf(of, index).escrow);

describe("what is signed about a settlement", function () {
  this.timeout(PATIENCE);

  it("is for a cancellation the id and the time, under the domain of the terms", () => {
    fc.assert(
      fc.property(anyTerms, moment, (any, validUntil) => {
        const message = hashFields("Cancel(bytes32 settlementId,uint40 validUntil)", [
          ["bytes32", hashTerms(any)],
          ["uint40", validUntil],
        ]);
        expect(hashTypedData(cancelTypedData({ terms: any, validUntil }))).to.equal(
          digest(settlementDomain(any), message),
        );
      }),
    );
  });

  it("is for a waiver what goes back and to whom, under the domain of the leg's escrow", () => {
    fc.assert(
      fc.property(tradeWithLeg, moment, ({ terms: any, legIndex }, validUntil) => {
        const { token, amount } = legOf(any, legIndex);
        const message = hashFields(
          "Waive(bytes32 settlementId,uint8 legIndex,address token,uint256 amount,address depositor,uint40 validUntil)",
          [
            ["bytes32", hashTerms(any)],
            ["uint8", legIndex],
            ["address", token],
            ["uint256", amount],
            ["address", wallet],
            ["uint40", validUntil],
          ],
        );
        const typedData = waiveTypedData({ terms: any, legIndex, depositor: wallet, validUntil });
        expect(hashTypedData(typedData)).to.equal(digest(escrowDomain(any, legIndex), message));
      }),
    );
  });

  it("is for a redirection the leg and the wallet", () => {
    fc.assert(
      fc.property(tradeWithLeg, moment, ({ terms: any, legIndex }, validUntil) => {
        const message = hashFields("Redirect(bytes32 settlementId,uint8 legIndex,address wallet,uint40 validUntil)", [
          ["bytes32", hashTerms(any)],
          ["uint8", legIndex],
          ["address", wallet],
          ["uint40", validUntil],
        ]);
        const typedData = redirectTypedData({ terms: any, legIndex, wallet, validUntil });
        expect(hashTypedData(typedData)).to.equal(digest(escrowDomain(any, legIndex), message));
      }),
    );
  });

  it("is for a deposit by Permit2 the token, the amount and the terms in full", () => {
    fc.assert(
      fc.property(tradeWithLeg, uint(256), uint(256), ({ terms: any, legIndex }, nonce, deadline) => {
        const { chainId, escrow, token, amount } = legOf(any, legIndex);
        const permitted = hashFields("TokenPermissions(address token,uint256 amount)", [
          ["address", token],
          ["uint256", amount],
        ]);
        const witness = hashFields(DEPOSIT_TYPE, [
          ["uint8", legIndex],
          ["bytes32", hashStruct(any)],
        ]);
        const message = hashFields(PERMIT2_DEPOSIT_TYPE, [
          ["bytes32", permitted],
          ["address", escrow],
          ["uint256", nonce],
          ["uint256", deadline],
          ["bytes32", witness],
        ]);
        const hash = (text: string) => keccak256(stringToBytes(text));
        const domain = keccak256(
          encodeAbiParameters(
            [{ type: "bytes32" }, { type: "bytes32" }, { type: "uint256" }, { type: "address" }],
            [
              hash("EIP712Domain(string name,uint256 chainId,address verifyingContract)"),
              hash("Permit2"),
              chainId,
              "0x000000000022D473030F116dDEE9F6B43aC78BA3",
            ],
          ),
        );
        const typedData = permit2DepositTypedData({ terms: any, legIndex, nonce, deadline });
        expect(hashTypedData(typedData)).to.equal(digest(domain, message));
      }),
    );
  });

  it("has type strings as EIP-712 orders them: the referenced types behind, by name", () => {
    for (const type of [CANCEL_TYPE, WAIVE_TYPE, REDIRECT_TYPE, DEPOSIT_TYPE, PERMIT2_DEPOSIT_TYPE]) {
      const [, ...referenced] = type.match(/[A-Za-z0-9]+\(/g) ?? [];
      expect(referenced).to.deep.equal([...referenced].sort());
    }
    // Permit2 puts this before what the escrow gives it.
    const stub = "PermitWitnessTransferFrom(TokenPermissions permitted,address spender,uint256 nonce,uint256 deadline,";
    expect(stub + DEPOSIT_WITNESS_STRING).to.equal(PERMIT2_DEPOSIT_TYPE);
    expect(PERMIT2_ADDRESS).to.equal("0x000000000022D473030F116dDEE9F6B43aC78BA3");
  });

  it("is for an ERC-3009 authorization under a nonce of the leg", () => {
    const id = hashTerms(terms);
    const word = "1".padStart(64, "0");
    expect(authorizationNonce(id, 1)).to.equal(keccak256(`${id}${word}` as Hex));
    expect(authorizationNonce(id, 0)).to.not.equal(authorizationNonce(id, 1));
  });

  it("cannot be about a leg that is not there", () => {
    const leg = { terms, legIndex: 2 };
    for (const build of [
      () => waiveTypedData({ ...leg, depositor: wallet, validUntil: 1 }),
      () => redirectTypedData({ ...leg, wallet, validUntil: 1 }),
      () => permit2DepositTypedData({ ...leg, nonce: 1n, deadline: 1n }),
    ]) {
      expect(build).to.throw(ProtocolError).that.includes({ code: "signing_input", field: "legIndex" });
    }
  });
});
