import { BulkheadRejectedError, bulkhead } from "cockatiel";
import type { z } from "zod";
import { unavailable } from "../../errors/api-error.ts";
import type { Directory, DirectoryMember, DirectoryRole } from "../directory.ts";
import { createManagement, type ManagementAnswer, type ManagementOptions, unexpected } from "./request.ts";
import {
  clientShape,
  invitationShape,
  invitationsShape,
  membersShape,
  organizationShape,
  rolesShape,
} from "./shapes.ts";

export interface DirectoryOptions extends ManagementOptions {
  /** The application that invitations lead to. */
  loginClientId: string;
  /** By which members of a new organization sign in; none is enabled when absent. */
  connectionId: string | undefined;
}

/** Most that the Management API gives at once. */
const PAGE = 100;
/** More pages than any organization should have: a directory that goes on for ever is out of order. */
const MAX_PAGES = 100;
const WEEK_SECONDS = 604_800;
/** Where organizations and clients say whose they are. */
const PLATFORM_KEY = "keystone_platform_id";
const ORGANIZATION_KEY = "keystone_organization_id";

/** The directory of an Auth0 tenant, or of whatever speaks its Management API v2. */
export function createDirectory(options: DirectoryOptions): Directory {
  const management = createManagement(options);
  const places = bulkhead(4, 16);

  /** An answer of one of these statuses, read by its shape. */
  async function ask<T extends z.ZodType>(shape: T, method: string, path: string, more = {}): Promise<z.output<T>> {
    const answer = await management(method, path, more);
    return answer.status === 200 || answer.status === 201 ? read(shape, answer) : fail(method, path, answer);
  }

  async function done(method: string, path: string, body?: unknown): Promise<void> {
    const answer = await management(method, path, body === undefined ? {} : { body });
    if (answer.status >= 300) fail(method, path, answer);
  }

  return {
    async createOrganization({ name, displayName, platformId }) {
      const body = {
        name,
        display_name: displayName,
        metadata: { [PLATFORM_KEY]: platformId },
        ...(options.connectionId !== undefined && {
          enabled_connections: [{ connection_id: options.connectionId, assign_membership_on_login: false }],
        }),
      };
      const answer = await management("POST", "organizations", { body });
      if (answer.status === 201 || answer.status === 200) return read(organizationShape, answer).id;
      if (answer.status !== 409) return fail("POST", "organizations", answer);
      const present = await ask(organizationShape, "GET", `organizations/name/${segment(name)}`);
      return present.metadata?.[PLATFORM_KEY] === platformId ? present.id : null;
    },

    async roles() {
      const all: DirectoryRole[] = [];
      for (let page = 0; page < MAX_PAGES; page++) {
        const query = { page, per_page: PAGE, include_totals: "true" };
        const { roles } = await ask(rolesShape, "GET", "roles", { query });
        all.push(...roles.map((role) => ({ ...role, description: role.description ?? null })));
        if (roles.length < PAGE) return all;
      }
      throw endless("roles");
    },

    async members(organizationId) {
      const all: DirectoryMember[] = [];
      const fields = "user_id,email,name,picture,roles";
      let from: string | undefined;
      for (let page = 0; page < MAX_PAGES; page++) {
        const query = { take: PAGE, fields, include_fields: "true", ...(from !== undefined && { from }) };
        const path = `organizations/${segment(organizationId)}/members`;
        const { members, next } = await ask(membersShape, "GET", path, { query });
        all.push(...members);
        if (next == null || next === "") return all;
        from = next;
      }
      throw endless("members");
    },

    async changeRoles(organizationId, userId, { take, give }) {
      const path = `organizations/${segment(organizationId)}/members/${segment(userId)}/roles`;
      if (take.length > 0) await done("DELETE", path, { roles: take });
      if (give.length > 0) await done("POST", path, { roles: give });
    },

    removeMember: (organizationId, userId) =>
      done("DELETE", `organizations/${segment(organizationId)}/members`, { members: [userId] }),

    async invitations(organizationId) {
      const path = `organizations/${segment(organizationId)}/invitations`;
      const all = [];
      for (let page = 0; page < MAX_PAGES; page++) {
        const query = { page, per_page: PAGE, include_totals: "true", sort: "created_at:-1" };
        const { invitations } = await ask(invitationsShape, "GET", path, { query });
        // Expired ones stay listed for a while.
        all.push(...invitations.filter(({ expiresAt }) => expiresAt.getTime() > Date.now()));
        if (invitations.length < PAGE) return all;
      }
      throw endless("invitations");
    },

    invite: (organizationId, { inviterName, inviteeEmail, roleIds, sendEmail }) =>
      ask(invitationShape, "POST", `organizations/${segment(organizationId)}/invitations`, {
        body: {
          inviter: { name: inviterName },
          invitee: { email: inviteeEmail },
          client_id: options.loginClientId,
          send_invitation_email: sendEmail,
          ttl_sec: WEEK_SECONDS,
          // An empty list is refused.
          ...(roleIds.length > 0 && { roles: roleIds }),
        },
      }),

    async withdraw(organizationId, invitationId) {
      const path = `organizations/${segment(organizationId)}/invitations/${segment(invitationId)}`;
      const answer = await management("DELETE", path);
      if (answer.status === 404) return false;
      return answer.status < 300 || fail("DELETE", path, answer);
    },

    async client(clientId) {
      // A path would lead elsewhere.
      if (/^\.{1,2}$/.test(clientId)) return null;
      const path = `clients/${segment(clientId)}`;
      const query = { fields: "client_id,client_metadata", include_fields: "true" };
      const answer = await management("GET", path, { query });
      // A directory refuses what cannot be an id of its own.
      if (answer.status === 404 || answer.status === 400) return null;
      if (answer.status !== 200) return fail("GET", path, answer);
      const { client_id, client_metadata } = read(clientShape, answer);
      if (client_id !== clientId) return null;
      const organizationId = client_metadata?.[ORGANIZATION_KEY];
      return { organizationId: typeof organizationId === "string" ? organizationId : null };
    },

    async limited(work) {
      try {
        return await places.execute(work);
      } catch (error) {
        throw error instanceof BulkheadRejectedError ? unavailable("The directory", error) : error;
      }
    },
  };
}

function read<T extends z.ZodType>(shape: T, { status, body }: ManagementAnswer): z.output<T> {
  const parsed = shape.safeParse(body);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map(({ path }) => path.join(".")).join(", ");
  throw unavailable("The directory", new Error(`the directory's answer ${status} lacks or spoils ${fields || "all"}`));
}

function fail(method: string, path: string, answer: ManagementAnswer): never {
  throw unexpected(method, path, answer);
}

function endless(what: string): Error {
  return unavailable("The directory", new Error(`the directory's list of ${what} does not end`));
}

function segment(value: string): string {
  return encodeURIComponent(value);
}
