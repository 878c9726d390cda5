import type { PlatformCaller } from "../../auth/caller.ts";
import type { Dependencies } from "../../context.ts";
import type { MemberRead } from "../../schemas/member.ts";
import type { Page, PageInput } from "../../schemas/page.ts";
import { pageOfAll } from "../list-paging.ts";
import { assignableRoles } from "./assignable-roles.ts";
import { ownOrganization, renderMember } from "./select-member.ts";

/** The members of the caller's platform by their ids, with the roles of section "rights". Throws ApiError 503. */
export async function listMembers(
  deps: Dependencies,
  caller: PlatformCaller,
  input: PageInput,
): Promise<Page<MemberRead>> {
  const organization = await ownOrganization(deps, caller);
  const [members, roles] = await Promise.all([deps.directory.members(organization), assignableRoles(deps.directory)]);
  return pageOfAll(
    members.map((member) => renderMember(member, roles)),
    ({ user_id }) => user_id,
    input,
  );
}
