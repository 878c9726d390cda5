// Runs in every runtime, on the package as it is published. Prints one line of JSON.
import * as sdk from "@keystoneos/sdk";
import { verifySignature } from "@keystoneos/sdk/webhooks";

const asked = [];
const client = new sdk.KeystoneClient({
  clientId: "client-1",
  clientSecret: "hush-hush-1",
  fetch: async (input, init) => {
    asked.push(`${init.method} ${new URL(input).pathname}`);
    if (String(input).endsWith("/oauth/token")) return Response.json({ access_token: "token-1", expires_in: 3600 });
    return Response.json({ id: "w-1", secret: "whsec_hush", leg_index: 1 });
  },
});
const endpoint = await client.webhooks.create({ url: "https://hooks.example/" });
console.log(client, endpoint, { endpoint });

// Nothing listens there; the real fetch says so in the words of its runtime.
const retries = [];
const nobody = new sdk.KeystoneClient({
  accessToken: "token-1",
  baseUrl: `http://127.0.0.1:${globalThis.process.argv[2]}`,
  retryBaseDelay: 1,
  maxRetries: 2,
  logger: { ...console, debug() {}, warn: (message) => retries.push(message) },
});
const error = await nobody.webhooks.rotateSecret("w-1").catch((reason) => reason);
console.log(error);

const signature = "f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8";
console.log(
  JSON.stringify({
    asked,
    legIndex: endpoint.legIndex,
    signed: await verifySignature({ payload: "The quick brown fox jumps over the lazy dog", signature, secret: "key" }),
    error: [error.name, error instanceof sdk.RetryExhaustedError, error.attempts, retries.length],
  }),
);
