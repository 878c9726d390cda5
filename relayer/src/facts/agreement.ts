import type { TermsJson } from "@keystoneos/protocol";
import {
  compileTemplate,
  type Deployment,
  hashTerms,
  type Ruleset,
  type TemplateConfig,
  type Terms,
  templateRuleset,
  termsFromJson,
} from "@keystoneos/protocol";

export interface Agreement {
  terms: Terms;
  /** The one that the terms name. */
  ruleset: Ruleset;
  /** The template's own, by which a repo's opening runs while its closing waits. */
  openingRuleset: Ruleset;
}

/**
 * What was agreed, checked against itself: the terms hash to the settlement's id, name this deployment and a ruleset of the template.
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
  const { ruleset: openingRuleset } = compileTemplate(row.config);
  return { terms, ruleset: templateRuleset(row.config, terms.ruleset), openingRuleset };
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
