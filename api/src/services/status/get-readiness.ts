import { sql } from "kysely";
import type { Dependencies } from "../../context.ts";
import type { Part, Readiness } from "../../schemas/status.ts";

/** What this process needs in order to serve, and which of it does not answer. */
export async function getReadiness(deps: Dependencies): Promise<Readiness> {
  const probes: Record<Part, () => Promise<unknown>> = {
    database: () => sql`SELECT 1 FROM keystone.template LIMIT 1`.execute(deps.db),
    indexer: () => deps.db.selectFrom("indexer.chain_head").select("chain_id").limit(1).execute(),
    jwks: () => deps.tokens.ready(),
  };
  const answers = await Promise.all(
    Object.entries(probes).map(async ([part, probe]) => {
      try {
        await probe();
        return null;
      } catch (error) {
        deps.log.warn({ part, err: error }, "not ready");
        return part as Part;
      }
    }),
  );
  const unavailable = answers.filter((part) => part !== null);
  return { status: unavailable.length === 0 ? "ready" : "unavailable", unavailable };
}
