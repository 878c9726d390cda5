import type { WebhookSender } from "../../delivery/send.ts";
import { ApiError } from "../../errors/api-error.ts";
import { isEventPattern } from "../events/catalogue.ts";

/** Throws ApiError 422 webhook_url_forbidden. The address behind a name is checked whenever it is connected to. */
export function checkUrl(webhooks: WebhookSender, url: string, field = "url"): void {
  const fault = webhooks.fault(url);
  if (fault !== null) throw new ApiError("webhook_url_forbidden", fault, { loc: ["body", field] });
}

/** The events subscribed to under either name, each once; undefined when none were given. Throws ApiError 422 webhook_event_unknown. */
export function checkEvents(input: {
  events?: string[] | undefined;
  event_types?: string[] | undefined;
}): string[] | undefined {
  const field = input.events === undefined ? "event_types" : "events";
  const patterns = input[field];
  if (patterns === undefined) return undefined;
  for (const [index, pattern] of patterns.entries()) {
    if (isEventPattern(pattern)) continue;
    throw new ApiError("webhook_event_unknown", "No event has this name or begins with it", {
      loc: ["body", field, index],
    });
  }
  return [...new Set(patterns)];
}
