import { createPublicKey } from "node:crypto";
import { GetPublicKeyCommand, KMSClient, KMSServiceException, SignCommand } from "@aws-sdk/client-kms";
import { secp256k1 } from "@noble/curves/secp256k1";
import { type Address, concat, type Hex, hexToBytes, toHex } from "viem";
import { publicKeyToAddress } from "viem/accounts";
import { KeyError, SignerUnavailable } from "../errors.ts";
import { digestKey, type Key } from "./key.ts";
import { LIMITS, type Limits } from "./limits.ts";
import type { RawSignature } from "./signature.ts";
import type { KeySource } from "./source.ts";

/**
 * A key of AWS KMS: ECC_SECG_P256K1 for signing, of which the process may do kms:GetPublicKey and kms:Sign. Credentials are those that the
 * AWS SDK finds by itself. Throws SignerUnavailable or KeyError.
 */
export async function kmsKey(source: Extract<KeySource, { kind: "aws-kms" }>, limits: Limits = LIMITS): Promise<Key> {
  const { keyId: KeyId, region, endpoint } = source;
  const client = new KMSClient({
    region,
    ...(endpoint === null ? {} : { endpoint }),
    maxAttempts: 3,
    // Without the last one the SDK only writes a warning when a request takes too long, and waits on.
    requestHandler: {
      connectionTimeout: limits.attemptMs,
      requestTimeout: limits.attemptMs,
      throwOnRequestTimeout: true,
    },
  });
  const ask = async <T>(work: (abortSignal: AbortSignal) => Promise<T>): Promise<T> => {
    try {
      return await work(AbortSignal.timeout(limits.totalMs));
    } catch (error) {
      throw faultOf(error);
    }
  };
  const address = async () =>
    addressOf(await ask((abortSignal) => client.send(new GetPublicKeyCommand({ KeyId }), { abortSignal })));
  const signDigest = async (digest: Hex): Promise<RawSignature> => {
    const { Signature } = await ask((abortSignal) =>
      client.send(
        new SignCommand({
          KeyId,
          Message: hexToBytes(digest),
          MessageType: "DIGEST",
          SigningAlgorithm: "ECDSA_SHA_256",
        }),
        { abortSignal },
      ),
    );
    return rawSignatureOf(Signature);
  };
  const own = await address();
  return digestKey(own, signDigest, async () => {
    // An alias that was pointed at another key signs for nobody we know.
    if ((await address()) !== own) throw new KeyError("AWS KMS has another key by this name since the start");
  });
}

function addressOf(answer: {
  KeyUsage?: string | undefined;
  KeySpec?: string | undefined;
  PublicKey?: Uint8Array | undefined;
}): Address {
  if (answer.KeyUsage !== "SIGN_VERIFY" || answer.KeySpec !== "ECC_SECG_P256K1" || answer.PublicKey === undefined) {
    throw new KeyError("the key of AWS KMS must be an ECC_SECG_P256K1 key for SIGN_VERIFY");
  }
  try {
    const key = createPublicKey({ key: Buffer.from(answer.PublicKey), format: "der", type: "spki" });
    if (key.asymmetricKeyDetails?.namedCurve !== "secp256k1") throw new TypeError("another curve");
    const { x = "", y = "" } = key.export({ format: "jwk" });
    return publicKeyToAddress(concat(["0x04", ...[x, y].map((word) => toHex(Buffer.from(word, "base64url")))]));
  } catch (cause) {
    throw new KeyError("AWS KMS answered a public key that is none of secp256k1", { cause });
  }
}

function rawSignatureOf(der: Uint8Array | undefined): RawSignature {
  try {
    const { r, s } = secp256k1.Signature.fromDER(der ?? new Uint8Array());
    return { r, s };
  } catch {
    throw new KeyError("AWS KMS answered no signature");
  }
}

/** Said by name alone: messages of the service and of the network hold account, key and host. */
function faultOf(error: unknown): Error {
  const name = error instanceof Error ? error.name : "unknown";
  if (!(error instanceof KMSServiceException)) {
    // Whoever cannot tell who they are is not made known by waiting; a network may come back.
    return name === "CredentialsProviderError"
      ? new KeyError("no credentials of AWS were found")
      : new SignerUnavailable(`AWS KMS does not answer (${name})`);
  }
  const later =
    error.$fault === "server" ||
    error.$retryable !== undefined ||
    /Throttl|LimitExceeded|Timeout|Unavailable/.test(name);
  return later ? new SignerUnavailable(`AWS KMS: ${name}`) : new KeyError(`AWS KMS refuses: ${name}`);
}
