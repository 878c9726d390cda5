import type { Address } from "viem";
import type { Caller } from "../../auth/caller.ts";
import type { Dependencies, RequestFacts } from "../../context.ts";
import { ApiError } from "../../errors/api-error.ts";
import type { InstrumentCreate, InstrumentRead } from "../../schemas/instrument.ts";
import { showAddress } from "../../schemas/primitives.ts";
import { callersActivity, recordActivity } from "../activity.ts";
import { findReplay, type IdempotentRequest, makeOnce } from "../idempotency.ts";
import { getInstrument } from "./get-instrument.ts";
import { assertServed } from "./resolve-instrument.ts";
import { verifyInstrument } from "./verify-instrument.ts";

export interface InstrumentSubmission {
  caller: Caller;
  input: InstrumentCreate;
  request: IdempotentRequest | null;
  facts: RequestFacts;
}

/**
 * Names a token in the environment's registry. Throws ApiError 409 alias_taken, 422 chain_unsupported, instrument_unverifiable; and
 * 404 for a replay of what was deleted since.
 */
export async function createInstrument(
  deps: Dependencies,
  { caller, input, request, facts }: InstrumentSubmission,
): Promise<{ instrument: InstrumentRead; replayed: boolean }> {
  const { db } = deps;
  const { environmentId } = caller;
  const made = request === null ? null : await findReplay(db, request);
  if (made !== null) return { instrument: await getInstrument(db, environmentId, made), replayed: true };
  assertServed(deps.deployment, input.chain_id, ["body", "chain_id"]);
  // Before the transaction: a node may take its time.
  const verified = await verifyInstrument(deps.chains, input);
  const { id, replayed } = await makeOnce(db, request, async (trx) => {
    const row = await trx
      .insertInto("keystone.instrument")
      .values({
        environment_id: environmentId,
        alias: input.alias,
        alias_type: input.alias_type,
        chain_id: BigInt(input.chain_id),
        token_address: input.token_address.toLowerCase() as Address,
        token_standard: input.token_standard,
        decimals: input.decimals,
        leg_type: input.leg_type ?? null,
        name: input.name ?? null,
        token_id: input.token_id ?? null,
        verified,
      })
      .onConflict((conflict) => conflict.columns(["environment_id", "alias", "chain_id"]).doNothing())
      .returning("id")
      .executeTakeFirst();
    if (row === undefined) {
      throw new ApiError("alias_taken", `${input.alias} is registered on chain ${input.chain_id} already`, {
        loc: ["body", "alias"],
      });
    }
    await recordActivity(trx, [
      callersActivity(caller, facts, {
        type: "instrument.created",
        category: "instrument",
        description: `Instrument ${input.alias} registered on chain ${input.chain_id}`,
        resourceType: "instrument",
        resourceId: row.id,
        statusCode: 201,
        detail: {
          alias: input.alias,
          chain_id: input.chain_id,
          token_address: showAddress(input.token_address),
          verified,
        },
      }),
    ]);
    return row.id;
  });
  return { instrument: await getInstrument(db, environmentId, id), replayed };
}
