import { connect } from "@keystoneos/store";
import pg from "pg";
import type { Caller } from "../../api/src/auth/caller.ts";
import { tenantOfClient } from "../../api/src/auth/find-tenant.ts";
import type { Dependencies } from "../../api/src/context.ts";
import { getSettlement } from "../../api/src/services/settlements/get-settlement.ts";
import { listSettlements } from "../../api/src/services/settlements/list-settlements.ts";
import { takeToken } from "../../api/src/services/take-token.ts";
import type { BenchWorld } from "./world.ts";

/** What a read asks of the database, and what it answers. */
export interface Recorded {
  statements: { text: string; values: unknown[] }[];
  body: unknown;
}

type Query = (config: { text: string; values?: unknown[] } | string, values?: unknown[]) => unknown;

/** The statements of a read of one settlement and of a page of 50, from who calls to the last row, as the API's own code makes them. */
export async function recordReads(
  { world, environments }: BenchWorld,
  settlementId: string,
): Promise<Record<"one" | "page", Recorded>> {
  const [environment] = environments;
  if (environment === undefined) throw new Error("there is an environment");
  const db = connect({ databaseUrl: world.databaseUrl, maxConnections: 1 });
  // Secrets of deposits are opened by nobody else than the API: a settlement that has none yet asks for none.
  const deps = { db, deployment: world.deployment } as Dependencies;
  const prototype = pg.Client.prototype as unknown as { query: Query };
  const real = prototype.query;
  const record = async (read: (caller: Caller) => Promise<unknown>): Promise<Recorded> => {
    const statements: Recorded["statements"] = [];
    prototype.query = function (this: unknown, config, values) {
      const text = typeof config === "string" ? config : config.text;
      statements.push({ text, values: values ?? (typeof config === "string" ? [] : (config.values ?? [])) });
      return real.call(this, config, values);
    };
    try {
      const tenant = await tenantOfClient(db, environment.clientId);
      if (tenant === undefined) throw new Error("the environment is known");
      await takeToken(db, { key: `environment:${tenant.environment_id}`, perMinute: 60_000 });
      const caller = { kind: "m2m", environmentId: tenant.environment_id, settlementIds: null } as unknown as Caller;
      return { statements, body: await read(caller) };
    } finally {
      prototype.query = real;
    }
  };
  try {
    // Connects first, so that what a connection begins with is not among the statements.
    await tenantOfClient(db, environment.clientId);
    return {
      one: await record((caller) => getSettlement(deps, caller, settlementId)),
      page: await record((caller) =>
        listSettlements(deps, caller, { limit: 50 } as Parameters<typeof listSettlements>[2]),
      ),
    };
  } finally {
    await db.destroy();
  }
}
