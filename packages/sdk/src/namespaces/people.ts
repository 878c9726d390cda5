import type { ApiPromise } from "../core/api-promise.ts";
import type { PagePromise } from "../core/page.ts";
import type { RequestOptions } from "../core/request-options.ts";
import * as op from "../generated/operations.ts";
import type {
  Invitation,
  InvitationCreate,
  ListInvitationsQuery,
  ListMembersQuery,
  ListRolesQuery,
  Member,
  Role,
} from "../generated/types.ts";
import { gone } from "./gone.ts";
import { Namespace } from "./namespace.ts";

/** Who belongs to the platform. */
export class Members extends Namespace {
  list(page?: ListMembersQuery, options?: RequestOptions): PagePromise<Member> {
    return this.api.list(op.listMembers, { query: page }, options);
  }

  /** Those that can be given. */
  roles(page?: ListRolesQuery, options?: RequestOptions): PagePromise<Role> {
    return this.api.list(op.listRoles, { query: page }, options);
  }

  /** These roles instead of those the member has. */
  updateRoles(userId: string, roleIds: string[], options?: RequestOptions): ApiPromise<Member> {
    return this.api.call(op.updateMember, { ids: [userId], body: { roleIds } }, options);
  }

  remove(userId: string, options?: RequestOptions): ApiPromise<void> {
    return this.api.call(op.removeMember, { ids: [userId] }, options, gone());
  }
}

/** Who was asked to join and has not answered. */
export class Invitations extends Namespace {
  create(invitation: InvitationCreate, options?: RequestOptions): ApiPromise<Invitation> {
    return this.api.call(op.createInvitation, { body: invitation }, options);
  }

  list(page?: ListInvitationsQuery, options?: RequestOptions): PagePromise<Invitation> {
    return this.api.list(op.listInvitations, { query: page }, options);
  }

  /** The link stops working. */
  cancel(id: string, options?: RequestOptions): ApiPromise<void> {
    return this.api.call(op.withdrawInvitation, { ids: [id] }, options, gone());
  }
}
