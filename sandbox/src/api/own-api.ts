import type { KeystoneClient } from "@keystoneos/sdk";
import type { z } from "zod";
import { unavailable } from "../errors.ts";
import { type ApiCall, ApiRefusal, callApi } from "./call.ts";
import {
  type DepositInfo,
  depositInfo,
  type Instruction,
  instruction,
  page,
  platform,
  type Settlement,
  settlement,
  template,
} from "./shapes.ts";

/** The platform API in the name of the counterparty: a platform like any other, with what its machine client may do. */
export interface OwnApi {
  platformSlug(): Promise<string>;
  /** The required roles of an active template by its slug or alias; undefined where there is none. */
  rolesOf(templateSlug: string): Promise<string[] | undefined>;
  findInstruction(idempotencyKey: string): Promise<Instruction | undefined>;
  submit(body: Record<string, unknown>, idempotencyKey: string): Promise<Instruction>;
  cancel(instructionId: string): Promise<Instruction>;
  settlement(id: string): Promise<Settlement>;
  awaitingDeposits(): Promise<Settlement[]>;
  depositInfo(settlementId: string, legIndex: number): Promise<DepositInfo>;
  decide(settlementId: string, decision: "approve" | "reject", reason: string): Promise<Settlement>;
}

export function ownApi(client: KeystoneClient): OwnApi {
  const call = <T extends z.ZodType>(request: ApiCall<T>): Promise<z.output<T>> =>
    callApi(client, request).catch((error: unknown) => {
      // What the counterparty may not do is none of the caller's faults.
      if (error instanceof ApiRefusal && [401, 403, 429].includes(error.status)) {
        throw unavailable("The platform API", error);
      }
      throw error;
    });
  const get = <T extends z.ZodType>(path: string, answer: T) => call({ method: "GET", path, answer });
  let slug: Promise<string> | undefined;

  return {
    platformSlug() {
      slug ??= get("/platforms/me", platform).then(
        (own) => own.slug,
        (error: unknown) => {
          slug = undefined;
          throw error;
        },
      );
      return slug;
    },
    async rolesOf(templateSlug) {
      const { items } = await get("/settlement-templates?limit=200", page(template));
      return items.find((each) => each.slug === templateSlug || each.aliases.includes(templateSlug))?.config
        .required_roles;
    },
    async findInstruction(idempotencyKey) {
      const query = new URLSearchParams({ idempotency_key: idempotencyKey });
      return (await get(`/instructions?${query}`, page(instruction))).items[0];
    },
    submit: (body, idempotencyKey) =>
      call({ method: "POST", path: "/instructions", body, idempotencyKey, answer: instruction }),
    cancel: (id) => call({ method: "POST", path: `/instructions/${id}/cancel`, answer: instruction }),
    settlement: (id) => get(`/settlements/${id}`, settlement),
    async awaitingDeposits() {
      const found: Settlement[] = [];
      let cursor: string | null = null;
      do {
        const query = new URLSearchParams({ state: "AWAITING_DEPOSITS", limit: "200" });
        if (cursor !== null) query.set("cursor", cursor);
        const { items, next_cursor } = await get(`/settlements?${query}`, page(settlement));
        found.push(...items);
        cursor = next_cursor;
      } while (cursor !== null);
      return found;
    },
    depositInfo: (id, legIndex) => get(`/settlements/${id}/legs/${legIndex}/deposit-info`, depositInfo),
    decide: (id, decision, reason) =>
      call({
        method: "POST",
        path: `/settlements/${id}/compliance-decision`,
        body: { decision, reason },
        answer: settlement,
      }),
  };
}
