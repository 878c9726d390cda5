import type { ApiPromise } from "../core/api-promise.ts";
import type { Caller } from "../core/caller.ts";
import { follow, type StreamOptions } from "../core/follow.ts";
import type { PagePromise } from "../core/page.ts";
import type { RequestOptions } from "../core/request-options.ts";
import { waitUntil } from "../core/wait.ts";
import type { StreamEvent } from "../events/events.ts";
import * as op from "../generated/operations.ts";
import type {
  ComplianceDecision,
  DepositInfo,
  GetDepositInfoQuery,
  ListSettlementEventsQuery,
  ListSettlementsQuery,
  Settlement,
  SettlementCreate,
  SettlementEvent,
} from "../generated/types.ts";
import type { Settings } from "../options.ts";
import { Namespace } from "./namespace.ts";
import { judgeSettlement, type SettlementWait } from "./settlement-wait.ts";

/** Trades on their way from the match to their end. */
export class Settlements extends Namespace {
  readonly #settings: Settings;

  constructor(api: Caller, settings: Settings) {
    super(api);
    this.#settings = settings;
  }

  /** All parties are the caller's own; sides of two platforms meet by instructions. */
  create(settlement: SettlementCreate, options?: RequestOptions): ApiPromise<Settlement> {
    return this.api.call(op.createSettlement, { body: settlement }, options);
  }

  list(filters?: ListSettlementsQuery, options?: RequestOptions): PagePromise<Settlement> {
    return this.api.list(op.listSettlements, { query: filters }, options);
  }

  get(id: string, options?: RequestOptions): ApiPromise<Settlement> {
    return this.api.call(op.getSettlement, { ids: [id] }, options);
  }

  /** Its states, oldest first. */
  listEvents(id: string, page?: ListSettlementEventsQuery, options?: RequestOptions): PagePromise<SettlementEvent> {
    return this.api.list(op.listSettlementEvents, { ids: [id], query: page }, options);
  }

  /** Decides the flagged checks of the caller's own parties. The state follows when the chain shows it. */
  submitComplianceDecision(id: string, decision: ComplianceDecision, options?: RequestOptions): ApiPromise<Settlement> {
    const wanted = decision.decision === "approve" ? "pass" : "fail";
    const look = async () => {
      const answered = await this.get(id, options).withResponse();
      const { checks } = answered.data.compliance;
      const decided = checks.filter(({ decidedBy }) => decidedBy !== null);
      const shows = decided.length > 0 && decided.every(({ status }) => status === wanted);
      return shows && checks.every(({ status }) => status !== "flagged") ? answered : undefined;
    };
    return this.api.call(op.decideCompliance, { ids: [id], body: decision }, options, {
      repeat: { status: 409, look },
    });
  }

  /** What to send to deposit a leg, as the API says it. Nothing is checked here. */
  depositInfo(
    id: string,
    legIndex: number,
    consent?: GetDepositInfoQuery,
    options?: RequestOptions,
  ): ApiPromise<DepositInfo> {
    return this.api.call(op.getDepositInfo, { ids: [id, legIndex], query: consent }, options);
  }

  /**
   * Resolves with the settlement once it is, or has passed, one of these states and is final enough.
   *
   * @throws EndedElsewhereError when it ended without, WaitTimeoutError.
   */
  waitFor(id: string, options: SettlementWait = {}): Promise<Settlement> {
    const { state = ["FINALIZED", "ROLLED_BACK", "TIMED_OUT"], finality = "safe", ...rest } = options;
    const wanted = [state].flat();
    const events = (signal: AbortSignal) => this.listEvents(id, { limit: 200 }, { signal }).toArray();
    const judge = judgeSettlement(wanted, finality, events);
    return waitUntil(
      {
        what: `settlement ${id} to be ${wanted.join(" or ")}`,
        read: (signal) => this.get(id, { signal }),
        judge,
        source: (signal, onOpen) => this.#follow(id, { signal, onOpen, maxRetries: 0 }),
      },
      rest,
    );
  }

  /** Its events from now on, or behind `lastEventId`. Ends with the loop that reads it. */
  stream(id: string, options: StreamOptions = {}): AsyncIterable<StreamEvent> {
    return this.#follow(id, options);
  }

  #follow(id: string, options: StreamOptions & { onOpen?: () => void; maxRetries?: number }) {
    const { finality, maxRetries } = options;
    const more = maxRetries === undefined ? {} : { maxRetries };
    return follow(
      (last, signal) =>
        this.api.stream(op.streamSettlement, { ids: [id], query: finality && { finality } }, last, { signal, ...more }),
      options,
      this.#settings,
    );
  }
}
