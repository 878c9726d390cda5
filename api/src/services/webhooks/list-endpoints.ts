import type { Store } from "@keystoneos/store";
import type { Page, PageInput } from "../../schemas/page.ts";
import type { WebhookEndpointRead } from "../../schemas/webhook.ts";
import { afterCursor, skipped } from "../newest-first.ts";
import { readWindow, toPage } from "../paging.ts";
import { endpointsOf, previousValidUntil, renderEndpoint } from "./select-endpoint.ts";

/** The environment's endpoints, newest first. */
export async function listEndpoints(
  db: Store,
  environmentId: string,
  input: PageInput,
): Promise<Page<WebhookEndpointRead>> {
  const window = readWindow(input);
  const own = endpointsOf(db, environmentId);
  const rows = await own
    .selectAll("endpoint")
    .select(previousValidUntil)
    .where(afterCursor("endpoint", window))
    .orderBy("endpoint.created_at", "desc")
    .orderBy("endpoint.id", "desc")
    .limit(window.limit + 1)
    .offset(skipped(window))
    .execute();
  const { total } = await own.select((eb) => eb.fn.countAll<bigint>().as("total")).executeTakeFirstOrThrow();
  return toPage(window, Number(total), rows, rows.map(renderEndpoint));
}
