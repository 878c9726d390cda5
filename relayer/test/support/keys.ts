import { attestationTypedData } from "@keystoneos/protocol";
import fc from "fast-check";
import { type Address, type Hex, toHex } from "viem";
import { generatePrivateKey } from "viem/accounts";
import type { UnsignedTransaction } from "../../src/keys/types.ts";
import { CREDENTIALS, type KmsKey, type KmsServer, REGION } from "./kms.ts";

/** Chains that these keys sign for; attestations are for the first. */
export const CHAINS = [11155111, 84532];
export const REGISTRY = "0x00000000000000000000000000000000000a77e5";

const hex = (bytes: number) => fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((value): Hex => toHex(value));
const wei = fc.bigInt({ min: 0n, max: 2n ** 128n });

export const transactions: fc.Arbitrary<UnsignedTransaction> = fc
  .record({
    chainId: fc.constantFrom(...CHAINS),
    nonce: fc.nat(),
    to: hex(20),
    data: fc.uint8Array({ maxLength: 600 }).map((value): Hex => toHex(value)),
    value: wei,
    gas: fc.bigInt({ min: 21_000n, max: 30_000_000n }),
    maxPriorityFeePerGas: wei,
    above: wei,
  })
  // No node takes a tip above the fee, and neither does what serializes.
  .map(({ above, ...rest }) => ({ type: "eip1559", ...rest, maxFeePerGas: rest.maxPriorityFeePerGas + above }));

export const attestations = fc
  .array(fc.record({ party: hex(32), status: fc.nat({ max: 3 }), reference: hex(32) }), { minLength: 1, maxLength: 8 })
  .chain((positions) =>
    fc.record({
      settlementId: hex(32),
      parties: fc.constant(positions.map(({ party }) => party)),
      statuses: fc.constant(positions.map(({ status }) => status)),
      referenceHashes: fc.constant(positions.map(({ reference }) => reference)),
      validUntil: fc.nat({ max: 2 ** 40 - 1 }),
      sequence: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    }),
  )
  .map((attestation) => attestationTypedData({ chainId: CHAINS[0] ?? 0, registry: REGISTRY, attestation }));

export const sampleTransaction = (changes: Partial<UnsignedTransaction> = {}): UnsignedTransaction => ({
  type: "eip1559",
  chainId: CHAINS[0] ?? 0,
  nonce: 7,
  to: "0x00000000000000000000000000000000000c0ffe",
  data: "0x1234",
  value: 5n,
  gas: 21_000n,
  maxFeePerGas: 20n,
  maxPriorityFeePerGas: 1n,
  ...changes,
});

export const sampleAttestation = (registry: Address = REGISTRY, chainId = CHAINS[0] ?? 0) =>
  attestationTypedData({
    chainId,
    registry,
    attestation: {
      settlementId: toHex(1, { size: 32 }),
      parties: [toHex(2, { size: 32 }), toHex(3, { size: 32 })],
      statuses: [1, 2],
      referenceHashes: [toHex(4, { size: 32 }), toHex(5, { size: 32 })],
      validUntil: 2_000_000_000,
      sequence: 1n,
    },
  });

/** The credentials that the AWS SDK finds by itself, for as long as the tests of a block run. */
export function withAwsCredentials(): void {
  const given = { AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId, AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey };
  const before: Record<string, string | undefined> = {};
  beforeEach(() => {
    for (const [name, value] of Object.entries(given)) {
      before[name] = process.env[name];
      process.env[name] = value;
    }
  });
  afterEach(() => {
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });
}

/** A key of a server of `startKms`, as a source names it. */
export const kmsSource = ({ endpoint }: Pick<KmsServer, "endpoint">, keyId: string) =>
  ({ kind: "aws-kms", keyId, region: REGION, endpoint }) as const;

export const kmsKeys = (...named: [string, Partial<KmsKey>][]) =>
  new Map(named.map(([id, key]): [string, KmsKey] => [id, { privateKey: generatePrivateKey(), ...key }]));

/** What a promise was rejected with; fails when it was not. */
export async function rejection(promise: Promise<unknown>): Promise<Error & { code?: string }> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error("it was not rejected");
}
