import { readFileSync } from "node:fs";
import { expect } from "chai";
import { clock } from "../src/core/clock.ts";
import { unwrap, verifySignature, WebhookVerificationError } from "../src/webhooks/index.ts";

interface Signature {
  name: string;
  payload: string;
  signature: string | null;
  secret: string | string[];
  valid: boolean;
}

interface Delivery {
  name: string;
  payload: string;
  headers: Record<string, string>;
  secret: string | string[];
  tolerance?: number;
  now: number;
  event?: Record<string, unknown>;
  event_as?: { typescript?: unknown };
  reason?: string;
}

const read = (name: string) =>
  JSON.parse(readFileSync(new URL(`../conformance/webhooks/${name}.json`, import.meta.url), "utf8"));
const signatures: Signature[] = read("signatures");
const deliveries: Delivery[] = read("deliveries");

function cased(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const camel = (name: string) => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [camel(name), cased(each)]));
}

const bytes = (text: string) => new TextEncoder().encode(text);
const refused = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    (value) => expect.fail(`gave ${JSON.stringify(value)}`),
    (error: unknown) => error,
  );

describe("conformance: webhook signatures", () => {
  for (const { name, payload, valid, ...rest } of signatures) {
    it(`${name} is ${valid ? "valid" : "not"}`, async () => {
      expect(await verifySignature({ payload, ...rest })).to.equal(valid);
      expect(await verifySignature({ payload: bytes(payload), ...rest })).to.equal(valid);
      expect(await verifySignature({ payload: bytes(payload).buffer, ...rest })).to.equal(valid);
    });
  }

  it("is false for a body that was parsed", async () => {
    const { secret, signature } = signatures[0] as Signature;
    expect(await verifySignature({ payload: {} as never, secret, signature })).to.equal(false);
  });
});

describe("conformance: webhook deliveries", () => {
  const real = clock.now;
  after(() => {
    clock.now = real;
  });

  for (const { name, payload, headers, secret, tolerance, now, event, event_as, reason } of deliveries) {
    it(`${name}: ${reason ?? "believed"}`, async () => {
      clock.now = () => now * 1_000;
      const options = tolerance === undefined ? {} : { tolerance };
      for (const body of [payload, bytes(payload)]) {
        for (const each of [headers, new Headers(headers)]) {
          const promise = unwrap(body, each, secret, options);
          if (reason === undefined) {
            expect(await promise).to.deep.equal(event_as?.typescript ?? cased(event));
          } else {
            const error = await refused(promise);
            expect(error).to.be.instanceOf(WebhookVerificationError).with.property("reason", reason);
          }
        }
      }
    });
  }

  it("refuses a body that was parsed, and says how to get the raw one", async () => {
    const { headers, secret, event } = deliveries[0] as Delivery;
    const error = await refused(unwrap(event as never, headers, secret));
    expect(error).to.be.instanceOf(WebhookVerificationError).with.property("reason", "malformed_body");
    expect((error as Error).message).to.include("request.text()");
  });
});
