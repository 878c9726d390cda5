import { expect } from "chai";
import fc from "fast-check";
import { concat, keccak256, pad, stringToBytes } from "viem";
import {
  type EntityRecord,
  entityCommitment,
  entityRecordJson,
  ProtocolError,
  randomSecret,
  walletCommitment,
} from "../src/index.ts";
import { address, bytes32 } from "./support/arbitraries.ts";
import { PATIENCE } from "./support/patience.ts";

const secret = `0x${"5e".repeat(32)}` as const;
const record: EntityRecord = { external_reference: "DESK-7", name: "Müller & Söhne", platform: "north-bank" };

describe("walletCommitment", function () {
  this.timeout(PATIENCE);

  it("is keccak256 of the secret and the left-padded wallet", () => {
    fc.assert(
      fc.property(bytes32, address, (any, wallet) => {
        expect(walletCommitment(any, wallet)).to.equal(keccak256(concat([any, pad(wallet)])));
      }),
    );
  });

  it("differs by secret and by wallet, and not by the wallet's spelling", () => {
    fc.assert(
      fc.property(bytes32, bytes32, address, address, (one, other, wallet, stranger) => {
        fc.pre(one !== other && wallet !== stranger);
        const commitment = walletCommitment(one, wallet);
        expect(commitment).to.not.be.oneOf([walletCommitment(other, wallet), walletCommitment(one, stranger)]);
        expect(commitment).to.equal(walletCommitment(one, wallet.toLowerCase() as typeof wallet));
      }),
    );
  });

  it("refuses a short secret and a bad wallet", () => {
    expect(() => walletCommitment("0x00", "0x0000000000000000000000000000000000000001"))
      .to.throw(ProtocolError)
      .that.includes({ code: "commitment_input", field: "secret" });
    expect(() => walletCommitment(secret, "0x01"))
      .to.throw(ProtocolError)
      .that.includes({ code: "commitment_input", field: "wallet" });
  });
});

describe("entityCommitment", function () {
  this.timeout(PATIENCE);

  it("is about the canonical JSON of the record", () => {
    const json = '{"external_reference":"DESK-7","name":"Müller & Söhne","platform":"north-bank"}';
    expect(entityRecordJson(record)).to.equal(json);
    expect(entityCommitment(secret, record)).to.equal(keccak256(concat([secret, keccak256(stringToBytes(json))])));
  });

  it("does not depend on the order of fields", () => {
    const { name, platform, external_reference } = record;
    expect(entityCommitment(secret, { platform, name, external_reference })).to.equal(entityCommitment(secret, record));
  });

  it("differs by every field", () => {
    const field = fc.string({ unit: "grapheme" });
    const arbitrary = fc.record({ external_reference: field, name: field, platform: field });
    fc.assert(
      fc.property(arbitrary, arbitrary, (left, right) => {
        fc.pre(JSON.stringify(left) !== JSON.stringify(right));
        expect(entityCommitment(secret, left)).to.not.equal(entityCommitment(secret, right));
      }),
    );
  });

  it("refuses other fields, other types and half a Unicode character", () => {
    const bad: unknown[] = [
      { ...record, lei: "x" },
      { ...record, name: null },
      { external_reference: "a", name: "b" },
      { ...record, name: "\ud800" },
    ];
    for (const value of bad) {
      expect(() => entityCommitment(secret, value as EntityRecord))
        .to.throw(ProtocolError)
        .with.property("code", "commitment_input");
    }
  });
});

describe("randomSecret", function () {
  this.timeout(PATIENCE);

  it("gives 32 bytes, never the same", () => {
    const secrets = Array.from({ length: 1_000 }, randomSecret);
    expect(new Set(secrets).size).to.equal(secrets.length);
    for (const value of secrets) expect(value).to.match(/^0x[0-9a-f]{64}$/);
  });
});
