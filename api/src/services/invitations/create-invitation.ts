import type { Actor, PlatformCaller } from "../../auth/caller.ts";
import type { Dependencies, RequestFacts } from "../../context.ts";
import type { DirectoryInvitation } from "../../directory/directory.ts";
import { ApiError, notFound } from "../../errors/api-error.ts";
import type { InvitationCreate, InvitationRead } from "../../schemas/member.ts";
import { callersActivity, recordActivity } from "../activity.ts";
import { organizationOf, writeToDirectory } from "../directory-write.ts";
import type { IdempotentRequest } from "../idempotency.ts";
import { assignableRoles, chosenRoles } from "../members/assignable-roles.ts";
import { findPlatform } from "../platforms/select-platform.ts";
import { renderInvitation } from "./render-invitation.ts";

export interface InvitationSubmission {
  /** A member of the platform, or an operator of KeyStone. */
  caller: PlatformCaller | Actor;
  platformId: string;
  input: InvitationCreate;
  request: IdempotentRequest | null;
  facts: RequestFacts;
}

/** Who invites where it is not a member. */
const KEYSTONE = "KeyStone";

/**
 * Invites somebody to a platform; one invitation of an address may be pending. Throws ApiError 404, 409 invitation_exists,
 * idempotency_key_reused, 422 role_id_unknown, 503.
 */
export async function createInvitation(
  deps: Dependencies,
  { caller, platformId, input, request, facts }: InvitationSubmission,
): Promise<{ invitation: InvitationRead; replayed: boolean }> {
  const { db, directory } = deps;
  const platform = await findPlatform(db, platformId);
  const organization = organizationOf(platform);
  const roles = await assignableRoles(directory);
  const email = input.email.toLowerCase();
  const pending = () => directory.invitations(organization);
  const write = { kind: "invite", platformId: platform.id, subject: email, request } as const;
  let made: DirectoryInvitation | undefined;
  const { id, replayed } = await writeToDirectory(deps, write, async (trx, attempt) => {
    const chosen = chosenRoles(roles, input.role_ids);
    const present = (await pending()).find(({ inviteeEmail }) => inviteeEmail.toLowerCase() === email);
    if (present !== undefined && !attempt.resumed) {
      throw new ApiError("invitation_exists", "The address has an invitation that is pending; delete it first", {
        loc: ["body", "email"],
      });
    }
    const inviterName = caller.kind === "admin" ? KEYSTONE : await nameOf(deps, organization, caller.actorId);
    await attempt.begin();
    // What an earlier attempt has sent is this one's, unless it asked for other roles.
    const sent = present !== undefined && sameRoles(present.roleIds, chosen) ? present : undefined;
    if (present !== undefined && sent === undefined) await directory.withdraw(organization, present.id);
    made =
      sent ??
      (await directory.invite(organization, {
        inviterName,
        inviteeEmail: input.email,
        roleIds: chosen.map(({ id }) => id),
        sendEmail: input.send_email,
      }));
    await recordActivity(trx, [
      // Never its URL: whoever has it may accept.
      callersActivity({ ...caller, platformId: platform.id, environmentId: null }, facts, {
        type: "invitation.created",
        category: "member",
        description: `${input.email} invited`,
        resourceType: "invitation",
        resourceId: made.id,
        statusCode: 201,
        detail: { roles: chosen.map(({ name }) => name), send_email: input.send_email },
      }),
    ]);
    return made.id;
  });
  // Of a replay the present state; it may have been accepted since.
  made ??= (await pending()).find((each) => each.id === id);
  if (made === undefined) throw notFound("Invitation");
  return { invitation: renderInvitation(made, roles), replayed };
}

/** What the invited person is told of who invites. */
async function nameOf({ directory }: Dependencies, organization: string, userId: string): Promise<string> {
  const member = (await directory.members(organization)).find((each) => each.userId === userId);
  return member?.name ?? member?.email ?? KEYSTONE;
}

function sameRoles(ids: readonly string[], roles: readonly { id: string }[]): boolean {
  return ids.length === roles.length && roles.every(({ id }) => ids.includes(id));
}
