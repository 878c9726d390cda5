import { ROLES } from "../../auth/rights.ts";
import type { Directory } from "../../directory/directory.ts";
import { ApiError } from "../../errors/api-error.ts";
import type { RoleRead } from "../../schemas/member.ts";

/** The directory's roles that platforms may give, in their own order. Others are not theirs to see, to give or to take. */
export async function assignableRoles(directory: Directory): Promise<RoleRead[]> {
  const roles = await directory.roles();
  return ROLES.flatMap((name) => {
    const found = roles.find((role) => role.name === name);
    return found === undefined ? [] : [{ id: found.id, name, description: found.description }];
  });
}

/** The roles of these ids, each once. Throws ApiError 422 role_id_unknown. */
export function chosenRoles(roles: readonly RoleRead[], ids: readonly string[]): RoleRead[] {
  for (const [index, wanted] of ids.entries()) {
    if (roles.some(({ id }) => id === wanted)) continue;
    throw new ApiError("role_id_unknown", "No assignable role has this id; list them with GET /v1/platforms/me/roles", {
      loc: ["body", "role_ids", index],
    });
  }
  return roles.filter(({ id }) => ids.includes(id));
}
