import { expect } from "chai";
import fc from "fast-check";
import { KeyError } from "../../src/errors.ts";
import { keySource } from "../../src/keys/source.ts";

const ADDRESS = "0x00000000000000000000000000000000000c0ffe";
const KEY = `0x${"5e".repeat(32)}`;
const env = { GAS: KEY, EMPTY: "", SHORT: "0x5e" };

function failure(value: string): string {
  try {
    keySource(value, env);
  } catch (error) {
    expect(error).to.be.instanceOf(KeyError);
    return (error as Error).message;
  }
  throw new Error("it was taken");
}

describe("where a key is kept", () => {
  it("is a variable, a keystore, a key of AWS KMS or a remote signer", () => {
    expect(keySource("env:GAS", env)).to.deep.equal({ kind: "env", privateKey: KEY });
    expect(keySource("keystore:/a%20b/key%2C1.json?password-file=/run/p%26w", env)).to.deep.equal({
      kind: "keystore",
      file: "/a b/key,1.json",
      passwordFile: "/run/p&w",
    });
    const arn = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    expect(keySource(`aws-kms:${arn}`, env)).to.deep.equal({
      kind: "aws-kms",
      keyId: arn,
      region: "eu-central-1",
      endpoint: null,
    });
    expect(keySource("aws-kms:alias/gas?region=us-gov-west-1&endpoint=http://127.0.0.1:4566", env)).to.deep.equal({
      kind: "aws-kms",
      keyId: "alias/gas",
      region: "us-gov-west-1",
      endpoint: "http://127.0.0.1:4566",
    });
    const none = { tokenFile: null, caFile: null, client: null };
    expect(keySource(`remote:https://signer-{chain_id}.internal:9000/?address=${ADDRESS}`, env)).to.deep.equal({
      kind: "remote",
      address: ADDRESS,
      url: "https://signer-{chain_id}.internal:9000/",
      ...none,
    });
    const files = "token-file=/t&ca-file=/ca&cert-file=/cert&key-file=/key";
    expect(keySource(`remote:http://[::1]:9000/x?address=${ADDRESS}&${files}`, env)).to.deep.include({
      tokenFile: "/t",
      caFile: "/ca",
      client: { certFile: "/cert", keyFile: "/key" },
    });
  });

  const faults: Record<string, RegExp> = {
    "": /^must be env:VARIABLE, keystore:/,
    [KEY]: /^must be env:/,
    "vault:secret/gas": /^must be env:/,
    "env:": /name of a variable/,
    "env:gas": /name of a variable/,
    "env:GAS?x=1": /^env: takes no parameters but none/,
    "env:MISSING": /^names a variable that is missing/,
    "env:EMPTY": /^names a variable that is missing/,
    "env:SHORT": /^names a variable that is no private key/,
    "keystore:/k.json": /^password-file: is missing/,
    "keystore:/k.json?password-file=p": /^password-file: must be an absolute path/,
    "keystore:k.json?password-file=/p": /must be an absolute path/,
    "keystore:/k.json?password-file=/p&password-file=/q": /^has a parameter twice/,
    "keystore:/k.json?password-file=/p&password=geheim": /^keystore: takes no parameters but password-file$/,
    "keystore:/k%.json?password-file=/p": /write it as %25/,
    "aws-kms:": /must be followed by an ARN/,
    "aws-kms:a key?region=eu-central-1": /must be followed by an ARN/,
    "aws-kms:arn:aws:s3:::bucket?region=eu-central-1": /must be followed by an ARN/,
    "aws-kms:alias/gas": /^region: is missing/,
    "aws-kms:alias/gas?region=here": /^region: must be a region/,
    "aws-kms:arn:aws:kms:eu-central-1:111122223333:key/1?region=eu-central-1": /^region: is named by the ARN already/,
    "aws-kms:alias/gas?region=eu-central-1&endpoint=http://kms.internal": /^endpoint: must be https/,
    "remote:https://signer/": /^address: is missing/,
    "remote:https://signer/?address=0x12": /^address: must be an address/,
    [`remote:http://signer.internal/?address=${ADDRESS}`]: /must be https, or http to a loopback/,
    [`remote:http://127.0.0.1.evil.example/?address=${ADDRESS}`]: /must be https, or http to a loopback/,
    [`remote:https://me:geheim@signer/?address=${ADDRESS}`]: /must be https, or http to a loopback/,
    [`remote:https://signer/{chain}?address=${ADDRESS}`]: /must be https, or http to a loopback/,
    [`remote:https://signer/#x?address=${ADDRESS}`]: /must be https, or http to a loopback/,
    [`remote:ftp://signer/?address=${ADDRESS}`]: /must be https, or http to a loopback/,
    [`remote:https://signer/?address=${ADDRESS}&cert-file=/c`]: /^cert-file and key-file/,
    [`remote:https://signer/?address=${ADDRESS}&token=geheim`]: /^remote: takes no parameters but address, token-file/,
  };
  for (const [value, message] of Object.entries(faults)) {
    it(`is refused with the fault and without the value: ${value.replace(KEY, "a key")}`, () => {
      expect(failure(value)).to.match(message);
      expect(failure(value)).to.not.match(/5e5e|geheim|signer\/|internal|evil|MISSING/);
    });
  }

  it("is never shown, whatever is taken for it", () => {
    const secret = "x7Kq9v";
    const around = fc.constantFrom(
      "",
      "env:",
      "keystore:/",
      "aws-kms:",
      "remote:https://",
      "?",
      "&",
      "=",
      "%",
      ",",
      "#",
    );
    fc.assert(
      fc.property(fc.array(around, { maxLength: 4 }), fc.array(around, { maxLength: 4 }), (before, after) => {
        try {
          keySource([...before, secret, ...after].join(""), env);
        } catch (error) {
          expect(error).to.be.instanceOf(KeyError);
          expect((error as Error).message).to.not.contain(secret);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
