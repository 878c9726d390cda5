import type { SecretKeyring, Store } from "@keystoneos/store";
import { traced } from "@keystoneos/telemetry";
import type { Logger } from "pino";
import type { WebhookSender } from "../delivery/send.ts";
import { makeAttempt } from "./attempt.ts";
import { type Claim, claimDue } from "./claim.ts";

/** Attempts under way at once: many, since one that hangs costs a socket and nothing else. */
const MAX_UNDER_WAY = 500;
/** Of them one platform's at most, at each turn: its receivers may all hang, and those of others are served. */
const SHARE = 100;
/** From here on an endpoint is slow, and is given one attempt at a time. */
const SLOW_MS = 3_000;

export interface DeliveryParts {
  db: Store;
  keyring: SecretKeyring;
  sender: WebhookSender;
  log: Logger;
  /** Told of every attempt; lost is one whose outcome could not be stored. */
  onOutcome?: ((outcome: "success" | "failure" | "lost") => void) | undefined;
  /** Told when there is room for further attempts. */
  onRoom?: () => void;
}

export interface Deliverer {
  /** Starts the attempts that are due, and does not wait for them. */
  start(): Promise<void>;
  /** Resolves when nothing is under way. */
  idle(): Promise<void>;
}

/**
 * Makes attempts of many endpoints side by side; an endpoint is given more only when all that it was given is done, and a platform only
 * when it has less than its share.
 */
export function createDeliverer({ db, keyring, sender, log, onOutcome, onRoom }: DeliveryParts): Deliverer {
  const underWay = new Map<string, Promise<void>>();
  const slow = new Set<string>();
  /** Attempts under way, by platform. */
  const attempts = new Map<string, number>();

  function count(platformId: string, change: number): void {
    const now = (attempts.get(platformId) ?? 0) + change;
    if (now === 0) attempts.delete(platformId);
    else attempts.set(platformId, now);
  }

  async function work(endpointId: string, claims: Claim[]): Promise<void> {
    const answeredWell = await Promise.all(claims.map(attempt));
    if (answeredWell.every(Boolean)) slow.delete(endpointId);
    else slow.add(endpointId);
    underWay.delete(endpointId);
    for (const { platform_id } of claims) count(platform_id, -1);
    onRoom?.();
  }

  async function attempt(claim: Claim): Promise<boolean> {
    const { id: delivery_id, endpoint_id, event_id, attempt } = claim;
    try {
      const { success, statusCode, error, durationMs } = await traced(
        "deliver webhook",
        {
          attributes: { delivery_id, endpoint_id, event_id, attempt, event: claim.event_type },
          parent: claim.traceparent,
        },
        async (span) => {
          const outcome = await makeAttempt(db, keyring, sender, claim);
          span.setAttribute("success", outcome.success);
          if (outcome.statusCode !== null) span.setAttribute("http.response.status_code", outcome.statusCode);
          return outcome;
        },
      );
      onOutcome?.(success ? "success" : "failure");
      const facts = {
        delivery_id,
        endpoint_id,
        event_id,
        attempt,
        success,
        status: statusCode,
        duration_ms: durationMs,
      };
      log.info({ ...facts, error }, "delivery");
      return success && durationMs < SLOW_MS;
    } catch (error) {
      onOutcome?.("lost");
      // The outcome could not be stored: the lease ends, and the attempt is made again.
      log.error({ delivery_id, endpoint_id, event_id, attempt, err: error }, "delivery");
      return false;
    }
  }

  return {
    async start() {
      const room = MAX_UNDER_WAY - [...attempts.values()].reduce((sum, own) => sum + own, 0);
      if (room === 0) return;
      const full = [...attempts].flatMap(([platformId, own]) => (own >= SHARE ? [platformId] : []));
      const claims = await claimDue(db, { room, share: SHARE, full, busy: [...underWay.keys()], slow: [...slow] });
      for (const { platform_id } of claims) count(platform_id, 1);
      for (const [endpointId, own] of Map.groupBy(claims, (claim) => claim.endpoint_id)) {
        underWay.set(endpointId, work(endpointId, own));
      }
    },
    async idle() {
      while (underWay.size > 0) await Promise.all(underWay.values());
    },
  };
}
