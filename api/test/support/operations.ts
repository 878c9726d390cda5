import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import type { CallerKind, Right } from "../../src/auth/rights.ts";
import { sellOpen } from "./instructions.ts";
import { settle } from "./settlements.ts";

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

/** Bodies that are taken; an operation that needs one and is not here fails the tests that are made for every operation. */
const BODIES: Record<string, () => unknown> = {
  createInstruction: sellOpen,
  createAllowedIp: () => ({ cidr: "192.0.2.0/24" }),
  createSettlement: settle,
  createSession: () => ({ scopes: ["templates:read"] }),
  createWebhookEndpoint: () => ({ url: "https://hooks.example.com/keystone" }),
  updateWebhookEndpoint: () => ({ description: "Of the tests" }),
  recoverWebhooks: () => ({ since: new Date().toISOString() }),
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

/** A call of the operation: its path with these ids, else with ones that nobody has, and a body that it takes. */
export function callOf({ id, path }: Operation, ids: Record<string, string> = {}): { path: string; json?: unknown } {
  const filled = path.replace(
    /\{([^}]+)\}/g,
    (_, name: string) => ids[name] ?? (name === "leg_index" ? "0" : randomUUID()),
  );
  const body = BODIES[id];
  return body === undefined ? { path: filled } : { path: filled, json: body() };
}
