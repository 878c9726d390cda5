export { type WebhookFault, WebhookVerificationError } from "../errors/keystone-error.ts";
export type { UnknownEventName, WebhookEvent } from "../events/events.ts";
export { type UnwrapOptions, unwrap, type WebhookHeaders } from "./unwrap.ts";
export { type RawBody, type SignedPayload, verifySignature } from "./verify.ts";
