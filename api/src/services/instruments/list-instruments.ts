import type { Row, Store } from "@keystoneos/store";
import type { InstrumentRead } from "../../schemas/instrument.ts";
import type { Page, PageInput } from "../../schemas/page.ts";
import { showAddress } from "../../schemas/primitives.ts";
import { afterCursor, skipped } from "../newest-first.ts";
import { readWindow, toPage } from "../paging.ts";
import { showTime } from "../time.ts";

export interface InstrumentFilters extends PageInput {
  alias?: string | undefined;
  chain_id?: number | undefined;
  token_address?: string | undefined;
}

/** The environment's own entries and the global ones. */
export async function listInstruments(
  db: Store,
  environmentId: string,
  filters: InstrumentFilters,
): Promise<Page<InstrumentRead>> {
  const window = readWindow(filters);
  const { alias, chain_id, token_address } = filters;
  let visible = db
    .selectFrom("keystone.instrument as instrument")
    .where((eb) => eb.or([eb("environment_id", "=", environmentId), eb("environment_id", "is", null)]));
  if (alias !== undefined) visible = visible.where("alias", "=", alias);
  if (chain_id !== undefined) visible = visible.where("chain_id", "=", BigInt(chain_id));
  if (token_address !== undefined) {
    visible = visible.where("token_address", "=", token_address.toLowerCase() as `0x${string}`);
  }
  const rows = await visible
    .selectAll()
    .where(afterCursor("instrument", window))
    .orderBy("instrument.created_at", "desc")
    .orderBy("instrument.id", "desc")
    .limit(window.limit + 1)
    .offset(skipped(window))
    .execute();
  const { total } = await visible.select((eb) => eb.fn.countAll<bigint>().as("total")).executeTakeFirstOrThrow();
  return toPage(window, Number(total), rows, rows.map(renderInstrument));
}

export function renderInstrument(row: Row<"instrument">): InstrumentRead {
  return {
    id: row.id,
    environment_id: row.environment_id,
    alias: row.alias,
    alias_type: row.alias_type,
    chain_id: Number(row.chain_id),
    token_address: showAddress(row.token_address),
    token_standard: row.token_standard,
    decimals: row.decimals,
    leg_type: row.leg_type,
    name: row.name,
    token_id: row.token_id,
    verified: row.verified,
    created_at: showTime(row.created_at),
  };
}
