import type { DirectoryInvitation } from "../../directory/directory.ts";
import type { InvitationRead, RoleRead } from "../../schemas/member.ts";
import { showTime } from "../time.ts";

export function renderInvitation(invitation: DirectoryInvitation, roles: readonly RoleRead[]): InvitationRead {
  const { id, inviteeEmail, inviterName, roleIds, createdAt, expiresAt, invitationUrl } = invitation;
  return {
    id,
    invitee_email: inviteeEmail,
    inviter_name: inviterName,
    roles: roles.filter((role) => roleIds.includes(role.id)).map(({ name }) => name),
    created_at: showTime(createdAt),
    expires_at: showTime(expiresAt),
    invitation_url: invitationUrl,
  };
}
