import type { PlatformCaller } from "../../auth/caller.ts";
import type { Dependencies } from "../../context.ts";
import type { DirectoryMember } from "../../directory/directory.ts";
import { ApiError, notFound } from "../../errors/api-error.ts";
import type { MemberRead, RoleRead } from "../../schemas/member.ts";
import { organizationOf } from "../directory-write.ts";
import { findPlatform } from "../platforms/select-platform.ts";

/** The organization of the caller's platform. */
export async function ownOrganization({ db }: Dependencies, { platformId }: PlatformCaller): Promise<string> {
  return organizationOf(await findPlatform(db, platformId));
}

/** Throws ApiError 403 self_change_forbidden: so a platform always keeps somebody who manages it. */
export function checkNotSelf({ actorId }: PlatformCaller, userId: string): void {
  if (actorId !== userId) return;
  throw new ApiError(
    "self_change_forbidden",
    "Nobody changes the own roles or removes themselves; ask another manager",
  );
}

/** Throws ApiError 404. */
export function findMember(members: readonly DirectoryMember[], userId: string): DirectoryMember {
  const found = members.find((member) => member.userId === userId);
  if (found === undefined) throw notFound("Member");
  return found;
}

export function renderMember(member: DirectoryMember, roles: readonly RoleRead[]): MemberRead {
  const { userId, email, name, picture, roleIds } = member;
  return { user_id: userId, email, name, picture, roles: roles.filter(({ id }) => roleIds.includes(id)) };
}
