import type { Dependencies } from "../../context.ts";
import type { Page, PageInput } from "../../schemas/page.ts";
import type { SettlementEventRead } from "../../schemas/settlement-event.ts";
import { readSequenceWindow, toSequencePage } from "../sequence-paging.ts";
import { eventsOf } from "../settlements/list-events.ts";
import { inSnapshot } from "../settlements/select-settlement.ts";
import { findAnySettlement } from "./find-any-settlement.ts";

/** The states that any settlement has entered, oldest first. Throws ApiError 404. */
export function listAdminSettlementEvents(
  deps: Dependencies,
  id: string,
  input: PageInput,
): Promise<Page<SettlementEventRead>> {
  const window = readSequenceWindow(input);
  return inSnapshot(deps.db, async (trx) => {
    const { loaded, heads } = await findAnySettlement(deps, trx, id);
    return toSequencePage(window, await eventsOf(deps, trx, loaded, heads));
  });
}
