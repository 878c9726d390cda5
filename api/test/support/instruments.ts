import { randomUUID } from "node:crypto";
import { HOME, TOKENS } from "./deployment.ts";
import type { Tenant } from "./tenants.ts";
import { createToken } from "./tenants.ts";
import type { World } from "./world.ts";

/** An instrument as sent, under an alias that nobody has. */
export function instrument(changes: Record<string, unknown> = {}) {
  return {
    alias: `bond-${randomUUID()}`,
    alias_type: "custom",
    chain_id: HOME,
    token_address: TOKENS.bond,
    token_standard: "ERC-20",
    decimals: 6,
    ...changes,
  };
}

/** A machine token that may write instruments, and what other machine tokens may. */
export function registrar(world: World, tenant: Tenant): Promise<string> {
  return createToken(world, {
    clientId: tenant.clientId,
    scope: "instruments:write settlements:read settlements:write templates:read",
  });
}
