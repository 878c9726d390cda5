import type { TermsJson } from "@keystoneos/protocol";
import {
  compileTemplate,
  type Deployment,
  hashTerms,
  type Ruleset,
  type TemplateConfig,
  type Terms,
  termsFromJson,
} from "@keystoneos/protocol";

export interface Agreement {
  terms: Terms;
  ruleset: Ruleset;
}

/**
 * What was agreed, checked against itself: the terms hash to the settlement's id, name this deployment and the ruleset of the template.
 * Throws with what differs; a settlement that fails here is never acted on.
 */
export function readAgreement(
  row: { settlement_hash: string; terms: TermsJson; config: TemplateConfig },
  deployment: Deployment,
): Agreement {
  const terms = termsFromJson(row.terms);
  const hash = hashTerms(terms);
  if (hash !== row.settlement_hash.toLowerCase()) throw new Error(`the terms hash to ${hash}`);
  const { coordinatorChainId, contracts } = deployment;
  if (terms.chainId !== BigInt(coordinatorChainId))
    throw new Error(`the terms are for a coordinator on chain ${terms.chainId}`);
  if (!same(terms.coordinator, contracts.coordinator))
    throw new Error(`the terms name the coordinator ${terms.coordinator}`);
  for (const leg of terms.legs) {
    if (!same(leg.escrow, contracts.escrow)) throw new Error(`the terms name the escrow ${leg.escrow}`);
    if (!deployment.chains.some(({ chainId }) => BigInt(chainId) === leg.chainId)) {
      throw new Error(`the terms have a leg on chain ${leg.chainId}`);
    }
  }
  const { ruleset, rulesetId } = compileTemplate(row.config);
  if (terms.ruleset !== rulesetId) throw new Error(`the terms name the ruleset ${terms.ruleset}`);
  return { terms, ruleset };
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
