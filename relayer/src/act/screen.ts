import type { CheckStatus, NewRow } from "@keystoneos/store";
import type { Facts } from "../facts/types.ts";
import type { CheckName } from "../plan/actions.ts";
import type { Finding } from "../screening/provider.ts";
import type { ActContext } from "./context.ts";

/** Makes checks, one after the other, and stores one row each. A check that somebody decided or finished meanwhile stays as it is. */
export async function screen(context: ActContext, facts: Facts, checks: readonly CheckName[]): Promise<void> {
  const parties = await context.db
    .selectFrom("keystone.party")
    .select(["id", "name", "wallet_address", "chain_id"])
    .where("settlement_id", "=", facts.settlementId)
    .execute();
  let failures = 0;
  for (const check of checks) {
    const party = parties.find((candidate) => candidate.id === check.partyId);
    if (party === undefined) continue;
    const found = await ask(context, check, party);
    await store(context, facts.settlementId, check, found);
    if (found === null) failures++;
  }
  if (failures > 0) throw new Error(`${failures} of ${checks.length} checks could not be made`);
}

type Subject = { name: string | null; wallet_address: `0x${string}`; chain_id: bigint | null };

async function ask({ providers, log }: ActContext, check: CheckName, party: Subject): Promise<Finding | null> {
  const provider = providers.get(check.provider);
  try {
    if (provider === undefined) throw new Error("no such provider is configured");
    if (check.checkType === "entity") return await provider.screenEntity({ name: party.name });
    const chainId = party.chain_id === null ? null : Number(party.chain_id);
    return await provider.screenWallet({ address: party.wallet_address, chainId });
  } catch (error) {
    log.error({ ...check, error: (error as Error).message }, "a screening provider failed");
    return null;
  }
}

async function store(
  { db, log }: ActContext,
  settlementId: string,
  check: CheckName,
  found: Finding | null,
): Promise<void> {
  const status: CheckStatus = found?.status ?? "error";
  const outcome = {
    status,
    reference_id: found?.referenceId ?? null,
    risk_score: found?.riskScore ?? null,
    matched_lists: found?.matchedLists ?? null,
  };
  const { partyId: party_id, checkType: check_type, provider } = check;
  const row: NewRow<"compliance_check"> = { settlement_id: settlementId, party_id, check_type, provider, ...outcome };
  await db
    .insertInto("keystone.compliance_check")
    .values(row)
    .onConflict((conflict) =>
      conflict
        .columns(["settlement_id", "party_id", "check_type", "provider"])
        .doUpdateSet({ ...outcome, updated_at: new Date() })
        .where("keystone.compliance_check.status", "in", ["pending", "error"]),
    )
    .execute();
  log.info({ settlementId, partyId: party_id, checkType: check_type, provider, status }, "screened");
}
