import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import fc from "fast-check";
import {
  type Hex,
  hexToBigInt,
  parseSignature,
  parseTransaction,
  recoverTransactionAddress,
  recoverTypedDataAddress,
  serializeTransaction,
} from "viem";
import { generatePrivateKey, privateKeyToAddress } from "viem/accounts";
import type { Key } from "../../src/keys/key.ts";
import { sealKeystore } from "../../src/keys/keystore.ts";
import { openKey } from "../../src/keys/slot.ts";
import { attestations, CHAINS, kmsKeys, kmsSource, transactions, withAwsCredentials } from "../support/keys.ts";
import { type KmsServer, startKms } from "../support/kms.ts";
import { startWeb3Signer, type Web3Signer } from "../support/web3signer.ts";

const HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n;

/** What chains and contracts take: EIP-2 for transactions, OpenZeppelin's ECDSA for attestations. */
const isLow = (s: Hex | undefined) => hexToBigInt(s ?? "0x0") > 0n && hexToBigInt(s ?? "0x0") <= HALF_ORDER;

describe("a key, wherever it is kept", function () {
  this.timeout(60_000);
  withAwsCredentials();
  const privateKey = generatePrivateKey();
  const address = privateKeyToAddress(privateKey);
  let directory: string;
  let kms: KmsServer;
  let remote: Web3Signer;
  const keys: Record<string, Key> = {};

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "keystone-keys-"));
    const [file, passwordFile] = [join(directory, "key.json"), join(directory, "password")];
    await writeFile(file, await sealKeystore(privateKey, "a long password", { n: 4096, r: 8, p: 1 }), { mode: 0o600 });
    await writeFile(passwordFile, "a long password\n", { mode: 0o600 });
    [kms, remote] = await Promise.all([
      startKms(kmsKeys(["alias/key", { privateKey }])),
      startWeb3Signer({ keys: [generatePrivateKey(), privateKey], chainId: "path" }),
    ]);
    keys.keystore = await openKey({ kind: "keystore", file, passwordFile }, CHAINS);
    const url = `${remote.origin}/{chain_id}`;
    const access = { tokenFile: null, caFile: null, client: null };
    keys["remote signer"] = await openKey({ kind: "remote", address, url, ...access }, CHAINS);
    keys.variable = await openKey({ kind: "env", privateKey }, CHAINS);
  });
  beforeEach(async () => {
    keys["AWS KMS"] ??= await openKey(kmsSource(kms, "alias/key"), CHAINS);
  });
  after(async () => {
    await Promise.all([kms.stop(), remote.stop()]);
    await rm(directory, { recursive: true });
  });

  for (const holder of ["keystore", "remote signer", "variable", "AWS KMS"]) {
    const key = () => keys[holder] as Key;

    it(`has the same address: ${holder}`, () => expect(key().address).to.equal(address));

    it(`signs every transaction so that its sender is recovered, and leaves it as it was: ${holder}`, () =>
      fc.assert(
        fc.asyncProperty(transactions, fc.boolean(), async (transaction, highS) => {
          kms.highS = highS;
          const raw = (await key().signTransaction(transaction)) as `0x02${string}`;
          const { r, s, yParity, ...signed } = parseTransaction(raw);
          expect(serializeTransaction({ ...signed, type: "eip1559" } as never)).to.equal(
            serializeTransaction(transaction),
          );
          expect(await recoverTransactionAddress({ serializedTransaction: raw })).to.equal(address);
          expect(isLow(s)).to.equal(true);
          expect(yParity).to.be.oneOf([0, 1]);
        }),
        { numRuns: 40 },
      ));

    it(`signs every attestation so that its attester is recovered: ${holder}`, () =>
      fc.assert(
        fc.asyncProperty(attestations, fc.boolean(), async (typedData, highS) => {
          kms.highS = highS;
          const signature = await key().signTypedData(typedData);
          expect(signature).to.match(/^0x[0-9a-f]{128}1[bc]$/);
          expect(isLow(parseSignature(signature).s)).to.equal(true);
          expect(await recoverTypedDataAddress({ ...typedData, signature })).to.equal(address);
        }),
        { numRuns: 40 },
      ));

    it(`says that it would sign: ${holder}`, () => key().check());
  }
});
