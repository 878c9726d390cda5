import { hashParties, type Statement } from "@keystoneos/protocol";
import type { ChainViews } from "@keystoneos/store";
import type { Hex } from "viem";

export interface NewestStatement extends Statement {
  txHash: Hex;
  block: number;
}

/**
 * Each attester's present word about exactly this party list, from everything it has said. A revocation restates all positions and
 * leaves the time until which the others count.
 */
export function newestStatements(
  attestations: ChainViews["attestation"][],
  parties: readonly Hex[],
): NewestStatement[] {
  if (attestations.length === 0) return [];
  const partiesHash = hashParties(parties);
  const byAttester = new Map<string, NewestStatement>();
  // Oldest first, so that the newest stays.
  for (const row of attestations) {
    if (row.parties_hash !== partiesHash) continue;
    const before = byAttester.get(row.attester);
    byAttester.set(row.attester, {
      attester: row.attester,
      statuses: row.statuses.split(",").map(Number),
      validUntil: row.valid_until === null ? (before?.validUntil ?? 0) : Number(row.valid_until),
      txHash: row.tx_hash,
      block: Number(row.block_number),
    });
  }
  return [...byAttester.values()];
}
