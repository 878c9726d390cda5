import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import type { CallerKind, Right } from "../../src/auth/rights.ts";
import { sellOpen } from "./instructions.ts";
import { instrument } from "./instruments.ts";
import { roleId } from "./members.ts";
import { settle } from "./settlements.ts";
import type { World } from "./world.ts";

interface Documented {
  operationId: string;
  security?: Partial<Record<CallerKind, Right[]>>[];
  "x-about"?: "environment" | "platform" | "admin";
  requestBody?: { required?: boolean };
}

/** An operation as integrators read it. */
export interface Operation {
  id: string;
  method: string;
  path: string;
  /** Undefined where anyone may call. */
  about: "environment" | "platform" | "admin" | undefined;
  /** By kind of caller the rights of which one suffices; none is needed when empty. */
  callers: Map<CallerKind, Right[]>;
}

const { paths } = JSON.parse(readFileSync(new URL("../../openapi.json", import.meta.url), "utf8")) as {
  paths: Record<string, Record<string, Documented>>;
};

const REASON = { reason: "A test asks for it" };
const CONFIRMED = { ...REASON, confirm: true };

/** Bodies that are taken; an operation that needs one and is not here fails the tests that are made for every operation. */
const BODIES: Record<string, (world: World) => unknown> = {
  createInstruction: () => sellOpen(),
  createInstrument: () => instrument(),
  transitionSettlement: () => ({ target_state: "COMPLIANCE_CHECKING", ...CONFIRMED }),
  rollbackSettlement: () => CONFIRMED,
  retrySettlement: () => CONFIRMED,
  overrideCompliance: () => ({ decision: "approve", ...CONFIRMED }),
  triggerMaturity: () => CONFIRMED,
  updateAdminPlatform: () => ({ status: "active", ...REASON }),
  updateAdminEnvironment: () => ({ is_active: true, ...REASON }),
  createAllowedIp: () => ({ cidr: "192.0.2.0/24" }),
  createEnvironment: async ({ local }) => {
    const { client_id } = await local.createClient();
    return { name: "Test", slug: `e-${randomUUID()}`, auth0_client_id: client_id };
  },
  createInvitation: () => ({ email: `${randomUUID()}@example.com` }),
  createPlatform: async ({ local }) => {
    const { client_id } = await local.createClient();
    return { name: "Test", slug: `p-${randomUUID()}`, auth0_client_id: client_id };
  },
  createSettlement: () => settle(),
  createSession: () => ({ scopes: ["templates:read"] }),
  inviteToPlatform: () => ({ email: `${randomUUID()}@example.com` }),
  updateEnvironment: () => ({ name: "Of the tests" }),
  updateMember: async (world) => ({ role_ids: [await roleId(world, "viewer")] }),
  updatePlatform: () => ({ name: "Of the tests" }),
  createWebhookEndpoint: () => ({ url: "https://hooks.example.com/keystone" }),
  updateWebhookEndpoint: () => ({ description: "Of the tests" }),
  recoverWebhooks: () => ({ since: new Date().toISOString() }),
  decideCompliance: () => ({ decision: "approve", reason: "Known to us" }),
  queryGraphql: () => ({ query: "{ _meta { status } }" }),
};

/** Every operation of the document. */
export const operations: Operation[] = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, documented]) => {
    const callers = new Map<CallerKind, Right[]>();
    for (const alternative of documented.security ?? []) {
      for (const [kind, rights] of Object.entries(alternative) as [CallerKind, Right[]][]) {
        callers.set(kind, [...(callers.get(kind) ?? []), ...rights]);
      }
    }
    if (documented.requestBody?.required === true && BODIES[documented.operationId] === undefined) {
      throw new Error(`${documented.operationId}: say in BODIES what it takes`);
    }
    return { id: documented.operationId, method: method.toUpperCase(), path, about: documented["x-about"], callers };
  }),
);

/** Those that need a token. */
export const secured = operations.filter(({ about }) => about !== undefined);

/** The operation's path with these ids, else with ones that nobody has. */
export function pathOf({ path }: Pick<Operation, "path">, ids: Record<string, string> = {}): string {
  return path.replace(/\{([^}]+)\}/g, (_, name: string) =>
    encodeURIComponent(ids[name] ?? (name === "leg_index" ? "0" : randomUUID())),
  );
}

/** A call of the operation with a body that it takes. */
export async function callOf(
  operation: Operation,
  world: World,
  ids: Record<string, string> = {},
): Promise<{ path: string; json?: unknown }> {
  const path = pathOf(operation, ids);
  const body = BODIES[operation.id];
  return body === undefined ? { path } : { path, json: await body(world) };
}
