import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import fc from "fast-check";
import { type Hex, toHex } from "viem";
import { privateKeyToAddress } from "viem/accounts";
import { openKeystore, sealKeystore } from "../../src/keys/keystore.ts";
import { openKey } from "../../src/keys/slot.ts";
import { CHAINS, rejection } from "../support/keys.ts";

/** The example of the Web3 Secret Storage definition on ethereum.org. */
const PUBLISHED = {
  crypto: {
    cipher: "aes-128-ctr",
    cipherparams: { iv: "83dbcc02d8ccb40e466191a123791e0e" },
    ciphertext: "d172bf743a674da9cdad04534d56926ef8358534d458fffccd4e6ad2fbde479c",
    kdf: "scrypt",
    kdfparams: {
      dklen: 32,
      n: 262144,
      p: 8,
      r: 1,
      salt: "ab0c7876052600dd703518d6fc3fe8984592145b591fc8fb5c6d43190334ba19",
    },
    mac: "2103ac29920d71da29f15d75b4a16dbe95cfd7ff8faea1056c33131d846e3097",
  },
  id: "3198bc9c-6672-5ab3-d995-4942343ae5b6",
  version: 3,
};
const PUBLISHED_PASSWORD = "testpassword";
const PUBLISHED_KEY = "0x7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d";

/** A wallet of web3signer's own tests, made by geth. */
const GETH = {
  address: "fe3b557e8fb62b89f4916b721be55ceb828dbd73",
  crypto: {
    cipher: "aes-128-ctr",
    cipherparams: { iv: "7f2526feb38ac355c644a84e78ec5692" },
    ciphertext: "c330870080626a6cf84c36eeb89f6376316637fbc16c86400eb6c394de5aed81",
    kdf: "scrypt",
    kdfparams: {
      dklen: 32,
      n: 262144,
      p: 1,
      r: 8,
      salt: "b0da609bb541df918eb55bbeaf237445aa406a0c2d6e975663c4fcb221bc54e0",
    },
    mac: "1ed0ef9e2092d0f5db8d16409ee2aaee9af3f521a5eafd910ce19dbc76e67ed7",
  },
  id: "43f8e00a-c6ec-4a62-b7cb-f54cb299c3db",
  version: 3,
};

const GETH_COST = { n: 262144, r: 8, p: 1 };
/** The least that is taken, so that tests do not wait. */
const LIGHT = { n: 4096, r: 8, p: 1 };

type Params = Partial<Record<"n" | "r" | "p" | "dklen" | "salt", unknown>>;
const withParams = (params: Params, rest: object = {}) =>
  JSON.stringify({
    ...PUBLISHED,
    crypto: { ...PUBLISHED.crypto, kdfparams: { ...PUBLISHED.crypto.kdfparams, ...params }, ...rest },
  });

