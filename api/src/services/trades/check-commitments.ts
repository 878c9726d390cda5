import type { TemplateConfig } from "@keystoneos/protocol";
import type { StoreTransaction } from "@keystoneos/store";
import type { Hex } from "viem";
import type { Dependencies } from "../../context.ts";
import { ApiError, type Location } from "../../errors/api-error.ts";

/** A commitment that came with the body, and where. */
export interface BroughtCommitment {
  commitment: Hex;
  loc: Location;
}

interface CommittingParty {
  wallet_commitment?: Hex | null | undefined;
  closing_wallet_commitment?: Hex | null | undefined;
}

/**
 * The commitments that parties have made themselves; the platform cannot see what they open to, so only a template with an outside
 * attester takes them. Throws ApiError 422.
 */
export async function checkCommitments(
  { db }: Pick<Dependencies, "db">,
  config: TemplateConfig,
  parties: readonly { party: CommittingParty; loc: Location }[],
  isRepo: boolean,
): Promise<BroughtCommitment[]> {
  const brought = parties.flatMap(({ party, loc }) => commitmentsOf(party, loc, isRepo));
  for (const [index, { commitment, loc }] of brought.entries()) {
    if (brought.findIndex((other) => other.commitment === commitment) < index) throw reused(loc);
    const used = await db
      .selectFrom("keystone.party")
      .select("id")
      .where((eb) => eb.or([eb("wallet_commitment", "=", commitment), eb("entity_commitment", "=", commitment)]))
      .executeTakeFirst();
    if (used !== undefined) throw reused(loc);
  }
  const [first] = brought;
  if (first !== undefined && !config.on_chain.external_attesters) {
    const detail =
      "The template names no outside attester who could screen this commitment; leave wallet_commitment out";
    throw new ApiError("commitment_not_screenable", detail, { loc: first.loc });
  }
  return brought;
}

/** A repo's closing has parties of its own: who commits to the wallet of one commits to that of both. */
function commitmentsOf(party: CommittingParty, loc: Location, isRepo: boolean): BroughtCommitment[] {
  const { wallet_commitment: wallet, closing_wallet_commitment: closing } = party;
  const at = [...loc, "closing_wallet_commitment"];
  if (closing != null && !isRepo) {
    throw new ApiError("repo_fields_forbidden", "closing_wallet_commitment is for repo trades only; leave it out", {
      loc: at,
    });
  }
  if (closing != null && wallet == null) {
    throw new ApiError("repo_fields_forbidden", "closing_wallet_commitment goes with wallet_commitment; send both", {
      loc: at,
    });
  }
  if (wallet != null && isRepo && closing == null) {
    throw new ApiError("repo_fields_required", "A repo with a wallet_commitment needs closing_wallet_commitment too", {
      loc: at,
    });
  }
  return [
    ...(wallet == null ? [] : [{ commitment: wallet, loc: [...loc, "wallet_commitment"] }]),
    ...(closing == null ? [] : [{ commitment: closing, loc: at }]),
  ];
}

/** Keeps them from ever being brought again, as part of `trx`; of two that bring one at once the later one is refused. Throws ApiError 422. */
export async function takeCommitments(trx: StoreTransaction, brought: readonly BroughtCommitment[]): Promise<void> {
  // In one order everywhere, so that two that bring the same ones cannot wait for each other.
  for (const { commitment, loc } of brought.toSorted((a, b) => (a.commitment < b.commitment ? -1 : 1))) {
    const { numInsertedOrUpdatedRows } = await trx
      .insertInto("keystone.brought_commitment")
      .values({ commitment })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirstOrThrow();
    if (numInsertedOrUpdatedRows === 0n) throw reused(loc);
  }
}

function reused(loc: Location): ApiError {
  const detail = "The commitment was used before; draw a fresh secret for every trade";
  return new ApiError("commitment_reused", detail, { loc });
}
