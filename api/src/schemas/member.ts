import { z } from "@hono/zod-openapi";
import { ROLES } from "../auth/rights.ts";
import { pageOf } from "./page.ts";
import { email } from "./platform.ts";
import { text, time } from "./primitives.ts";

/** How many roles anybody may have: all there are. */
const MAX_ROLES = ROLES.length;

const roleIds = z.array(text(1, 255).openapi({ example: "rol_platform_manager" })).max(MAX_ROLES);
const roleName = z.enum(ROLES).openapi("RoleName");

export const RoleRead = z
  .strictObject({
    id: z.string().openapi({ example: "rol_platform_manager" }).openapi({ description: "The directory's." }),
    name: roleName,
    description: z.string().openapi({ example: "Everything but what is KeyStone operators' own" }).nullable(),
  })
  .openapi("RoleRead");

export const RolePage = pageOf("Role", RoleRead);

export const MemberUpdate = z
  .strictObject({ role_ids: roleIds.min(1).openapi({ description: "All roles that the member has from now on." }) })
  .openapi("MemberUpdate");

export const MemberRead = z
  .strictObject({
    user_id: z.string().openapi({ example: "auth0|5f7c8ec7c33c6c004bbafe82" }),
    email: z.string().openapi({ example: "ada@example.com" }).nullable(),
    name: z.string().openapi({ example: "Ada Lovelace" }).nullable(),
    picture: z.string().openapi({ example: "https://example.com/ada.png" }).nullable(),
    roles: z.array(RoleRead),
  })
  .openapi("MemberRead");

export const MemberPage = pageOf("Member", MemberRead);

export const InvitationCreate = z
  .strictObject({
    email,
    role_ids: roleIds.default([]),
    send_email: z
      .boolean()
      .default(true)
      .openapi({ description: "False: only the URL is made, for you to hand over." }),
  })
  .openapi("InvitationCreate");

export const InvitationRead = z
  .strictObject({
    id: z.string().openapi({ example: "rol_platform_manager" }),
    invitee_email: z.string().openapi({ example: "ada@example.com" }),
    inviter_name: z.string().openapi({ example: "Grace Hopper" }),
    roles: z.array(roleName),
    created_at: time,
    expires_at: time,
    invitation_url: z
      .string()
      .openapi({ example: "https://login.example.com/?invitation=f81d&organization=org_9ybsU1dN2dKfDkBi" })
      .openapi({ description: "Whoever opens it may accept." }),
  })
  .openapi("InvitationRead");

export const InvitationPage = pageOf("Invitation", InvitationRead);

export type RoleRead = z.output<typeof RoleRead>;
export type MemberUpdate = z.output<typeof MemberUpdate>;
export type MemberRead = z.output<typeof MemberRead>;
export type InvitationCreate = z.output<typeof InvitationCreate>;
export type InvitationRead = z.output<typeof InvitationRead>;
