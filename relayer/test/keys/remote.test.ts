import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import type { Hex } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { KeyError, SignerUnavailable } from "../../src/errors.ts";
import type { Key } from "../../src/keys/key.ts";
import { remoteKey } from "../../src/keys/remote.ts";
import type { RemoteSource } from "../../src/keys/source.ts";
import type { UnsignedTransaction } from "../../src/keys/types.ts";
import { CHAINS, rejection, sampleAttestation, sampleTransaction } from "../support/keys.ts";
import { startWeb3Signer, type Web3Signer } from "../support/web3signer.ts";

const TLS = new URL("../support/tls/", import.meta.url);
const pem = (name: string) => readFileSync(new URL(name, TLS), "utf8");

describe("a remote signer", function () {
  this.timeout(30_000);
  const account = privateKeyToAccount(generatePrivateKey());
  const privateKey = generatePrivateKey();
  const own = privateKeyToAccount(privateKey);
  let signer: Web3Signer;
  let directory: string;

  beforeEach(async () => {
    signer = await startWeb3Signer({ keys: [privateKey], chainId: "path" });
    directory = await mkdtemp(join(tmpdir(), "keystone-remote-"));
  });
  afterEach(async () => {
    await signer.stop();
    await rm(directory, { recursive: true });
  });

  const source = (changes: Partial<RemoteSource> = {}): RemoteSource => ({
    address: own.address,
    url: `${signer.origin}/{chain_id}`,
    tokenFile: null,
    caFile: null,
    client: null,
    ...changes,
  });
  const open = (changes: Partial<RemoteSource> = {}, chainIds = CHAINS): Promise<Key> =>
    remoteKey(source(changes), chainIds);
  const file = async (name: string, text: string) => {
    await writeFile(join(directory, name), text, { mode: 0o600 });
    return join(directory, name);
  };
  /** Fails with KeyError, and says so; nothing that the signer answered is in it. */
  const refusal = async (attempt: Promise<unknown>) => {
    const error = await rejection(attempt);
    expect(error).to.be.instanceOf(KeyError);
    expect(error.message).to.not.match(/geheim|127\.0\.0\.1/);
    return error.message;
  };

  it("is asked at the address of each chain whether it has the key, and then for the chain that is signed for", async () => {
    const key = await open();
    await key.signTransaction(sampleTransaction({ chainId: 84532 }));
    await key.signTypedData(sampleAttestation());
    expect(signer.calls.map(({ method, path }) => [method, path])).to.deep.equal([
      ["eth_accounts", "/11155111"],
      ["eth_accounts", "/84532"],
      ["eth_signTransaction", "/84532"],
      ["eth_signTypedData", "/11155111"],
    ]);
  });

  it("that does not have the key is refused at the start, and later by what asks for it", async () => {
    const said = await refusal(open({ address: account.address }));
    expect(said).to.equal("the remote signer for chain 11155111 does not have the key");
    const key = await open();
    signer.forge = () => [];
    expect(await refusal(key.check())).to.match(/does not have the key$/);
    signer.forge = () => "0x";
    expect(await refusal(key.check())).to.match(/does not have the key$/);
  });

  it("that signs for another chain is told apart, with the way out", async () => {
    await signer.stop();
    signer = await startWeb3Signer({ keys: [privateKey], chainId: 11155111 });
    const key = await open({ url: signer.origin });
    await key.signTransaction(sampleTransaction());
    expect(await refusal(key.signTransaction(sampleTransaction({ chainId: 84532 })))).to.equal(
      "the remote signer answered a transaction with another chainId (a web3signer signs for one chain: name each by {chain_id} in its address)",
    );
  });

  describe("that cannot be trusted", () => {
    const others: Partial<Record<keyof UnsignedTransaction, string>> = {
      nonce: "0x8",
      to: account.address,
      data: "0x1235",
      value: "0x6",
      gas: "0x5209",
      maxFeePerGas: "0x15",
      maxPriorityFeePerGas: "0x2",
    };
    for (const [name, value] of Object.entries(others)) {
      it(`cannot have another ${name} signed`, async () => {
        const key = await open();
        signer.tamper = ({ method, params: [transaction] }) => ({
          method,
          params: [{ ...(transaction as object), [name]: value }],
        });
        expect(await refusal(key.signTransaction(sampleTransaction()))).to.equal(
          `the remote signer answered a transaction with another ${name}`,
        );
      });
    }

    it("cannot have another key's signature taken, or one of something else under what was asked", async () => {
      const key = await open();
      const transaction = sampleTransaction();
      const never = "the answer is not this key's signature of what was asked";
      signer.forge = () => foreign;
      const foreign = await account.signTransaction(transaction);
      expect(await refusal(key.signTransaction(transaction))).to.equal(never);
      // The fields that were asked for, with the signature of others.
      const mine = await own.signTransaction(transaction);
      const other = await own.signTransaction({ ...transaction, value: 6n });
      signer.forge = () => mine.slice(0, -128) + other.slice(-128);
      expect(await refusal(key.signTransaction(transaction))).to.equal(never);
      signer.forge = () => signature;
      const signature = await own.signTypedData({ ...sampleAttestation(), primaryType: "Attestation", domain: {} });
      expect(await refusal(key.signTypedData(sampleAttestation()))).to.equal(never);
    });

    it("cannot hide anything in what is sent: only r and s of its answer are used", async () => {
      const key = await open();
      const transaction = sampleTransaction();
      const plain = await key.signTransaction(transaction);
      const more = { ...transaction, accessList: [{ address: account.address, storageKeys: [] }] };
      signer.forge = () => hidden;
      const hidden = await own.signTransaction(more);
      expect(await refusal(key.signTransaction(transaction))).to.match(/not this key's signature/);
      signer.forge = (raw) => (raw as string).toUpperCase().replace("0X", "0x");
      expect(await key.signTransaction(transaction)).to.equal(plain);
    });

    it("cannot answer anything but a signature", async () => {
      const key = await open();
      const answers = [null, 5, {}, [], "", "0x", "geheim", "0x02", `0x02${"c0".repeat(40)}`, `0x01${"00".repeat(60)}`];
      for (const answer of [...answers, `0x02${"f9".repeat(20_000)}`]) {
        signer.forge = () => answer;
        expect(await refusal(key.signTransaction(sampleTransaction()))).to.match(
          /^the remote signer answered no signed/,
        );
        expect(await refusal(key.signTypedData(sampleAttestation()))).to.equal(
          "the remote signer answered no signature",
        );
      }
      for (const answer of ["00".repeat(65), "ff".repeat(65)]) {
        signer.forge = (): Hex => `0x${answer}`;
        expect(await refusal(key.signTypedData(sampleAttestation()))).to.match(/not this key's signature/);
      }
    });

    const reply = (work: (response: ServerResponse) => void) => signer.replies.push(work);

    it("cannot lead anywhere else", async () => {
      const key = await open();
      const before = signer.calls.length;
      for (const status of [301, 302, 303, 307, 308]) {
        reply((response) => response.writeHead(status, { location: `${signer.origin}/11155111` }).end());
        expect(await refusal(key.signTransaction(sampleTransaction()))).to.equal(`the remote signer answers ${status}`);
      }
      expect(signer.calls).to.have.length(before + 5);
    });

    it("cannot keep us busy: a large answer is left, whether it says its length or not", async () => {
      const key = await open();
      const large = Buffer.alloc(256 * 1024, "x");
      for (const headers of [{ "content-length": String(2 ** 40) }, {}] as Record<string, string>[]) {
        let left: Promise<void> | undefined;
        reply((response) => {
          left = new Promise((resolve) => response.once("close", () => resolve()));
          response.writeHead(200, headers);
          const more = () => response.write(large, () => response.destroyed || more());
          more();
        });
        expect(await refusal(key.signTransaction(sampleTransaction()))).to.match(/answers more than any signature/);
        await left;
      }
    });

    it("cannot keep us waiting, neither by silence nor by a drop at a time", async () => {
      const key = await remoteKey(source(), CHAINS, { attemptMs: 200, totalMs: 300 });
      const drops: NodeJS.Timeout[] = [];
      for (const silence of [
        () => undefined,
        (response: ServerResponse) => void drops.push(setInterval(() => response.write(" "), 20)),
      ]) {
        signer.replies.push(silence, silence);
        const error = await rejection(key.signTransaction(sampleTransaction()));
        expect(error).to.be.instanceOf(SignerUnavailable);
        expect(error.message).to.match(/^the remote signer does not answer \((ABORT_ERR|AbortError|TimeoutError)\)$/);
      }
      for (const drop of drops) clearInterval(drop);
    });

    it("is told by number what it refuses, and never quoted", async () => {
      const key = await open();
      signer.tamper = ({ method, params }) => ({ method: method === "eth_accounts" ? method : "geheim", params });
      expect(await refusal(key.signTransaction(sampleTransaction()))).to.equal(
        "the remote signer refuses: error -32601",
      );
      reply((response) => response.writeHead(403).end("geheim"));
      expect(await refusal(key.check())).to.equal("the remote signer answers 403");
      reply((response) => response.end('{"jsonrpc":"2.0","id":2,"result":["geheim"]}'));
      expect(await refusal(key.check())).to.equal("the remote signer answers 200, but no JSON-RPC");
    });
  });

  it("that is too busy, or has gone, is asked once more and then called unavailable", async () => {
    const key = await open({}, [11155111]);
    const busy = (response: ServerResponse) => response.writeHead(503).end();
    signer.replies.push(busy);
    await key.check();
    signer.replies.push(busy, busy);
    const error = await rejection(key.check());
    expect(error).to.be.instanceOf(SignerUnavailable);
    expect(error.message).to.equal("the remote signer answers 503");
    expect(signer.calls).to.have.length(5);
    await signer.stop();
    const gone = await rejection(key.check());
    expect(gone).to.be.instanceOf(SignerUnavailable);
    expect(gone.message).to.match(/^the remote signer does not answer \(ECONN(REFUSED|RESET)\)$/);
  });

  it("is shown a bearer token where there is one", async () => {
    const key = await open({ tokenFile: await file("token", "geheim\n") });
    await key.signTransaction(sampleTransaction());
    expect(new Set(signer.calls.map(({ authorization }) => authorization))).to.deep.equal(new Set(["Bearer geheim"]));
    signer.replies.push((response) => response.writeHead(401).end("Bearer geheim"));
    expect(await refusal(key.check())).to.equal("the remote signer answers 401");
  });

  it("is spoken to by TLS with certificates on both sides, and with nobody else", async () => {
    await signer.stop();
    const tls = { cert: pem("server.pem"), key: pem("server-key.pem"), ca: pem("ca.pem"), requestCert: true };
    signer = await startWeb3Signer({ keys: [privateKey], chainId: "path", tls });
    const caFile = await file("ca.pem", pem("ca.pem"));
    const client = {
      certFile: await file("client.pem", pem("client.pem")),
      keyFile: await file("key", pem("client-key.pem")),
    };
    const key = await open({ caFile, client });
    expect(await key.signTransaction(sampleTransaction())).to.equal(await own.signTransaction(sampleTransaction()));

    for (const [changes, said] of [
      [{ client }, /UNABLE_TO_VERIFY_LEAF_SIGNATURE|SELF_SIGNED|UNABLE_TO_GET_ISSUER/],
      [{ caFile }, /ECONNRESET|EPIPE|TLSV13_ALERT_CERTIFICATE_REQUIRED/],
      [{ caFile, client, url: signer.origin.replace("127.0.0.1", "localhost") }, /ERR_TLS_CERT_ALTNAME_INVALID/],
    ] as [Partial<RemoteSource>, RegExp][]) {
      const error = await rejection(open(changes));
      expect(error).to.be.instanceOf(SignerUnavailable);
      expect(error.message).to.match(said);
    }
  });
});
