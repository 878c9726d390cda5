import { openSecret, type StoreTransaction } from "@keystoneos/store";
import type { Hex } from "viem";
import type { Caller } from "../../auth/caller.ts";
import type { Dependencies } from "../../context.ts";
import type { LoadedSettlement } from "./load-settlements.ts";
import { isOwn, stateOf } from "./render-context.ts";

export const DEPOSIT_STATE = "AWAITING_DEPOSITS";

/** Whether the escrows wait for deposits, and nobody has a reason to hold his back: of a repo the way back is fixed on chain too. */
function takesDeposits(loaded: LoadedSettlement): boolean {
  return stateOf(loaded) === DEPOSIT_STATE && !lacksClosing(loaded);
}

/** A repo's opening whose closing is not on chain yet. */
export function lacksClosing({ row, repo }: LoadedSettlement): boolean {
  return row.settlement_category === "repo_open" && repo?.created !== true;
}

/**
 * The wallet secrets of the caller's own parties by party id: only while deposits are awaited, and only for a caller that may write.
 * Empty otherwise, and for parties whose secret has been deleted.
 */
export async function openDepositSecrets(
  deps: Dependencies,
  trx: StoreTransaction,
  caller: Caller,
  loaded: LoadedSettlement,
): Promise<Map<string, Hex>> {
  if (!takesDeposits(loaded) || !caller.rights.has("settlements:write")) return new Map();
  const own = loaded.parties.filter((party) => isOwn(caller, party)).map((party) => party.id);
  if (own.length === 0) return new Map();
  const sealed = await trx
    .selectFrom("keystone.commitment_secret")
    .selectAll()
    .where("party_id", "in", own)
    .where("kind", "=", "wallet")
    .execute();
  return new Map(
    sealed.map((row) => {
      const owner = { settlementId: row.settlement_id, partyId: row.party_id, kind: row.kind };
      return [row.party_id, openSecret(deps.keyring, owner, row)];
    }),
  );
}
