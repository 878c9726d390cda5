import { attestation, attesterWord } from "ponder:schema";
import { ComplianceStatus } from "@keystoneos/protocol";
import { registryAbi } from "@keystoneos/protocol/abi";
import type { Hex } from "viem";
import { type Fact, listen } from "./listen.ts";

listen("registry", registryAbi, {
  async Attested(fact) {
    await state(fact, "attested", fact.args.statuses.join(","), BigInt(fact.args.validUntil));
  },

  async Overridden(fact) {
    await state(fact, "overridden", fact.args.statuses.join(","), BigInt(fact.args.validUntil));
  },

  async Revoked(fact) {
    const word = await fact.db.find(attesterWord, wordKey(fact));
    const before = word?.statuses.split(",").map(Number) ?? [];
    await state(fact, "revoked", revoke(before, fact.args.positions).join(","), word?.validUntil ?? null);
  },
});

type Statement = Fact<{ settlementId: Hex; attester: `0x${string}`; partiesHash: Hex; sequence: bigint }>;

function wordKey({ args, at }: Statement) {
  return {
    chainId: at.chainId,
    settlementHash: args.settlementId,
    attester: args.attester,
    partiesHash: args.partiesHash,
  };
}

/** Keeps the statement, and with it the attester's whole word after it. */
async function state(
  fact: Statement,
  kind: "attested" | "revoked" | "overridden",
  statuses: string,
  validUntil: bigint | null,
): Promise<void> {
  const { args, at, db } = fact;
  const key = wordKey(fact);
  await db
    .insert(attesterWord)
    .values({ ...key, statuses, validUntil })
    .onConflictDoUpdate({ statuses, validUntil });
  const said = {
    kind,
    statuses,
    validUntil,
    blockNumber: at.blockNumber,
    blockHash: at.blockHash,
    txHash: at.txHash,
  };
  await db
    .insert(attestation)
    .values({ ...key, sequence: args.sequence, ...said })
    .onConflictDoUpdate(said);
}

/**
 * The word after the positions in the bit mask were revoked. Where there was no word before, the log does not tell how many parties
 * there are: the word then ends at the highest revoked position.
 */
export function revoke(before: readonly number[], positions: number): number[] {
  const length = Math.max(before.length, 32 - Math.clz32(positions));
  return Array.from({ length }, (_, position) =>
    (positions >>> position) & 1 ? ComplianceStatus.Revoked : (before[position] ?? ComplianceStatus.None),
  );
}
