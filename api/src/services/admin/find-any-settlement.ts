import type { Deployment } from "@keystoneos/protocol";
import type { Store, StoreTransaction } from "@keystoneos/store";
import { sql } from "kysely";
import type { Actor } from "../../auth/caller.ts";
import type { Dependencies } from "../../context.ts";
import { notFound } from "../../errors/api-error.ts";
import type { AdminSettlementRead } from "../../schemas/admin/settlement.ts";
import { isUuid } from "../../schemas/primitives.ts";
import type { Heads } from "../settlements/finality.ts";
import { type LoadedSettlement, loadSettlements, type SettlementRow } from "../settlements/load-settlements.ts";
import type { Viewer } from "../settlements/render-context.ts";
import { renderSettlement } from "../settlements/render-settlement.ts";
import { allSettlements } from "../settlements/select-settlement.ts";

/** Whose a settlement is, by names. */
export interface SettlementNames {
  platform_name: string;
  environment_slug: string;
  counterparty_platform_name: string | null;
}

export type NamedSettlementRow = SettlementRow & SettlementNames;

/** Everybody's settlements with the names of their platforms, to be filtered. */
export function namedSettlements(db: Store | StoreTransaction, deployment: Deployment) {
  return allSettlements(db, deployment)
    .innerJoin("keystone.platform as platform", "platform.id", "settlement.platform_id")
    .innerJoin("keystone.environment as environment", "environment.id", "settlement.environment_id");
}

/** What of such a row a NamedSettlementRow has. */
export const namedColumns = [
  "template.version as template_version",
  "template.config as template_config",
  "platform.name as platform_name",
  "environment.slug as environment_slug",
] as const;

/** The platform of the other side; null where there is none. */
export const counterpartyName = sql<string | null>`(SELECT other.name FROM keystone.party
  JOIN keystone.platform AS other ON other.id = party.platform_id
  WHERE party.settlement_id = settlement.id AND party.platform_id <> settlement.platform_id
  ORDER BY party.position LIMIT 1)`.as("counterparty_platform_name");

/** Any settlement, whoever has it. Throws ApiError 404. */
export async function findAnySettlement(
  { deployment }: Dependencies,
  trx: StoreTransaction,
  id: string,
): Promise<{ row: NamedSettlementRow; loaded: LoadedSettlement; heads: Heads }> {
  if (!isUuid(id)) throw notFound("Settlement");
  const row = await namedSettlements(trx, deployment)
    .selectAll("settlement")
    .select(namedColumns)
    .select(counterpartyName)
    .where("settlement.id", "=", id)
    .executeTakeFirst();
  if (row === undefined) throw notFound("Settlement");
  const { settlements, heads } = await loadSettlements(trx, [row]);
  return { row, loaded: settlements[0] as LoadedSettlement, heads };
}

/** A settlement with all its sides, and no deposit secret. */
export function renderAdminSettlement(
  deps: Dependencies,
  { rights }: Actor,
  names: SettlementNames,
  loaded: LoadedSettlement,
  heads: Heads,
): AdminSettlementRead {
  const caller: Viewer = { kind: "admin", rights, environmentId: null };
  const { platform_name, environment_slug, counterparty_platform_name } = names;
  const settlement = renderSettlement(loaded, { deployment: deps.deployment, caller, heads, secrets: new Map() });
  return { ...settlement, platform_name, environment_slug, counterparty_platform_name };
}
