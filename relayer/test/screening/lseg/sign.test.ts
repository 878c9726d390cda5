import { createHmac } from "node:crypto";
import { expect } from "chai";
import fc from "fast-check";
import { signedHeaders } from "../../../src/screening/lseg/sign.ts";
import { signatureFault } from "../../support/lseg-signature.ts";

const apiKey = { key: "2152c649-892d-40f6-be73-cf5b03db6924", secret: `${"AbC+/1".repeat(14)}xy==` };
const at = new Date("2026-11-20T10:21:47.999Z");

describe("the signature of a request to World-Check One", () => {
  it("is over the text that is published, for a request with a body and one without", () => {
    const url = new URL("https://api-worldcheck.refinitiv.com/v2/cases/screeningRequest");
    const body = '{"name":"Müller"}';
    const text =
      "(request-target): post /v2/cases/screeningRequest\nhost: api-worldcheck.refinitiv.com\n" +
      'date: Fri, 20 Nov 2026 10:21:47 GMT\ncontent-type: application/json\ncontent-length: 18\n{"name":"Müller"}';
    const mac = createHmac("sha256", apiKey.secret).update(text).digest("base64");
    expect(signedHeaders(apiKey, { method: "POST", url, body }, at)).to.deep.equal({
      authorization: `Signature keyId="${apiKey.key}",algorithm="hmac-sha256",headers="(request-target) host date content-type content-length",signature="${mac}"`,
      date: "Fri, 20 Nov 2026 10:21:47 GMT",
      "content-type": "application/json",
    });
    const got = signedHeaders(
      apiKey,
      { method: "GET", url: new URL("https://h.example/v2/caseReferences?caseId=a") },
      at,
    );
    const plain = "(request-target): get /v2/caseReferences\nhost: h.example\ndate: Fri, 20 Nov 2026 10:21:47 GMT";
    expect(got).to.deep.equal({
      authorization: `Signature keyId="${apiKey.key}",algorithm="hmac-sha256",headers="(request-target) host date",signature="${createHmac("sha256", apiKey.secret).update(plain).digest("base64")}"`,
      date: "Fri, 20 Nov 2026 10:21:47 GMT",
    });
  });

  it("holds for exactly what was signed, whatever it is", () => {
    const part = fc.stringMatching(/^[a-zA-Z0-9_-]{1,20}$/);
    const cases = fc.record({
      path: fc.array(part, { minLength: 1 }),
      body: fc.option(fc.string({ unit: "grapheme", minLength: 1 })),
    });
    fc.assert(
      fc.property(cases, fc.nat(), ({ path, body }, where) => {
        const url = new URL(`http://127.0.0.1:8080/v2/${path.join("/")}`);
        const method = body === null ? "GET" : "POST";
        const headers: Record<string, string> = signedHeaders(
          apiKey,
          { method, url, ...(body === null ? {} : { body }) },
          at,
        );
        const sent = Buffer.from(body ?? "");
        const request = {
          method,
          url: url.pathname,
          headers: { ...headers, host: url.host, "content-length": `${sent.length}` },
        };
        const fault = (changes: object, bytes = sent, now = at.getTime()) =>
          signatureFault({ ...request, ...changes }, bytes, apiKey, now);
        expect(fault({})).to.equal(null);
        expect(fault({ url: `${url.pathname}x` })).to.not.equal(null);
        expect(fault({ method: "PUT" })).to.not.equal(null);
        expect(fault({}, sent, at.getTime() + 61_000)).to.equal("the date");
        if (sent.length === 0) return;
        const other = Buffer.from(sent);
        other.writeUInt8((other.readUInt8(where % other.length) + 1) % 256, where % other.length);
        expect(fault({}, other)).to.equal("the signature is another one");
      }),
    );
  });
});
