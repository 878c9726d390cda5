import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";

const sha256 = (text: string | Buffer) => createHash("sha256").update(text).digest("hex");
const hmac = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text).digest();

const HEADER =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})$/;

/**
 * Checks a request's AWS Signature Version 4 from its published description, and answers the name of the error by which AWS refuses it;
 * null when it is good. Sessions and presigned requests are not known here.
 */
export function signatureFault(
  request: IncomingMessage,
  body: Buffer,
  {
    accessKeyId,
    secretAccessKey,
    region,
    service,
  }: Record<"accessKeyId" | "secretAccessKey" | "region" | "service", string>,
): string | null {
  const authorization = request.headers.authorization;
  if (authorization === undefined) return "MissingAuthenticationTokenException";
  const [, key, day = "", scopeRegion, scopeService, names = "", signature = ""] = HEADER.exec(authorization) ?? [];
  if (key === undefined) return "IncompleteSignatureException";
  if (key !== accessKeyId) return "UnrecognizedClientException";
  const signed = names.split(";");
  const moment = String(request.headers["x-amz-date"]);
  if (!/^\d{8}T\d{6}Z$/.test(moment) || !moment.startsWith(day)) return "IncompleteSignatureException";
  if (!["host", "x-amz-date", "x-amz-target"].every((name) => signed.includes(name)))
    return "InvalidSignatureException";
  const time = Date.parse(moment.replace(/^(.{4})(..)(..T..)(..)(..Z)$/, "$1-$2-$3:$4:$5"));
  if (Math.abs(Date.now() - time) > 5 * 60_000) return "InvalidSignatureException";
  if (scopeRegion !== region || scopeService !== service) return "InvalidSignatureException";

  const url = new URL(request.url ?? "/", "http://service");
  const canonical = [
    request.method,
    url.pathname,
    [...url.searchParams]
      .map((pair) => pair.map(encodeURIComponent).join("="))
      .sort()
      .join("&"),
    ...signed.map((name) => `${name}:${String(request.headers[name]).trim().replace(/ +/g, " ")}`),
    "",
    names,
    sha256(body),
  ].join("\n");
  const scope = [day, region, service, "aws4_request"];
  const signingKey = scope.reduce<string | Buffer>((derived, part) => hmac(derived, part), `AWS4${secretAccessKey}`);
  const expected = hmac(signingKey, ["AWS4-HMAC-SHA256", moment, scope.join("/"), sha256(canonical)].join("\n"));
  return timingSafeEqual(expected, Buffer.from(signature, "hex")) ? null : "InvalidSignatureException";
}
