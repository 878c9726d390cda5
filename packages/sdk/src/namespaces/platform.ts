import type { ApiPromise } from "../core/api-promise.ts";
import type { Caller } from "../core/caller.ts";
import type { PagePromise } from "../core/page.ts";
import type { RequestOptions } from "../core/request-options.ts";
import * as op from "../generated/operations.ts";
import type {
  ActivityLog,
  AllowedIp,
  AllowedIpCreate,
  DashboardMetrics,
  Environment,
  EnvironmentCreate,
  EnvironmentUpdate,
  ListActivityQuery,
  ListAllowedIpsQuery,
  ListEnvironmentsQuery,
  Platform,
  PlatformCreate,
  PlatformUpdate,
  Session,
  SessionCreate,
  Status,
} from "../generated/types.ts";
import { gone } from "./gone.ts";
import { Namespace } from "./namespace.ts";

/** The platform of the caller. */
export class Platforms extends Namespace {
  /** For KeyStone's operators. */
  register(platform: PlatformCreate, options?: RequestOptions): ApiPromise<Platform> {
    return this.api.call(op.createPlatform, { body: platform }, options);
  }

  me(options?: RequestOptions): ApiPromise<Platform> {
    return this.api.call(op.getPlatform, {}, options);
  }

  /** Given fields only; null clears. */
  update(changes: PlatformUpdate, options?: RequestOptions): ApiPromise<Platform> {
    return this.api.call(op.updatePlatform, { body: changes }, options);
  }

  completeOnboarding(options?: RequestOptions): ApiPromise<Platform> {
    return this.api.call(op.completeOnboarding, {}, options);
  }
}

/** From where machine clients may call. Empty: from everywhere. */
export class AllowedIps extends Namespace {
  list(environmentId: string, page?: ListAllowedIpsQuery, options?: RequestOptions): PagePromise<AllowedIp> {
    return this.api.list(op.listAllowedIps, { ids: [environmentId], query: page }, options);
  }

  /** The first entry restricts at once. */
  add(environmentId: string, entry: AllowedIpCreate, options?: RequestOptions): ApiPromise<AllowedIp> {
    return this.api.call(op.createAllowedIp, { ids: [environmentId], body: entry }, options);
  }

  remove(environmentId: string, entryId: string, options?: RequestOptions): ApiPromise<void> {
    return this.api.call(op.deleteAllowedIp, { ids: [environmentId, entryId] }, options, gone());
  }
}

/** Each with clients, settlements and webhooks of its own. */
export class Environments extends Namespace {
  readonly allowedIps: AllowedIps;

  constructor(api: Caller) {
    super(api);
    this.allowedIps = new AllowedIps(api);
  }

  create(environment: EnvironmentCreate, options?: RequestOptions): ApiPromise<Environment> {
    return this.api.call(op.createEnvironment, { body: environment }, options);
  }

  list(page?: ListEnvironmentsQuery, options?: RequestOptions): PagePromise<Environment> {
    return this.api.list(op.listEnvironments, { query: page }, options);
  }

  get(id: string, options?: RequestOptions): ApiPromise<Environment> {
    return this.api.call(op.getEnvironment, { ids: [id] }, options);
  }

  update(id: string, changes: EnvironmentUpdate, options?: RequestOptions): ApiPromise<Environment> {
    return this.api.call(op.updateEnvironment, { ids: [id], body: changes }, options);
  }

  /** Its tokens are refused from now on, its settlements go on. `update` with `isActive` brings it back. */
  deactivate(id: string, options?: RequestOptions): ApiPromise<Environment> {
    return this.api.call(op.deactivateEnvironment, { ids: [id] }, options);
  }
}

/** Short-lived tokens for a platform's own pages. */
export class Sessions extends Namespace {
  /** Keep the `sessionToken` of the answer: it is told once. */
  create(session: SessionCreate, options?: RequestOptions): ApiPromise<Session> {
    return this.api.call(op.createSession, { body: session }, options);
  }

  revoke(id: string, options?: RequestOptions): ApiPromise<void> {
    return this.api.call(op.revokeSession, { ids: [id] }, options);
  }
}

/** Who has done what. */
export class Activity extends Namespace {
  list(filters?: ListActivityQuery, options?: RequestOptions): PagePromise<ActivityLog> {
    return this.api.list(op.listActivity, { query: filters }, options);
  }

  get(id: string, options?: RequestOptions): ApiPromise<ActivityLog> {
    return this.api.call(op.getActivity, { ids: [id] }, options);
  }
}

export class Dashboard extends Namespace {
  metrics(options?: RequestOptions): ApiPromise<DashboardMetrics> {
    return this.api.call(op.getDashboardMetrics, {}, options);
  }
}

/** How the service and its chains are. */
export class ServiceStatus extends Namespace {
  get(options?: RequestOptions): ApiPromise<Status> {
    return this.api.call(op.getStatus, {}, options);
  }
}
