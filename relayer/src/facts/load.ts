import type { Deployment } from "@keystoneos/protocol";
import { type Store, transaction } from "@keystoneos/store";
import type { Address } from "viem";
import type { Logger } from "../log.ts";
import { type Agreement, readAgreement } from "./agreement.ts";
import { assemble } from "./assemble.ts";
import type { DeepFinality } from "./deep-finality.ts";
import { readRows } from "./rows.ts";
import type { SecretBook } from "./secrets.ts";
import type { Facts } from "./types.ts";

export interface FactsSource {
  db: Store;
  deployment: Deployment;
  attester: Address;
  operator: Address | null;
  deepFinality: readonly DeepFinality[];
  secrets: SecretBook;
  log: Logger;
}

/** Agreements never change, and checking one costs more than everything else here. By settlement id. */
export type AgreementCache = Map<string, Agreement | null>;

/** The facts of these intents as of one snapshot of the database; those that are closed or do not agree with themselves are left out. */
export async function loadFacts(
  source: FactsSource,
  intentIds: readonly string[],
  cache: AgreementCache,
): Promise<Facts[]> {
  if (intentIds.length === 0) return [];
  const rows = await transaction(source.db, (trx) => readRows(trx, intentIds, source.attester), {
    isolation: "repeatable read",
  });
  return rows.intents.flatMap((intent): Facts[] => {
    const agreement = agreementOf(source, intent, cache);
    return agreement === null ? [] : [assemble(source, rows, intent, agreement)];
  });
}

function agreementOf(
  { deployment, log }: FactsSource,
  intent: Parameters<typeof readAgreement>[0] & { settlement_id: string },
  cache: AgreementCache,
): Agreement | null {
  const known = cache.get(intent.settlement_id);
  if (known !== undefined) return known;
  let agreement: Agreement | null = null;
  try {
    agreement = readAgreement(intent, deployment);
  } catch (error) {
    log.error(
      { settlementId: intent.settlement_id, error: (error as Error).message },
      "a settlement does not agree with itself",
    );
  }
  if (cache.size >= 5000) cache.clear();
  cache.set(intent.settlement_id, agreement);
  return agreement;
}
