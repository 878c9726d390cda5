import type { PlatformCaller } from "../../auth/caller.ts";
import type { Dependencies } from "../../context.ts";
import type { DirectoryInvitation } from "../../directory/directory.ts";
import type { InvitationRead } from "../../schemas/member.ts";
import type { Page, PageInput } from "../../schemas/page.ts";
import { pageOfAll } from "../list-paging.ts";
import { assignableRoles } from "../members/assignable-roles.ts";
import { ownOrganization } from "../members/select-member.ts";
import { renderInvitation } from "./render-invitation.ts";

/** The pending invitations of the caller's platform, newest first. Throws ApiError 503. */
export async function listInvitations(
  deps: Dependencies,
  caller: PlatformCaller,
  input: PageInput,
): Promise<Page<InvitationRead>> {
  const organization = await ownOrganization(deps, caller);
  const [pending, roles] = await Promise.all([
    deps.directory.invitations(organization),
    assignableRoles(deps.directory),
  ]);
  const page = pageOfAll(pending, newestFirst, input);
  return { ...page, items: page.items.map((invitation) => renderInvitation(invitation, roles)) };
}

const LATEST_MS = 9_999_999_999_999;

/** A key that is the lower the later the invitation was made. */
function newestFirst({ createdAt, id }: DirectoryInvitation): string {
  return `${String(LATEST_MS - createdAt.getTime()).padStart(13, "0")} ${id}`;
}
