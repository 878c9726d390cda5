import { webcrypto } from "node:crypto";
import { expect } from "chai";
import fc from "fast-check";
import type { Hex } from "viem";
import {
  keyedHash,
  openSecret,
  openText,
  SecretKeyUnknownError,
  SecretMalformedError,
  SecretUnreadableError,
  sealSecret,
  sealText,
  secretKeyring,
} from "../src/index.ts";

const hex32 = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((bytes): Hex => `0x${Buffer.from(bytes).toString("hex")}`);
const owner = fc.record({
  settlementId: fc.uuid(),
  partyId: fc.uuid(),
  kind: fc.constantFrom("entity" as const, "wallet" as const),
});

describe("sealed secrets", function () {
  // A hundred of each, on a machine that may be busy.
  this.timeout(20_000);

  it("open to what was sealed, never twice under the same nonce", () => {
    fc.assert(
      fc.property(hex32, owner, hex32, (key, whose, secret) => {
        const keyring = secretKeyring("k1", key);
        const one = sealSecret(keyring, whose, secret);
        const two = sealSecret(keyring, whose, secret);
        expect(openSecret(keyring, whose, one)).to.equal(secret);
        expect(one.nonce).to.have.length(12);
        expect(one.nonce.equals(two.nonce)).to.equal(false);
        expect(one.ciphertext.toString("hex")).to.not.contain(secret.slice(2));
      }),
    );
  });

  it("do not open under another key", () => {
    fc.assert(
      fc.property(hex32, hex32, owner, hex32, (key, other, whose, secret) => {
        fc.pre(key !== other);
        const sealed = sealSecret(secretKeyring("k1", key), whose, secret);
        expect(() => openSecret(secretKeyring("k1", other), whose, sealed)).to.throw(SecretUnreadableError);
      }),
    );
  });

  it("do not open for another settlement, party or kind", () => {
    fc.assert(
      fc.property(hex32, owner, owner, hex32, (key, whose, other, secret) => {
        const keyring = secretKeyring("k1", key);
        const sealed = sealSecret(keyring, whose, secret);
        for (const field of ["settlementId", "partyId", "kind"] as const) {
          if (whose[field] === other[field]) continue;
          expect(() => openSecret(keyring, { ...whose, [field]: other[field] }, sealed)).to.throw(
            SecretUnreadableError,
          );
        }
      }),
    );
  });

  it("do not open when one bit of nonce or ciphertext is flipped, or the end is cut off", () => {
    fc.assert(
      fc.property(hex32, owner, hex32, fc.nat(), (key, whose, secret, at) => {
        const keyring = secretKeyring("k1", key);
        const sealed = sealSecret(keyring, whose, secret);
        for (const field of ["nonce", "ciphertext"] as const) {
          const bytes = Buffer.from(sealed[field]);
          const bit = at % (bytes.length * 8);
          bytes.writeUInt8(bytes.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
          expect(() => openSecret(keyring, whose, { ...sealed, [field]: bytes })).to.throw(SecretUnreadableError);
        }
        const cut = sealed.ciphertext.subarray(0, at % sealed.ciphertext.length);
        expect(() => openSecret(keyring, whose, { ...sealed, ciphertext: cut })).to.throw(SecretUnreadableError);
      }),
    );
  });

  it("name the key id that is not configured", () => {
    const whose = { settlementId: "s", partyId: "p", kind: "wallet" as const };
    const secret: Hex = `0x${"11".repeat(32)}`;
    const sealed = sealSecret(secretKeyring("old", "22".repeat(32)), whose, secret);
    expect(() => openSecret(secretKeyring("new", "22".repeat(32)), whose, sealed)).to.throw(
      SecretKeyUnknownError,
      "old",
    );
  });

  it("refuse keys and secrets of another length", () => {
    expect(() => secretKeyring("k1", "0x1234")).to.throw(SecretMalformedError);
    expect(() => secretKeyring("", "22".repeat(32))).to.throw(SecretMalformedError);
    const keyring = secretKeyring("k1", "22".repeat(32));
    expect(() => sealSecret(keyring, { settlementId: "s", partyId: "p", kind: "entity" }, "0x12")).to.throw(
      SecretMalformedError,
    );
  });

  it("that are texts open for their row alone, and never as a commitment's", () => {
    const row = fc.tuple(fc.constantFrom("webhook_endpoint", "other"), fc.uuid());
    fc.assert(
      fc.property(hex32, row, row, fc.string({ unit: "binary" }), (key, whose, other, text) => {
        const keyring = secretKeyring("k1", key);
        const sealed = sealText(keyring, whose, text);
        expect(openText(keyring, whose, sealed)).to.equal(text);
        if (`${other}` !== `${whose}`) {
          expect(() => openText(keyring, other, sealed)).to.throw(SecretUnreadableError);
        }
        const owner = { settlementId: whose[0], partyId: whose[1], kind: "wallet" as const };
        expect(() => openSecret(keyring, owner, sealed)).to.throw(SecretUnreadableError);
      }),
    );
  });
});

describe("keyed hashes", function () {
  this.timeout(20_000);

  it("are HMAC-SHA256 under a key that HKDF derives for the purpose", async () => {
    await fc.assert(
      fc.asyncProperty(hex32, fc.string(), fc.string(), async (key, purpose, text) => {
        const bytes = (value: string) => new TextEncoder().encode(value);
        const raw = await webcrypto.subtle.importKey("raw", Buffer.from(key.slice(2), "hex"), "HKDF", false, [
          "deriveKey",
        ]);
        const derived = await webcrypto.subtle.deriveKey(
          { name: "HKDF", hash: "SHA-256", salt: bytes(""), info: bytes(`keystone ${purpose}`) },
          raw,
          { name: "HMAC", hash: "SHA-256", length: 256 },
          false,
          ["sign"],
        );
        const expected = Buffer.from(await webcrypto.subtle.sign("HMAC", derived, bytes(text))).toString("hex");
        expect(keyedHash(secretKeyring("k", key), purpose, text)).to.equal(expected);
      }),
    );
  });

  it("differ by key, purpose and text, and not by the key's id", () => {
    fc.assert(
      fc.property(fc.uniqueArray(hex32, { minLength: 2, maxLength: 2 }), ([key, other]) => {
        const [mine, same, another] = [
          secretKeyring("a", key as Hex),
          secretKeyring("b", key as Hex),
          secretKeyring("a", other as Hex),
        ];
        const hash = keyedHash(mine, "bodies", "text");
        expect(keyedHash(same, "bodies", "text")).to.equal(hash);
        expect([keyedHash(another, "bodies", "text"), keyedHash(mine, "others", "text")]).to.not.include(hash);
        expect(keyedHash(mine, "bodies", "texts")).to.not.equal(hash);
      }),
    );
  });
});
