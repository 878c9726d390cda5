import { expect } from "chai";
import { toHex } from "viem";
import { privateKeyToAddress } from "viem/accounts";
import { KeyError, SignerUnavailable } from "../../src/errors.ts";
import type { Key } from "../../src/keys/key.ts";
import { kmsKey } from "../../src/keys/kms.ts";
import { openKey } from "../../src/keys/slot.ts";
import { kmsKeys, kmsSource, rejection, sampleTransaction, withAwsCredentials } from "../support/keys.ts";
import { type KmsKey, type KmsServer, startKms } from "../support/kms.ts";

describe("a key of AWS KMS", function () {
  this.timeout(30_000);
  withAwsCredentials();
  let kms: KmsServer;
  let keys: Map<string, KmsKey>;
  const open = (id = "alias/gas"): Promise<Key> => openKey(kmsSource(kms, id), [1]);
  const own = () => keys.get("alias/gas") as KmsKey;

  beforeEach(async () => {
    keys = kmsKeys(["alias/gas", {}], ["encrypts", { usage: "ENCRYPT_DECRYPT" }], ["p256", { spec: "ECC_NIST_P256" }]);
    kms = await startKms(keys);
  });
  afterEach(() => kms.stop());

  const expectQuiet = ({ message }: Error) => expect(message).to.not.match(/account|alias|127\.0\.0\.1|arn/);

  it("has its address from its public key, and asks for a signature of the digest once", async () => {
    const key = await open();
    expect(key.address).to.equal(privateKeyToAddress(own().privateKey));
    await key.signTransaction(sampleTransaction());
    expect(kms.calls).to.deep.equal(["GetPublicKey", "Sign"]);
  });

  it("is refused when it is of another kind, or none", async () => {
    const wrong = "the key of AWS KMS must be an ECC_SECG_P256K1 key for SIGN_VERIFY";
    for (const [id, message] of [
      ["encrypts", wrong],
      ["p256", wrong],
      ["nowhere", "AWS KMS refuses: NotFoundException"],
    ] as const) {
      const error = await rejection(open(id));
      expect(error).to.be.instanceOf(KeyError);
      expect(error.message).to.equal(message);
    }
    kms.wrongCurvePoint = true;
    expect((await rejection(open())).message).to.equal("AWS KMS answered a public key that is none of secp256k1");
  });

  it("is not asked by strangers: requests are signed, and refused when they are not rightly", async () => {
    const said = async () => {
      const error = await rejection(open());
      expect(error).to.be.instanceOf(KeyError);
      return error.message;
    };
    process.env.AWS_SECRET_ACCESS_KEY = "another secret";
    expect(await said()).to.equal("AWS KMS refuses: InvalidSignatureException");
    process.env.AWS_ACCESS_KEY_ID = "AKIDSOMEBODYELSE";
    expect(await said()).to.equal("AWS KMS refuses: UnrecognizedClientException");
  });

  it("that is disabled or about to be deleted says so, when it signs and when it is asked", async () => {
    const key = await open();
    for (const [state, name] of [
      ["Disabled", "DisabledException"],
      ["PendingDeletion", "KMSInvalidStateException"],
    ] as const) {
      own().state = state;
      for (const attempt of [key.signTransaction(sampleTransaction()), key.check()]) {
        const error = await rejection(attempt);
        expect(error).to.be.instanceOf(KeyError);
        expect(error.message).to.equal(`AWS KMS refuses: ${name}`);
        expectQuiet(error);
      }
    }
    own().state = "Enabled";
    await key.check();
  });

  it("is asked again when it is throttled, or fails for a moment, and three times at most", async () => {
    const key = await open();
    kms.failures.push({ status: 400, type: "ThrottlingException" }, { status: 500, type: "KMSInternalException" });
    await key.signTransaction(sampleTransaction());
    expect(kms.calls).to.deep.equal(["GetPublicKey", "Sign", "Sign", "Sign"]);
    kms.failures.push(...Array.from({ length: 4 }, () => ({ status: 400, type: "ThrottlingException" })));
    const error = await rejection(key.signTransaction(sampleTransaction()));
    expect(error).to.be.instanceOf(SignerUnavailable);
    expect(error.message).to.equal("AWS KMS: ThrottlingException");
    expect(kms.calls).to.have.length(7);
  });

  it("that never answers is given up, and so is one that is not there", async () => {
    const key = await kmsKey(kmsSource(kms, "alias/gas"), { attemptMs: 100, totalMs: 400 });
    kms.failures.push("never", "never", "never");
    const error = await rejection(key.signTransaction(sampleTransaction()));
    expect(error).to.be.instanceOf(SignerUnavailable);
    expect(error.message).to.match(/^AWS KMS does not answer \((TimeoutError|AbortError)\)$/);
    await kms.stop();
    const gone = await rejection(key.check());
    expect(gone).to.be.instanceOf(SignerUnavailable);
    expectQuiet(gone);
  });

  it("gives signatures above half the order as often as below, and both are brought down", async () => {
    const key = await open();
    const raw = [];
    for (kms.highS of [false, true]) raw.push(await key.signTransaction(sampleTransaction()));
    expect(raw[0]).to.equal(raw[1]);
  });

  it("is never believed: what is no signature of what was asked is not used", async () => {
    const key = await open();
    const said = async () => {
      const error = await rejection(key.signTransaction(sampleTransaction()));
      expect(error).to.be.instanceOf(KeyError);
      return error.message;
    };
    kms.wrongDigest = true;
    expect(await said()).to.equal("the answer is not this key's signature of what was asked");
    kms.wrongDigest = false;
    own().privateKey = toHex(5, { size: 32 });
    expect(await said()).to.equal("the answer is not this key's signature of what was asked");
    expect((await rejection(key.check())).message).to.equal("AWS KMS has another key by this name since the start");

    const answers = ["", "30", "3006020101020100", "3006020100020101", "3026022100".padEnd(80, "f")];
    for (const der of answers) {
      kms.failures.push((response) => {
        response.setHeader("content-type", "application/x-amz-json-1.1");
        response.end(JSON.stringify({ Signature: Buffer.from(der, "hex").toString("base64") }));
      });
      expect(await said()).to.match(/no signature|not this key's signature/);
    }
  });
});
