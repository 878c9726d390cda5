import type { Row } from "@keystoneos/store";
import type { Dependencies } from "../../context.ts";
import { notFound } from "../../errors/api-error.ts";
import type { ProviderHealth, ProvidersHealth } from "../../schemas/admin/provider-health.ts";
import { showTimeOrNull } from "../time.ts";

/** The circuits of all screening providers, as the relayers keep them. */
export async function getProvidersHealth({ db }: Dependencies): Promise<ProvidersHealth> {
  const rows = await db.selectFrom("keystone.provider_health").selectAll().orderBy("name").execute();
  const has = (state: ProviderHealth["circuit_state"]) => rows.some((row) => row.circuit_state === state);
  return {
    providers: rows.map(render),
    overall_status: has("open") ? "unhealthy" : has("half_open") ? "degraded" : "healthy",
  };
}

/** The circuit of one. Throws ApiError 404. */
export async function getProviderHealth({ db }: Dependencies, name: string): Promise<ProviderHealth> {
  // What Postgres cannot hold names no provider.
  const row = name.includes("\u0000")
    ? undefined
    : await db.selectFrom("keystone.provider_health").selectAll().where("name", "=", name).executeTakeFirst();
  if (row === undefined) throw notFound("Provider");
  return render(row);
}

function render(row: Row<"provider_health">): ProviderHealth {
  const { name, circuit_state, failure_count, success_count, last_error } = row;
  const { failure_threshold, reset_timeout_seconds, half_open_max_calls } = row;
  return {
    name,
    circuit_state,
    failure_count,
    success_count,
    last_failure_at: showTimeOrNull(row.last_failure_at),
    last_success_at: showTimeOrNull(row.last_success_at),
    last_error,
    config: { failure_threshold, reset_timeout_seconds, half_open_max_calls },
  };
}
