import { transaction } from "@keystoneos/store";
import type { Caller } from "../../auth/caller.ts";
import type { Dependencies, RequestFacts } from "../../context.ts";
import { notFound } from "../../errors/api-error.ts";
import { isUuid, showAddress } from "../../schemas/primitives.ts";
import { callersActivity, recordActivity } from "../activity.ts";

/** Takes a name off the environment's own registry; what was agreed under it keeps its token. Throws ApiError 404. */
export async function deleteInstrument(
  { db }: Dependencies,
  caller: Caller,
  id: string,
  facts: RequestFacts,
): Promise<void> {
  if (!isUuid(id)) throw notFound("Instrument");
  await transaction(db, async (trx) => {
    const gone = await trx
      .deleteFrom("keystone.instrument")
      .where("id", "=", id)
      .where("environment_id", "=", caller.environmentId)
      .returning(["id", "alias", "chain_id", "token_address"])
      .executeTakeFirst();
    if (gone === undefined) throw notFound("Instrument");
    const chainId = Number(gone.chain_id);
    await recordActivity(trx, [
      callersActivity(caller, facts, {
        type: "instrument.deleted",
        category: "instrument",
        description: `Instrument ${gone.alias} no longer registered on chain ${chainId}`,
        resourceType: "instrument",
        resourceId: gone.id,
        statusCode: 204,
        detail: { alias: gone.alias, chain_id: chainId, token_address: showAddress(gone.token_address) },
      }),
    ]);
  });
}
