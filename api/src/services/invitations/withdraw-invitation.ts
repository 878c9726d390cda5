import type { PlatformCaller } from "../../auth/caller.ts";
import type { Dependencies, RequestFacts } from "../../context.ts";
import { notFound } from "../../errors/api-error.ts";
import { isStorable } from "../../schemas/primitives.ts";
import { callersActivity, recordActivity } from "../activity.ts";
import { writeToDirectory } from "../directory-write.ts";
import { ownOrganization } from "../members/select-member.ts";

/** Takes an invitation of the caller's platform back: its URL works no longer. Throws ApiError 404, 503. */
export async function withdrawInvitation(
  deps: Dependencies,
  caller: PlatformCaller,
  id: string,
  facts: RequestFacts,
): Promise<void> {
  if (!isStorable(id)) throw notFound("Invitation");
  const { directory } = deps;
  const organization = await ownOrganization(deps, caller);
  const write = { kind: "withdraw_invitation", platformId: caller.platformId, subject: id } as const;
  await writeToDirectory(deps, write, async (trx, attempt) => {
    const present = (await directory.invitations(organization)).find((invitation) => invitation.id === id);
    // An earlier attempt that broke off may have withdrawn it without a word here.
    if (present === undefined && !attempt.resumed) throw notFound("Invitation");
    await attempt.begin();
    if (present !== undefined) await directory.withdraw(organization, id);
    await recordActivity(trx, [
      callersActivity({ ...caller, environmentId: null }, facts, {
        type: "invitation.deleted",
        category: "member",
        description: present === undefined ? "Invitation withdrawn" : `Invitation of ${present.inviteeEmail} withdrawn`,
        resourceType: "invitation",
        resourceId: id,
        statusCode: 204,
      }),
    ]);
    return id;
  });
}
