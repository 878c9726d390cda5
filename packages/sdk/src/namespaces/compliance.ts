import type { ApiPromise } from "../core/api-promise.ts";
import type { Caller } from "../core/caller.ts";
import type { PagePromise } from "../core/page.ts";
import type { RequestOptions } from "../core/request-options.ts";
import * as op from "../generated/operations.ts";
import type { ComplianceCheck, ListComplianceChecksQuery, Settlement } from "../generated/types.ts";
import { Namespace } from "./namespace.ts";
import type { Settlements } from "./settlements.ts";

/** Screening of one's own parties, and what a compliance officer says of it. */
export class Compliance extends Namespace {
  readonly #settlements: Settlements;

  constructor(api: Caller, settlements: Settlements) {
    super(api);
    this.#settlements = settlements;
  }

  approve(settlementId: string, why: { reason?: string } = {}, options?: RequestOptions): ApiPromise<Settlement> {
    return this.#settlements.submitComplianceDecision(settlementId, { decision: "approve", ...why }, options);
  }

  reject(settlementId: string, why: { reason?: string } = {}, options?: RequestOptions): ApiPromise<Settlement> {
    return this.#settlements.submitComplianceDecision(settlementId, { decision: "reject", ...why }, options);
  }

  /** With `status: "flagged"` those first that wait longest for a decision. */
  listChecks(filters?: ListComplianceChecksQuery, options?: RequestOptions): PagePromise<ComplianceCheck> {
    return this.api.list(op.listComplianceChecks, { query: filters }, options);
  }
}
