import type { Dependencies } from "../../context.ts";
import type { RoleRead } from "../../schemas/member.ts";
import type { Page, PageInput } from "../../schemas/page.ts";
import { pageOfAll } from "../list-paging.ts";
import { assignableRoles } from "./assignable-roles.ts";

/** The roles that members may be given, the most powerful first. Throws ApiError 503. */
export async function listRoles({ directory }: Dependencies, input: PageInput): Promise<Page<RoleRead>> {
  const roles = await assignableRoles(directory);
  return pageOfAll(roles, (role) => String(roles.indexOf(role)), input);
}
