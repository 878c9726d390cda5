/** An object that can be named, and the ids that stand before it in its paths. */
interface Pooled {
  id: string;
  within: Record<string, string>;
}

/** How many of the newest are drawn from: older ones may have been removed. */
const RECENT = 12;

/** What a tenant may name, by the parameter that names it. */
export interface Pools {
  add(name: string, id: string, within?: Record<string, string>): void;
  /** One of the newest, the same for the same `n`; undefined while there is none. */
  pick(name: string, n: number): Pooled | undefined;
}

export function createPools(): Pools {
  const pools = new Map<string, Pooled[]>();
  return {
    add(name, id, within = {}) {
      const pool = pools.get(name) ?? [];
      pools.set(name, pool);
      if (!pool.some((known) => known.id === id)) pool.push({ id, within });
      if (pool.length > RECENT) pool.shift();
    },
    pick(name, n) {
      const pool = pools.get(name) ?? [];
      return pool[n % Math.max(1, pool.length)];
    },
  };
}

/** In which operation's answers ids are learned, of a list its items', and for what: a parameter, or one operation alone. */
const LEARNED: Record<string, string[]> = {
  createInstruction: ["instruction_id"],
  listInstructions: ["instruction_id"],
  createSettlement: ["settlement_id"],
  listSettlements: ["settlement_id"],
  listSettlementTemplates: ["template_id"],
  createInstrument: ["instrument_id", "deleteInstrument"],
  listInstruments: ["instrument_id"],
  createSession: ["session_id"],
  createEnvironment: ["env_id"],
  createAllowedIp: ["entry_id"],
  listAllowedIps: ["entry_id"],
  createInvitation: ["invitation_id"],
  listInvitations: ["invitation_id"],
  listActivity: ["log_id"],
  createWebhookEndpoint: ["endpoint_id", "deleteWebhookEndpoint"],
  listWebhookDeliveries: ["delivery_id"],
  listEvents: ["event_id"],
  createPlatform: ["platform_id"],
  listAdminComplianceChecks: ["check_id"],
};

/** Learns what an answer names. */
export function learn(pools: Pools, operation: string, within: Record<string, string>, body: unknown): void {
  if (typeof body !== "object" || body === null) return;
  const { id, items } = body as { id?: string; items?: { id?: string }[] };
  for (const name of LEARNED[operation] ?? []) {
    for (const object of items?.toReversed() ?? [{ id }]) {
      if (object.id !== undefined) pools.add(name, object.id, within);
    }
  }
}
