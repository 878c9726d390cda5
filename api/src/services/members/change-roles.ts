import type { PlatformCaller } from "../../auth/caller.ts";
import type { Dependencies, RequestFacts } from "../../context.ts";
import { notFound } from "../../errors/api-error.ts";
import type { MemberRead, MemberUpdate } from "../../schemas/member.ts";
import { isStorable } from "../../schemas/primitives.ts";
import { callersActivity, recordActivity } from "../activity.ts";
import { writeToDirectory } from "../directory-write.ts";
import { assignableRoles, chosenRoles } from "./assignable-roles.ts";
import { checkNotSelf, findMember, ownOrganization, renderMember } from "./select-member.ts";

/**
 * Replaces the roles of a member of the caller's platform. Repeating it is harmless: it gives and takes what is missing then. Throws
 * ApiError 403 self_change_forbidden, 404, 422 role_id_unknown, 503.
 */
export async function changeRoles(
  deps: Dependencies,
  caller: PlatformCaller,
  userId: string,
  { role_ids }: MemberUpdate,
  facts: RequestFacts,
): Promise<MemberRead> {
  checkNotSelf(caller, userId);
  if (!isStorable(userId)) throw notFound("Member");
  const { directory } = deps;
  const organization = await ownOrganization(deps, caller);
  const roles = await assignableRoles(directory);
  const chosen = chosenRoles(roles, role_ids);
  let shown: MemberRead | undefined;
  const write = { kind: "change_roles", platformId: caller.platformId, subject: userId } as const;
  await writeToDirectory(deps, write, async (trx, attempt) => {
    const member = findMember(await directory.members(organization), userId);
    const present = renderMember(member, roles).roles;
    const take = present.filter((role) => !chosen.includes(role));
    const give = chosen.filter((role) => !present.includes(role));
    shown = { ...renderMember(member, roles), roles: chosen };
    // What an earlier attempt has done already is logged all the same.
    if (take.length === 0 && give.length === 0 && !attempt.resumed) return userId;
    await attempt.begin();
    await directory.changeRoles(organization, userId, {
      take: take.map(({ id }) => id),
      give: give.map(({ id }) => id),
    });
    await recordActivity(trx, [
      callersActivity({ ...caller, environmentId: null }, facts, {
        type: "member.roles_changed",
        category: "member",
        description: "Roles of a member changed",
        resourceType: "member",
        resourceId: userId,
        statusCode: 200,
        detail: { roles: chosen.map(({ name }) => name), given: names(give), taken: names(take) },
      }),
    ]);
    return userId;
  });
  return shown as MemberRead;
}

function names(roles: readonly { name: string }[]): string[] {
  return roles.map(({ name }) => name);
}
