import { expect } from "chai";
import { drawSecret, isSigningSecret, signatureHeaders } from "../../src/delivery/sign.ts";

describe("signatureHeaders", () => {
  // The vector that the Standard Webhooks libraries are tested with.
  const message = { id: "msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp: 1614265330, body: '{"test": 2432232314}' };
  const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  const signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

  it("signs as Standard Webhooks does", () => {
    expect(signatureHeaders(message, { present: secret, previous: null })).to.deep.include({
      "webhook-id": message.id,
      "webhook-timestamp": "1614265330",
      "webhook-signature": signature,
    });
  });

  it("signs the raw body with the secret as text, in hex", () => {
    const body = "The quick brown fox jumps over the lazy dog";
    const headers = signatureHeaders({ ...message, body }, { present: "key", previous: null });
    expect(headers["X-Keystone-Signature"]).to.equal(
      "f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8",
    );
    expect(headers).to.not.have.property("X-Keystone-Signature-Previous");
  });

  it("has both secrets sign while one is being replaced, the present one first", () => {
    const [a, b] = [drawSecret(), drawSecret()];
    const alone = (present: string) => signatureHeaders(message, { present, previous: null });
    const both = signatureHeaders(message, { present: a, previous: b });
    expect(both["webhook-signature"]).to.equal(`${alone(a)["webhook-signature"]} ${alone(b)["webhook-signature"]}`);
    expect(both["X-Keystone-Signature"]).to.equal(alone(a)["X-Keystone-Signature"]);
    expect(both["X-Keystone-Signature-Previous"]).to.equal(alone(b)["X-Keystone-Signature"]);
  });
});

describe("isSigningSecret", () => {
  const base64 = (bytes: number) => `whsec_${Buffer.alloc(bytes, 7).toString("base64")}`;

  it("takes whsec_ with 24 to 64 bytes, plain text of 24 to 256 characters, and what is drawn here", () => {
    for (const secret of [base64(24), base64(64), "x".repeat(24), " ~".repeat(128), drawSecret()]) {
      expect(isSigningSecret(secret), secret).to.equal(true);
    }
    expect(drawSecret()).to.not.equal(drawSecret());
  });

  it("refuses everything else", () => {
    const long = "whsec_this is no base64 at all, is it";
    for (const secret of [base64(23), base64(65), "x".repeat(23), "x".repeat(257), "ä".repeat(30), long, "whsec_"]) {
      expect(isSigningSecret(secret), secret).to.equal(false);
    }
  });
});
