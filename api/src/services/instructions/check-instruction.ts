import type { FeeMode } from "@keystoneos/protocol";
import type { InstructionLegJson } from "@keystoneos/store";
import type { Caller } from "../../auth/caller.ts";
import type { Dependencies } from "../../context.ts";
import { ApiError } from "../../errors/api-error.ts";
import type { InstructionCreate } from "../../schemas/instruction.ts";
import type { ResolvedInstrument } from "../instruments/resolve-instrument.ts";
import { assertServed } from "../instruments/resolve-instrument.ts";
import { findTemplate, type Template } from "../templates/find-template.ts";
import { feesOf, resolveLegs } from "./resolve-legs.ts";

/** An instruction that makes sense by itself, whatever the other side will say. */
export interface CheckedInstruction {
  template: Template;
  legs: InstructionLegJson[];
  learned: ResolvedInstrument[];
  /** No receive leg was listed. */
  open: boolean;
  feeMode: FeeMode;
}

/** Every check at submission that needs no lock; the timeout is judged under it. Throws ApiError 422, ValidationError. */
export async function checkInstruction(
  deps: Dependencies,
  caller: Caller,
  input: InstructionCreate,
): Promise<CheckedInstruction> {
  const template = await findTemplate(deps.db, input.template_slug);
  if (template === undefined) {
    throw new ApiError("template_unknown", `No template ${input.template_slug}; see GET /v1/settlement-templates`, {
      loc: ["body", "template_slug"],
    });
  }
  const { config } = template;
  if (!config.required_roles.includes(input.role)) {
    const roles = config.required_roles.join(", ");
    throw new ApiError("role_unknown", `Unknown role ${input.role}; the template has ${roles}`, {
      loc: ["body", "role"],
    });
  }
  checkRepoFields(input);
  await checkCommitment(deps, input);
  if (input.party.chain_id != null) assertServed(deps.deployment, input.party.chain_id, ["body", "party", "chain_id"]);
  if (!input.legs.some((leg) => leg.direction === "deliver")) {
    throw new ApiError("deliver_leg_required", "List at least one leg with direction deliver", {
      loc: ["body", "legs"],
    });
  }
  const fees = feesOf(config, input.fee_mode);
  const { legs, learned } = await resolveLegs(deps, caller.environmentId, input, fees);
  const open = legs.every((leg) => leg.direction === "deliver");
  checkChains(template, legs);
  if (!open) checkLegTypes(template, legs);
  return { template, legs, learned, open, feeMode: fees.mode };
}

/** No template here makes the pair of trades that a repo is. */
function checkRepoFields(input: InstructionCreate): void {
  if (input.settlement_category != null) {
    const detail = `The template does not allow the category ${input.settlement_category}; leave it out`;
    throw new ApiError("category_not_allowed", detail, { loc: ["body", "settlement_category"] });
  }
  const fields = ["maturity_at", "repayment_amount", "repo_rate"] as const;
  const given = fields.find((field) => input[field] != null);
  const loc = given !== undefined ? ["body", given] : ["body", "party", "closing_wallet_commitment"];
  if (given === undefined && input.party.closing_wallet_commitment == null) return;
  throw new ApiError("repo_fields_forbidden", `${loc.at(-1)} is for repo trades only; leave it out`, { loc });
}

/** A commitment that the client made itself can be screened by nobody but an attester outside, and no template names one. */
async function checkCommitment(deps: Dependencies, input: InstructionCreate): Promise<void> {
  const commitment = input.party.wallet_commitment;
  if (commitment == null) return;
  const loc = ["body", "party", "wallet_commitment"];
  const used = await deps.db
    .selectFrom("keystone.party")
    .select("id")
    .where((eb) => eb.or([eb("wallet_commitment", "=", commitment), eb("entity_commitment", "=", commitment)]))
    .executeTakeFirst();
  if (used !== undefined) {
    throw new ApiError("commitment_reused", "The commitment was used before; draw a fresh secret for every trade", {
      loc,
    });
  }
  const detail = "The template names no outside attester who could screen this commitment; leave wallet_commitment out";
  throw new ApiError("commitment_not_screenable", detail, { loc });
}

function checkChains(template: Template, legs: InstructionLegJson[]): void {
  const { config } = template;
  const chains = [...new Set(legs.map((leg) => leg.chain_id))];
  if (config.chains === "single" && chains.length > 1) {
    const detail = `${template.slug} settles on one chain; the legs name ${chains.join(" and ")}`;
    throw new ApiError("chains_not_allowed", detail, { loc: ["body", "legs"] });
  }
}

function checkLegTypes(template: Template, legs: InstructionLegJson[]): void {
  const listed = new Set(legs.map((leg) => leg.leg_type ?? leg.default_leg_type));
  const missing = template.config.required_leg_types.find((type) => !listed.has(type));
  if (missing === undefined) return;
  throw new ApiError("leg_type_missing", `Missing required leg type: ${missing}`, { loc: ["body", "legs"] });
}
