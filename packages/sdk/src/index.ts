export { KeystoneClient } from "./client.ts";
export type { Answered, ApiPromise, RateLimit } from "./core/api-promise.ts";
export type { StreamOptions } from "./core/follow.ts";
export type { Page, PagePromise } from "./core/page.ts";
export type { RequestOptions } from "./core/request-options.ts";
export type { WaitOptions } from "./core/wait.ts";
export {
  ApiConnectionError,
  ApiError,
  ApiTimeoutError,
  AuthenticationError,
  BadRequestError,
  ConflictError,
  type FieldError,
  ForbiddenError,
  IdempotencyKeyReusedError,
  NotFoundError,
  RateLimitError,
  RetryExhaustedError,
  ServerError,
  ValidationError,
} from "./errors/api-error.ts";
export {
  ConfigurationError,
  EndedElsewhereError,
  KeystoneError,
  WaitTimeoutError,
  type WebhookFault,
  WebhookVerificationError,
} from "./errors/keystone-error.ts";
export type { ReorgedEvent, StreamEvent, UnknownEventName, WebhookEvent } from "./events/events.ts";
export type * from "./generated/types.ts";
export type { SettlementWait } from "./namespaces/settlement-wait.ts";
export type { WebhookSelection } from "./namespaces/webhooks.ts";
export type { ClientOptions, EnvironmentName, Logger } from "./options.ts";
export { VERSION } from "./version.ts";
export type { UnwrapOptions, WebhookHeaders } from "./webhooks/unwrap.ts";
export type { RawBody, SignedPayload } from "./webhooks/verify.ts";
