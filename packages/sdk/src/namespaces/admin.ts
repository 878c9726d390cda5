import type { ApiPromise } from "../core/api-promise.ts";
import type { Caller } from "../core/caller.ts";
import type { PagePromise } from "../core/page.ts";
import type { RequestOptions } from "../core/request-options.ts";
import * as op from "../generated/operations.ts";
import type {
  AdminActivityLog,
  AdminComplianceCheck,
  AdminEnvironmentUpdate,
  AdminPlatform,
  AdminPlatformUpdate,
  AdminWebhookDelivery,
  AdminWebhookEndpoint,
  Environment,
  Invitation,
  InvitationCreate,
  ListAdminActivityQuery,
  ListAdminComplianceChecksQuery,
  ListAdminEnvironmentsQuery,
  ListAdminWebhookDeliveriesQuery,
  ListAdminWebhookEndpointsQuery,
  ListFailedWebhookDeliveriesQuery,
  ListPlatformsQuery,
  ProviderHealth,
  ProvidersHealth,
} from "../generated/types.ts";
import { AdminSettlements } from "./admin-settlements.ts";
import { Namespace } from "./namespace.ts";

/** Checks of all platforms. */
export class AdminComplianceChecks extends Namespace {
  list(filters?: ListAdminComplianceChecksQuery, options?: RequestOptions): PagePromise<AdminComplianceCheck> {
    return this.api.list(op.listAdminComplianceChecks, { query: filters }, options);
  }

  get(id: string, options?: RequestOptions): ApiPromise<AdminComplianceCheck> {
    return this.api.call(op.getAdminComplianceCheck, { ids: [id] }, options);
  }
}

export class AdminPlatforms extends Namespace {
  list(filters?: ListPlatformsQuery, options?: RequestOptions): PagePromise<AdminPlatform> {
    return this.api.list(op.listPlatforms, { query: filters }, options);
  }

  get(id: string, options?: RequestOptions): ApiPromise<AdminPlatform> {
    return this.api.call(op.getAdminPlatform, { ids: [id] }, options);
  }

  /** A `status` needs a `reason`. */
  update(id: string, changes: AdminPlatformUpdate, options?: RequestOptions): ApiPromise<AdminPlatform> {
    return this.api.call(op.updateAdminPlatform, { ids: [id], body: changes }, options);
  }

  listEnvironments(id: string, page?: ListAdminEnvironmentsQuery, options?: RequestOptions): PagePromise<Environment> {
    return this.api.list(op.listAdminEnvironments, { ids: [id], query: page }, options);
  }

  /** For a platform's first manager. */
  createInvitation(id: string, invitation: InvitationCreate, options?: RequestOptions): ApiPromise<Invitation> {
    return this.api.call(op.inviteToPlatform, { ids: [id], body: invitation }, options);
  }
}

export class AdminEnvironments extends Namespace {
  get(id: string, options?: RequestOptions): ApiPromise<Environment> {
    return this.api.call(op.getAdminEnvironment, { ids: [id] }, options);
  }

  /** `isActive` needs a `reason`. */
  update(id: string, changes: AdminEnvironmentUpdate, options?: RequestOptions): ApiPromise<Environment> {
    return this.api.call(op.updateAdminEnvironment, { ids: [id], body: changes }, options);
  }
}

export class AdminActivity extends Namespace {
  list(filters?: ListAdminActivityQuery, options?: RequestOptions): PagePromise<AdminActivityLog> {
    return this.api.list(op.listAdminActivity, { query: filters }, options);
  }
}

/** Who screens, and how well they answer. */
export class AdminProviders extends Namespace {
  health(options?: RequestOptions): ApiPromise<ProvidersHealth> {
    return this.api.call(op.getProvidersHealth, {}, options);
  }

  get(name: string, options?: RequestOptions): ApiPromise<ProviderHealth> {
    return this.api.call(op.getProviderHealth, { ids: [name] }, options);
  }
}

export class AdminWebhooks extends Namespace {
  listEndpoints(filters?: ListAdminWebhookEndpointsQuery, options?: RequestOptions): PagePromise<AdminWebhookEndpoint> {
    return this.api.list(op.listAdminWebhookEndpoints, { query: filters }, options);
  }

  listDeliveries(
    filters?: ListAdminWebhookDeliveriesQuery,
    options?: RequestOptions,
  ): PagePromise<AdminWebhookDelivery> {
    return this.api.list(op.listAdminWebhookDeliveries, { query: filters }, options);
  }

  listFailedDeliveries(
    filters?: ListFailedWebhookDeliveriesQuery,
    options?: RequestOptions,
  ): PagePromise<AdminWebhookDelivery> {
    return this.api.list(op.listFailedWebhookDeliveries, { query: filters }, options);
  }
}

/** For KeyStone's operators: all tenants. */
export class Admin {
  readonly settlements: AdminSettlements;
  readonly complianceChecks: AdminComplianceChecks;
  readonly platforms: AdminPlatforms;
  readonly environments: AdminEnvironments;
  readonly activity: AdminActivity;
  readonly providers: AdminProviders;
  readonly webhooks: AdminWebhooks;

  constructor(api: Caller) {
    this.settlements = new AdminSettlements(api);
    this.complianceChecks = new AdminComplianceChecks(api);
    this.platforms = new AdminPlatforms(api);
    this.environments = new AdminEnvironments(api);
    this.activity = new AdminActivity(api);
    this.providers = new AdminProviders(api);
    this.webhooks = new AdminWebhooks(api);
  }
}
