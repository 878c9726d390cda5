import { clock } from "../core/clock.ts";
import { type WebhookFault, WebhookVerificationError } from "../errors/keystone-error.ts";
import { readEvent, type WebhookEvent } from "../events/events.ts";
import {
  anyVerifies,
  type Bytes,
  base64Bytes,
  bytesOf,
  type RawBody,
  secretsIn,
  textKey,
  verifySignature,
} from "./verify.ts";

export type WebhookHeaders = Headers | Readonly<Record<string, string | readonly string[] | undefined>>;

export interface UnwrapOptions {
  /** Seconds that a delivery may be old, or ahead. */
  tolerance?: number;
}

const PREFIX = "whsec_";

/**
 * The event of a delivery that one of the secrets has signed.
 *
 * @throws WebhookVerificationError saying by `reason` why it is not to be believed.
 */
export async function unwrap(
  payload: RawBody,
  headers: WebhookHeaders,
  secret: string | readonly string[],
  { tolerance = 300 }: UnwrapOptions = {},
): Promise<WebhookEvent> {
  const bytes = bytesOf(payload);
  if (bytes === undefined) {
    const how = "as text or bytes, before anything parses it: request.text(), or express.raw({ type: '*/*' })";
    throw fault("malformed_body", `The body was parsed already, and signatures are over the raw one. Give it ${how}`);
  }
  const header = (name: string) => headerIn(headers, name);
  const [id, timestamp, signature] = ["id", "timestamp", "signature"].map((name) => header(`webhook-${name}`));
  if (id === undefined && timestamp === undefined && signature === undefined) {
    await checkPlain(payload, [header("x-keystone-signature"), header("x-keystone-signature-previous")], secret);
  } else {
    if (!id || !timestamp || !signature) {
      throw fault("missing_header", "One of webhook-id, webhook-timestamp and webhook-signature is missing");
    }
    checkAge(timestamp, tolerance);
    const keys = secretsIn(secret).map((each) =>
      each.startsWith(PREFIX) ? base64Bytes(each.slice(PREFIX.length)) : textKey(each),
    );
    const given = signature.split(" ").flatMap((each) => {
      const [version, text = ""] = each.split(",");
      return version === "v1" ? (base64Bytes(text) ?? []) : [];
    });
    const signed = concat(textKey(`${id}.${timestamp}.`), bytes);
    if (!(await anyVerifies(keys, given, signed))) throw fault("no_match", "No signature is of one of the secrets");
  }
  return eventIn(bytes, id);
}

async function checkPlain(
  payload: RawBody,
  signatures: readonly (string | undefined)[],
  secret: string | readonly string[],
): Promise<void> {
  const given = signatures.filter((signature) => signature !== undefined);
  if (given.length === 0) throw fault("missing_header", "There is neither webhook-signature nor X-Keystone-Signature");
  const matches = await Promise.all(given.map((signature) => verifySignature({ payload, signature, secret })));
  if (!matches.includes(true)) throw fault("no_match", "No signature is of one of the secrets");
}

function checkAge(timestamp: string, tolerance: number): void {
  if (!/^\d{1,15}$/.test(timestamp)) throw fault("bad_timestamp", "webhook-timestamp is not a number of seconds");
  const age = clock.now() / 1_000 - Number(timestamp);
  if (age > tolerance) throw fault("too_old", `The delivery is older than ${tolerance} seconds`);
  if (-age > tolerance) throw fault("too_new", `The delivery is more than ${tolerance} seconds ahead`);
}

function eventIn(bytes: Bytes, id: string | undefined): WebhookEvent {
  let body: unknown;
  try {
    body = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw fault("malformed_body", "The body is not JSON");
  }
  const event = (typeof body === "object" && body !== null ? body : {}) as { event: string; id: unknown };
  if (typeof event.event !== "string" || typeof event.id !== "string") {
    throw fault("malformed_body", "The body is no event: `event` or `id` is missing");
  }
  if (id !== undefined && event.id !== id) throw fault("malformed_body", "The body's id is not webhook-id");
  return readEvent(event) as WebhookEvent;
}

function headerIn(headers: WebhookHeaders, name: string): string | undefined {
  if (typeof headers.get === "function") return (headers as Headers).get(name) ?? undefined;
  const [, value] = Object.entries(headers).find(([key]) => key.toLowerCase() === name) ?? [];
  return Array.isArray(value) ? value.join(" ") : (value as string | undefined);
}

function concat(first: Bytes, second: Bytes): Bytes {
  const all = new Uint8Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}

function fault(reason: WebhookFault, message: string): WebhookVerificationError {
  return new WebhookVerificationError(reason, message);
}
