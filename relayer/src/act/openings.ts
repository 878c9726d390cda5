import type { Opening } from "@keystoneos/protocol";
import type { Facts } from "../facts/types.ts";
import type { ActContext } from "./context.ts";

/** The openings of wallet commitments at these positions of the terms. Throws when a secret is gone. */
export async function openingsOf(
  { db, secrets }: ActContext,
  facts: Facts,
  positions: readonly number[],
): Promise<Opening[]> {
  const rows = await db
    .selectFrom("keystone.commitment_secret")
    .selectAll()
    .where("settlement_id", "=", facts.settlementId)
    .where("kind", "=", "wallet")
    .execute();
  return positions.map((partyIndex): Opening => {
    const party = facts.parties.find((candidate) => 2 * candidate.position + 1 === partyIndex);
    const row = rows.find((secret) => secret.party_id === party?.id);
    if (party === undefined || row === undefined) throw new Error(`no secret for position ${partyIndex} of the terms`);
    return { partyIndex, secret: secrets.open(row), wallet: party.wallet };
  });
}
