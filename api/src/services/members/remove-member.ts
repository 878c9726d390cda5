import type { PlatformCaller } from "../../auth/caller.ts";
import type { Dependencies, RequestFacts } from "../../context.ts";
import { notFound } from "../../errors/api-error.ts";
import { isStorable } from "../../schemas/primitives.ts";
import { callersActivity, recordActivity } from "../activity.ts";
import { writeToDirectory } from "../directory-write.ts";
import { checkNotSelf, ownOrganization } from "./select-member.ts";

/** Takes a member out of the caller's platform. Throws ApiError 403 self_change_forbidden, 404, 503. */
export async function removeMember(
  deps: Dependencies,
  caller: PlatformCaller,
  userId: string,
  facts: RequestFacts,
): Promise<void> {
  checkNotSelf(caller, userId);
  if (!isStorable(userId)) throw notFound("Member");
  const { directory } = deps;
  const organization = await ownOrganization(deps, caller);
  const write = { kind: "remove_member", platformId: caller.platformId, subject: userId } as const;
  await writeToDirectory(deps, write, async (trx, attempt) => {
    const present = (await directory.members(organization)).some((member) => member.userId === userId);
    // An earlier attempt that broke off may have removed the member without a word here.
    if (!present && !attempt.resumed) throw notFound("Member");
    await attempt.begin();
    if (present) await directory.removeMember(organization, userId);
    await recordActivity(trx, [
      callersActivity({ ...caller, environmentId: null }, facts, {
        type: "member.removed",
        category: "member",
        description: "Member removed",
        resourceType: "member",
        resourceId: userId,
        statusCode: 204,
      }),
    ]);
    return userId;
  });
}
