import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Hex, hexToBigInt, hexToBytes, numberToHex, toHex } from "viem";
import { privateKeyToAccount, sign } from "viem/accounts";
import { z } from "zod";
import { signatureFault } from "./sigv4.ts";

export const CREDENTIALS = { accessKeyId: "AKIDTESTONLY0000", secretAccessKey: "a secret of the tests" };
export const REGION = "eu-central-1";

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

export interface KmsKey {
  privateKey: Hex;
  spec?: string;
  usage?: string;
  state?: "Enabled" | "Disabled" | "PendingDeletion";
}

interface Failure {
  status: number;
  type: string;
}

export type KmsServer = Awaited<ReturnType<typeof startKms>>;

const signRequest = z.strictObject({
  KeyId: z.string(),
  Message: z.base64(),
  MessageType: z.literal("DIGEST"),
  SigningAlgorithm: z.string(),
});

/**
 * AWS KMS as far as signing goes: its JSON 1.1 protocol over HTTP, requests checked by Signature Version 4, its errors by their names, and
 * signatures as its hardware makes them, whose `s` is as often above the half of the order as below.
 */
export async function startKms(keys: Map<string, KmsKey>) {
  const calls: string[] = [];
  /** What is answered instead, one a request. */
  const failures: (Failure | "never" | ((response: ServerResponse) => void))[] = [];
  const state = { calls, failures, highS: false, wrongDigest: false, wrongCurvePoint: false };

  const answer = async (request: IncomingMessage, body: Buffer): Promise<object | Failure> => {
    const fault = signatureFault(request, body, { ...CREDENTIALS, region: REGION, service: "kms" });
    if (fault !== null) return { status: 400, type: fault };
    if (request.headers["content-type"] !== "application/x-amz-json-1.1")
      return { status: 404, type: "UnknownOperationException" };
    const input = JSON.parse(body.toString("utf8")) as { KeyId?: string };
    const key = keys.get(input.KeyId ?? "");
    if (key === undefined) return { status: 400, type: "NotFoundException" };
    if (key.state === "Disabled") return { status: 400, type: "DisabledException" };
    if (key.state === "PendingDeletion") return { status: 400, type: "KMSInvalidStateException" };
    const { spec = "ECC_SECG_P256K1", usage = "SIGN_VERIFY" } = key;
    const KeyId = `arn:aws:kms:${REGION}:111122223333:key/${input.KeyId}`;
    switch (request.headers["x-amz-target"]) {
      case "TrentService.GetPublicKey": {
        const PublicKey = spkiOf(privateKeyToAccount(key.privateKey).publicKey, state.wrongCurvePoint);
        return { KeyId, PublicKey, KeySpec: spec, KeyUsage: usage, SigningAlgorithms: ["ECDSA_SHA_256"] };
      }
      case "TrentService.Sign": {
        if (usage !== "SIGN_VERIFY") return { status: 400, type: "InvalidKeyUsageException" };
        const asked = signRequest.safeParse(input);
        const digest = Buffer.from(asked.data?.Message ?? "", "base64");
        if (!asked.success || digest.length !== 32) return { status: 400, type: "ValidationException" };
        if (asked.data.SigningAlgorithm !== "ECDSA_SHA_256") return { status: 400, type: "InvalidKeyUsageException" };
        if (state.wrongDigest) digest[0] = (digest[0] ?? 0) ^ 1;
        const { r, s } = await sign({ hash: toHex(digest), privateKey: key.privateKey });
        const given = state.highS ? ORDER - hexToBigInt(s) : hexToBigInt(s);
        return { KeyId, Signature: derOf(hexToBigInt(r), given).toString("base64"), SigningAlgorithm: "ECDSA_SHA_256" };
      }
      default:
        return { status: 404, type: "UnknownOperationException" };
    }
  };

  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray());
    calls.push(String(request.headers["x-amz-target"]).replace("TrentService.", ""));
    const failure = failures.shift();
    if (failure === "never") return;
    if (typeof failure === "function") return failure(response);
    const result = failure ?? (await answer(request, body));
    response.setHeader("content-type", "application/x-amz-json-1.1");
    if ("status" in result) {
      const { status, type } = result as Failure;
      response.writeHead(status).end(JSON.stringify({ __type: type, message: "a message with an account in it" }));
    } else response.end(JSON.stringify(result));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return Object.assign(state, {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.close();
      server.closeAllConnections();
    },
  });
}

/** SubjectPublicKeyInfo of an uncompressed point: id-ecPublicKey, secp256k1. */
function spkiOf(publicKey: Hex, offTheCurve: boolean): string {
  const point = hexToBytes(publicKey);
  if (offTheCurve) point[64] = (point[64] ?? 0) ^ 1;
  const prefix = Buffer.from("3056301006072a8648ce3d020106052b8104000a034200", "hex");
  return Buffer.concat([prefix, point]).toString("base64");
}

/** SEQUENCE of two INTEGERs, each as short as its sign allows. */
function derOf(r: bigint, s: bigint): Buffer {
  const integers = [r, s].map((number) => {
    const bytes = Buffer.from(hexToBytes(numberToHex(number)));
    const content = (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes;
    return Buffer.concat([Buffer.from([2, content.length]), content]);
  });
  const content = Buffer.concat(integers);
  return Buffer.concat([Buffer.from([0x30, content.length]), content]);
}
