import type { ApiPromise } from "../core/api-promise.ts";
import type { PagePromise } from "../core/page.ts";
import type { RequestOptions } from "../core/request-options.ts";
import type { WebhookEvent } from "../events/events.ts";
import * as op from "../generated/operations.ts";
import type {
  ListWebhookDeliveriesQuery,
  ListWebhookEndpointsQuery,
  WebhookDelivery,
  WebhookEndpoint,
  WebhookEndpointCreate,
  WebhookEndpointCreated,
  WebhookEndpointUpdate,
  WebhookRecovery,
  WebhookRecoveryResult,
  WebhookSecretRotated,
  WebhookTestCreate,
  WebhookTestResult,
} from "../generated/types.ts";
import { type UnwrapOptions, unwrap, type WebhookHeaders } from "../webhooks/unwrap.ts";
import { type RawBody, type SignedPayload, verifySignature } from "../webhooks/verify.ts";
import { gone } from "./gone.ts";
import { Namespace } from "./namespace.ts";

/** What is to be delivered: what happened since, or these events. */
export type WebhookSelection = { since: string | Date } | { eventIds: string[] };

/** Where events are delivered to, and what became of it. */
export class Webhooks extends Namespace {
  /** Keep the `secret` of the answer: it is told once. Without `events` all are delivered. */
  create(endpoint: WebhookEndpointCreate, options?: RequestOptions): ApiPromise<WebhookEndpointCreated> {
    return this.api.call(op.createWebhookEndpoint, { body: endpoint }, options);
  }

  list(page?: ListWebhookEndpointsQuery, options?: RequestOptions): PagePromise<WebhookEndpoint> {
    return this.api.list(op.listWebhookEndpoints, { query: page }, options);
  }

  get(id: string, options?: RequestOptions): ApiPromise<WebhookEndpoint> {
    return this.api.call(op.getWebhookEndpoint, { ids: [id] }, options);
  }

  update(id: string, changes: WebhookEndpointUpdate, options?: RequestOptions): ApiPromise<WebhookEndpoint> {
    return this.api.call(op.updateWebhookEndpoint, { ids: [id], body: changes }, options);
  }

  delete(id: string, options?: RequestOptions): ApiPromise<void> {
    return this.api.call(
      op.deleteWebhookEndpoint,
      { ids: [id] },
      options,
      gone(() => this.get(id, options)),
    );
  }

  /** Sends a sample of an event now, once. */
  test(id: string, what: WebhookTestCreate = {}, options?: RequestOptions): ApiPromise<WebhookTestResult> {
    return this.api.call(op.testWebhookEndpoint, { ids: [id], body: what }, options);
  }

  /** The secret until now signs along for a day. Tried again only where nothing can have arrived: a second rotation would end it. */
  rotateSecret(id: string, options?: RequestOptions): ApiPromise<WebhookSecretRotated> {
    return this.api.call(op.rotateWebhookSecret, { ids: [id] }, options, { once: true });
  }

  listDeliveries(
    id: string,
    filters?: ListWebhookDeliveriesQuery,
    options?: RequestOptions,
  ): PagePromise<WebhookDelivery> {
    return this.api.list(op.listWebhookDeliveries, { ids: [id], query: filters }, options);
  }

  redeliver(id: string, deliveryId: string, options?: RequestOptions): ApiPromise<WebhookDelivery> {
    return this.api.call(op.redeliverWebhook, { ids: [id, deliveryId] }, options);
  }

  /** Delivers again, by default only what did not arrive. */
  recover(
    id: string,
    selection: WebhookSelection,
    { onlyFailed = true }: Pick<WebhookRecovery, "onlyFailed"> = {},
    options?: RequestOptions,
  ): ApiPromise<WebhookRecoveryResult> {
    return this.api.call(op.recoverWebhooks, { ids: [id], body: { ...selection, onlyFailed } }, options);
  }

  /** As the function of this name, which `@keystoneos/sdk/webhooks` has without a client. */
  verifySignature(signed: SignedPayload): Promise<boolean> {
    return verifySignature(signed);
  }

  /** As the function of this name, which `@keystoneos/sdk/webhooks` has without a client. */
  unwrap(
    payload: RawBody,
    headers: WebhookHeaders,
    secret: string | readonly string[],
    options?: UnwrapOptions,
  ): Promise<WebhookEvent> {
    return unwrap(payload, headers, secret, options);
  }
}