describe("an encrypted keystore", function () {
  this.timeout(60_000);

  it("opens the published example, and geth's", async () => {
    expect(await openKeystore(JSON.stringify(PUBLISHED), PUBLISHED_PASSWORD)).to.equal(PUBLISHED_KEY);
    const key = await openKeystore(JSON.stringify(GETH), "pass");
    expect(privateKeyToAddress(key).toLowerCase()).to.equal(`0x${GETH.address}`);
    expect(JSON.parse(await sealKeystore(key, "pw")).crypto.kdfparams).to.deep.include(GETH_COST);
  });

  it("gives back any key under its password and no other", () =>
    fc.assert(
      fc.asyncProperty(
        fc.bigInt({ min: 1n, max: 2n ** 255n }),
        fc.string({ minLength: 1, unit: "grapheme" }),
        async (number, password) => {
          const key = toHex(number, { size: 32 });
          const text = await sealKeystore(key, password, LIGHT);
          expect(text).to.not.contain(key.slice(2));
          expect(JSON.parse(text).address).to.equal(privateKeyToAddress(key).toLowerCase().slice(2));
          expect(await openKeystore(text, password)).to.equal(key);
          expect((await rejection(openKeystore(text, `${password}x`))).message).to.match(/does not open with this/);
        },
      ),
      { numRuns: 25 },
    ));

  const faults: [string, string, RegExp][] = [
    ["no JSON", "a secret", /^the keystore: is not JSON$/],
    ["another version", JSON.stringify({ ...PUBLISHED, version: 1 }), /^the keystore: version: /],
    ["another cipher", withParams({}, { cipher: "aes-256-ctr" }), /^the keystore: crypto\.cipher: /],
    ["another derivation", withParams({}, { kdf: "pbkdf2" }), /^the keystore: crypto\.kdf: /],
    ["64 GB", withParams({ n: 2 ** 26, r: 8, p: 1 }), /^the keystore: crypto\.kdfparams: ask for too much$/],
    ["a terabyte by r", withParams({ n: 2 ** 18, r: 2 ** 22, p: 1 }), /crypto\.kdfparams: ask for too much$/],
    ["an hour by p", withParams({ n: 2 ** 14, r: 8, p: 2 ** 20 }), /crypto\.kdfparams: ask for too much$/],
    ["no work at all", withParams({ n: 2, r: 1, p: 1 }), /crypto\.kdfparams: protect too little$/],
    ["an n that scrypt does not know", withParams({ n: 262145 }), /crypto\.kdfparams\.n: must be a power of two$/],
    ["an n of one", withParams({ n: 1, r: 2 ** 16 }), /crypto\.kdfparams\.n: /],
    ["a negative n", withParams({ n: -262144 }), /crypto\.kdfparams\.n: /],
    ["an n that is no number", withParams({ n: "262144" }), /crypto\.kdfparams\.n: /],
    ["a longer key", withParams({ dklen: 64 }), /crypto\.kdfparams\.dklen: /],
    ["no salt", withParams({ salt: "" }), /crypto\.kdfparams\.salt: /],
    ["a short text", withParams({}, { ciphertext: "00" }), /crypto\.ciphertext: must be 32 bytes of hex$/],
  ];
  it("is refused when what it holds was changed", async () => {
    const text = await sealKeystore(PUBLISHED_KEY, "pw", LIGHT);
    const { crypto, ...rest } = JSON.parse(text);
    const changed = (changes: object) =>
      openKeystore(JSON.stringify({ ...rest, crypto: { ...crypto, ...changes } }), "pw");
    for (const changes of [{ ciphertext: "00".repeat(32) }, { mac: "00".repeat(32) }]) {
      expect((await rejection(changed(changes))).message).to.equal("the keystore does not open with this password");
    }
    // The check covers the text and not how it is turned into the key, but the address does.
    const said = "the keystore: address: is not that of its key";
    expect((await rejection(changed({ cipherparams: { iv: "00".repeat(16) } }))).message).to.equal(said);
    const elsewhere = JSON.stringify({ ...rest, crypto, address: "00".repeat(20) });
    expect((await rejection(openKeystore(elsewhere, "pw"))).message).to.equal(said);
  });

  for (const [what, text, message] of faults) {
    it(`is refused with the field at fault: ${what}`, async () => {
      const error = await rejection(openKeystore(text, PUBLISHED_PASSWORD));
      expect(error).to.include({ name: "KeyError" });
      expect(error.message).to.match(message);
      expect(error.message).to.not.match(/a secret|testpassword/);
    });
  }

  it("that holds no key of the curve is refused", async () => {
    for (const none of [0n, 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n]) {
      const error = await rejection(sealKeystore(toHex(none, { size: 32 }), "pw", LIGHT));
      expect(error.message).to.equal("the keystore: holds no private key of secp256k1");
    }
  });

  describe("in files", () => {
    let directory: string;
    let file: string;
    let passwordFile: string;
    const privateKey: Hex = PUBLISHED_KEY;
    const open = () => openKey({ kind: "keystore", file, passwordFile }, CHAINS);

    beforeEach(async () => {
      directory = await mkdtemp(join(tmpdir(), "keystone-keystore-"));
      [file, passwordFile] = [join(directory, "key.json"), join(directory, "password")];
      await writeFile(file, await sealKeystore(privateKey, "pw", LIGHT), { mode: 0o600 });
      await writeFile(passwordFile, "pw\n", { mode: 0o400 });
    });
    afterEach(() => rm(directory, { recursive: true }));

    it("is opened, by another name too", async () => {
      expect((await open()).address).to.equal(privateKeyToAddress(privateKey));
      await symlink(file, join(directory, "link"));
      file = join(directory, "link");
      expect((await open()).address).to.equal(privateKeyToAddress(privateKey));
    });

    it("is refused when others than the owner can use key or password", async () => {
      for (const mode of [0o640, 0o604, 0o620, 0o602, 0o610]) {
        await chmod(file, mode);
        expect((await rejection(open())).message).to.equal(
          "the keystore: others can use it, take their rights away (chmod 600)",
        );
        await chmod(file, 0o600);
        await chmod(passwordFile, mode);
        expect((await rejection(open())).message).to.match(/^password-file: others can use it/);
        await chmod(passwordFile, 0o600);
      }
    });

    it("is refused when a file is missing, empty, too large, a folder, or a password of two lines", async () => {
      const said = async () => (await rejection(open())).message;
      await writeFile(passwordFile.concat("2"), "a\nb\n", { mode: 0o600 });
      passwordFile = join(directory, "password2");
      expect(await said()).to.equal("password-file: must be one line");
      await writeFile(passwordFile, "\n");
      expect(await said()).to.equal("password-file: must be one line");
      await writeFile(passwordFile, "");
      expect(await said()).to.match(/^password-file: must hold 1 to /);
      await writeFile(passwordFile, "x".repeat(65_537));
      expect(await said()).to.match(/^password-file: must hold 1 to /);
      passwordFile = join(directory, "nowhere");
      expect(await said()).to.equal("password-file: does not exist");
      passwordFile = join(directory, "folder");
      await mkdir(passwordFile, 0o700);
      expect(await said()).to.equal("password-file: is no file");
    });
  });
});
