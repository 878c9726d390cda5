import type { ApiPromise } from "../core/api-promise.ts";
import type { PagePromise } from "../core/page.ts";
import type { RequestOptions } from "../core/request-options.ts";
import * as op from "../generated/operations.ts";
import type {
  AdminSettlement,
  ComplianceOverride,
  GetSettlementMetricsQuery,
  GetSettlementTransitionsQuery,
  Intervention,
  InterventionCreate,
  ListAdminSettlementEventsQuery,
  ListAdminSettlementsQuery,
  ListStuckSettlementsQuery,
  Metrics,
  Pipeline,
  SettlementEvent,
  StuckSettlement,
  TransitionCreate,
  Transitions,
} from "../generated/types.ts";
import { Namespace } from "./namespace.ts";

/** Settlements of all platforms, and what an operator can do about one: never more than the contracts allow. */
export class AdminSettlements extends Namespace {
  list(filters?: ListAdminSettlementsQuery, options?: RequestOptions): PagePromise<AdminSettlement> {
    return this.api.list(op.listAdminSettlements, { query: filters }, options);
  }

  get(id: string, options?: RequestOptions): ApiPromise<AdminSettlement> {
    return this.api.call(op.getAdminSettlement, { ids: [id] }, options);
  }

  listEvents(
    id: string,
    page?: ListAdminSettlementEventsQuery,
    options?: RequestOptions,
  ): PagePromise<SettlementEvent> {
    return this.api.list(op.listAdminSettlementEvents, { ids: [id], query: page }, options);
  }

  /** Past their timeout, or without progress for `staleAfterSeconds`; the stalest first. */
  stuck(filters?: ListStuckSettlementsQuery, options?: RequestOptions): PagePromise<StuckSettlement> {
    return this.api.list(op.listStuckSettlements, { query: filters }, options);
  }

  pipeline(options?: RequestOptions): ApiPromise<Pipeline> {
    return this.api.call(op.getPipeline, {}, options);
  }

  metrics(period?: GetSettlementMetricsQuery, options?: RequestOptions): ApiPromise<Metrics> {
    return this.api.call(op.getSettlementMetrics, { query: period }, options);
  }

  transitions(period?: GetSettlementTransitionsQuery, options?: RequestOptions): ApiPromise<Transitions> {
    return this.api.call(op.getSettlementTransitions, { query: period }, options);
  }

  /** Along an edge that the ruleset has from the present state; else ConflictError, whose `context` names those that it has. */
  transition(id: string, intervention: TransitionCreate, options?: RequestOptions): ApiPromise<Intervention> {
    return this.api.call(op.transitionSettlement, { ids: [id], body: intervention }, options);
  }

  rollback(id: string, intervention: InterventionCreate, options?: RequestOptions): ApiPromise<Intervention> {
    return this.api.call(op.rollbackSettlement, { ids: [id], body: intervention }, options);
  }

  /** Everything that may be done next is done anew. */
  retry(id: string, intervention: InterventionCreate, options?: RequestOptions): ApiPromise<Intervention> {
    return this.api.call(op.retrySettlement, { ids: [id], body: intervention }, options);
  }

  /** Decides every flagged check. */
  complianceOverride(id: string, intervention: ComplianceOverride, options?: RequestOptions): ApiPromise<Intervention> {
    return this.api.call(op.overrideCompliance, { ids: [id], body: intervention }, options);
  }

  /** Of a repo, by its opening's or its closing's id. */
  triggerMaturity(id: string, intervention: InterventionCreate, options?: RequestOptions): ApiPromise<Intervention> {
    return this.api.call(op.triggerMaturity, { ids: [id], body: intervention }, options);
  }
}
