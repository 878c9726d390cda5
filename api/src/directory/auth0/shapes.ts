import { z } from "zod";
import type { DirectoryInvitation, DirectoryMember } from "../directory.ts";

// What is read of Auth0's answers; the rest of them is left alone. Auth0 promises hardly any field, so that only what makes no sense
// without a field asks for it.

export const organizationShape = z.object({
  id: z.string().min(1),
  metadata: z.record(z.string(), z.unknown()).nullish(),
});

export const rolesShape = z.object({
  roles: z.array(z.object({ id: z.string(), name: z.string(), description: z.string().nullish() })),
});

export const membersShape = z.object({
  members: z.array(
    z
      .object({
        user_id: z.string(),
        email: z.string().nullish(),
        name: z.string().nullish(),
        picture: z.string().nullish(),
        roles: z.array(z.object({ id: z.string() })).nullish(),
      })
      .transform(
        ({ user_id, email, name, picture, roles }): DirectoryMember => ({
          userId: user_id,
          email: email ?? null,
          name: name ?? null,
          picture: picture ?? null,
          roleIds: (roles ?? []).map(({ id }) => id),
        }),
      ),
  ),
  next: z.string().nullish(),
});

const time = z.iso.datetime({ offset: true }).transform((value) => new Date(value));

export const invitationShape = z
  .object({
    id: z.string(),
    inviter: z.object({ name: z.string() }),
    invitee: z.object({ email: z.string() }),
    roles: z.array(z.string()).nullish(),
    invitation_url: z.string(),
    created_at: time,
    expires_at: time,
  })
  .transform(
    ({ id, inviter, invitee, roles, invitation_url, created_at, expires_at }): DirectoryInvitation => ({
      id,
      inviterName: inviter.name,
      inviteeEmail: invitee.email,
      roleIds: roles ?? [],
      invitationUrl: invitation_url,
      createdAt: created_at,
      expiresAt: expires_at,
    }),
  );

export const invitationsShape = z.object({ invitations: z.array(invitationShape) });

export const clientShape = z.object({
  client_id: z.string(),
  client_metadata: z.record(z.string(), z.unknown()).nullish(),
});
