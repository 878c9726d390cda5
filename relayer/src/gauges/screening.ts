import type { Store } from "@keystoneos/store";
import type { Registry } from "@keystoneos/telemetry";

/** The circuits of the screening providers, which all relayers share. */
export function registerCircuits(registry: Registry, db: Store): void {
  registry.gauge(
    "keystone_screening_circuit_open",
    "1 where a provider is not asked, or only tried.",
    ["provider"],
    async () => {
      const rows = await db.selectFrom("keystone.provider_health").select(["name", "circuit_state"]).execute();
      return rows.map(({ name, circuit_state }) => ({
        labels: { provider: name },
        value: circuit_state === "closed" ? 0 : 1,
      }));
    },
  );
}
