import type { Compliance } from "../../schemas/compliance.ts";
import { renderCheck } from "../compliance/render-check.ts";
import type { LoadedSettlement } from "./load-settlements.ts";
import { isOwn, type RenderContext } from "./render-context.ts";
import { newestStatements } from "./statements.ts";

/** The aggregate over all parties, and the checks of the caller's own. */
export function renderCompliance(loaded: LoadedSettlement, context: RenderContext): Compliance {
  const { parties, checks, chain, row, signed } = loaded;
  const own = parties.filter((party) => isOwn(context.caller, party));
  const statements = newestStatements(chain.attestations, row.terms.parties, signed);
  return {
    status: aggregate(loaded),
    checks: checks.flatMap((check) => {
      const party = own.find(({ id }) => id === check.party_id);
      return party === undefined ? [] : [renderCheck(check, party.position, statements, context.caller)];
    }),
  };
}

function aggregate({ checks, parties, row }: LoadedSettlement): Compliance["status"] {
  if (checks.length === 0) return "not_started";
  const has = (status: string) => checks.some((check) => check.status === status);
  if (has("fail")) return "failed";
  if (has("flagged")) return "flagged";
  const { entity_providers, wallet_providers } = row.template_config.compliance;
  const expected = parties.length * (entity_providers.length + wallet_providers.length);
  const passed = checks.filter((check) => check.status === "pass").length;
  return passed === checks.length && passed >= expected ? "cleared" : "pending";
}
