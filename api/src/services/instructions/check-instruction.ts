import type { FeeMode } from "@keystoneos/protocol";
import type { InstructionLegJson } from "@keystoneos/store";
import type { Caller } from "../../auth/caller.ts";
import type { Dependencies } from "../../context.ts";
import { ApiError } from "../../errors/api-error.ts";
import type { InstructionCreate } from "../../schemas/instruction.ts";
import type { ResolvedInstrument } from "../instruments/resolve-instrument.ts";
import { assertServed } from "../instruments/resolve-instrument.ts";
import type { Template } from "../templates/find-template.ts";
import { type BroughtCommitment, checkCommitments } from "../trades/check-commitments.ts";
import { checkChains, checkLegTypes } from "../trades/check-legs.ts";
import { checkPayment, checkRepo, type RepoTerms } from "../trades/check-repo.ts";
import { chooseTemplate } from "../trades/choose-template.ts";
import { feesOf, resolveLegs } from "../trades/resolve-legs.ts";

/** An instruction that makes sense by itself, whatever the other side will say. */
export interface CheckedInstruction {
  template: Template;
  legs: InstructionLegJson[];
  learned: ResolvedInstrument[];
  /** No receive leg was listed. */
  open: boolean;
  feeMode: FeeMode;
  /** Null for a trade that is no repo. */
  repo: RepoTerms | null;
  commitments: BroughtCommitment[];
}

/** Every check at submission that needs no lock; the timeout is judged under it. Throws ApiError 422, ValidationError. */
export async function checkInstruction(
  deps: Dependencies,
  caller: Caller,
  input: InstructionCreate,
): Promise<CheckedInstruction> {
  const template = await chooseTemplate(deps, { slug: input.template_slug });
  const { config } = template;
  if (!config.required_roles.includes(input.role)) {
    const roles = config.required_roles.join(", ");
    throw new ApiError("role_unknown", `Unknown role ${input.role}; the template has ${roles}`, {
      loc: ["body", "role"],
    });
  }
  const repo = checkRepo(config, input);
  const party = { party: input.party, loc: ["body", "party"] };
  const commitments = await checkCommitments(deps, config, [party], repo !== null);
  if (input.party.chain_id != null) assertServed(deps.deployment, input.party.chain_id, ["body", "party", "chain_id"]);
  if (!input.legs.some((leg) => leg.direction === "deliver")) {
    throw new ApiError("deliver_leg_required", "List at least one leg with direction deliver", {
      loc: ["body", "legs"],
    });
  }
  const fees = feesOf(config, input.fee_mode);
  const sent = input.legs.map((leg) => ({ leg, partyChainId: input.party.chain_id }));
  const { legs, learned } = await resolveLegs(deps, caller.environmentId, sent, fees);
  const open = legs.every((leg) => leg.direction === "deliver");
  checkChains(template, legs);
  const typed = legs.map((leg) => ({ leg, type: leg.leg_type ?? leg.default_leg_type }));
  if (!open)
    checkLegTypes(
      template,
      typed.map(({ type }) => type),
    );
  if (repo !== null) {
    const payments = typed.flatMap(({ leg, type }) => (type === "payment" ? [leg] : []));
    checkPayment(repo, payments, !open);
  }
  return { template, legs, learned, open, feeMode: fees.mode, repo, commitments };
}
