import type { Json } from "./client.ts";
import type { Tenant } from "./tenants.ts";
import type { World } from "./world.ts";

export const WEBHOOKS = "/v1/platforms/me/webhooks";

/** An endpoint of the tenant's environment, as its creation showed it. */
export async function createEndpoint(
  world: World,
  tenant: Tenant,
  changes: Record<string, unknown> = {},
): Promise<Json> {
  const json = { url: "https://hooks.example.com/keystone", ...changes };
  const { status, body } = await world.call("POST", WEBHOOKS, { token: tenant.token, json });
  if (status !== 201) throw new Error(JSON.stringify(body));
  return body;
}

/** Attempts for an endpoint, newest first. */
export async function deliveriesOf(world: World, tenant: Tenant, endpointId: string, query = ""): Promise<Json[]> {
  const path = `${WEBHOOKS}/${endpointId}/deliveries?limit=200${query}`;
  return (await world.call("GET", path, { token: tenant.token })).body.items;
}

/** Lets every attempt that waits be due now. */
export async function makeDue({ db }: World, endpointId: string): Promise<void> {
  await db
    .updateTable("keystone.webhook_delivery")
    .set({ next_attempt_at: new Date(Date.now() - 1000) })
    .where("endpoint_id", "=", endpointId)
    .where("pending", "=", true)
    .execute();
}
