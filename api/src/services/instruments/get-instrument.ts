import type { Store } from "@keystoneos/store";
import { notFound } from "../../errors/api-error.ts";
import type { InstrumentRead } from "../../schemas/instrument.ts";
import { isUuid } from "../../schemas/primitives.ts";
import { renderInstrument } from "./list-instruments.ts";

/** One entry of the environment's registry or of the global one. Throws ApiError 404. */
export async function getInstrument(db: Store, environmentId: string, id: string): Promise<InstrumentRead> {
  if (!isUuid(id)) throw notFound("Instrument");
  const row = await db
    .selectFrom("keystone.instrument")
    .selectAll()
    .where("id", "=", id)
    .where((eb) => eb.or([eb("environment_id", "=", environmentId), eb("environment_id", "is", null)]))
    .executeTakeFirst();
  if (row === undefined) throw notFound("Instrument");
  return renderInstrument(row);
}
