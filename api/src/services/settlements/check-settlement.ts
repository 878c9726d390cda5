import { type FeeMode, MAX_LEGS, type TemplateConfig } from "@keystoneos/protocol";
import type { Caller } from "../../auth/caller.ts";
import type { Dependencies } from "../../context.ts";
import { ApiError } from "../../errors/api-error.ts";
import { ValidationError } from "../../errors/validation.ts";
import type { SettlementCreate } from "../../schemas/settlement-create.ts";
import { assertServed, type ResolvedInstrument } from "../instruments/resolve-instrument.ts";
import { type AgreedLeg, type ListedLeg, pairLegs } from "../matching/pair-legs.ts";
import type { Template } from "../templates/find-template.ts";
import { type BroughtCommitment, checkCommitments } from "../trades/check-commitments.ts";
import { checkChains, checkLegTypes } from "../trades/check-legs.ts";
import { checkPayment, checkRepo, type RepoTerms } from "../trades/check-repo.ts";
import { chooseTemplate } from "../trades/choose-template.ts";
import { feesOf, resolveLegs } from "../trades/resolve-legs.ts";
import { type NamedLeg, nameEnds } from "./name-ends.ts";

/** A settlement that makes sense by itself. */
export interface CheckedSettlement {
  template: Template;
  /** The body's parties in the order in which they enter the terms. */
  parties: SettlementCreate["parties"];
  /** In on-chain order. */
  legs: AgreedLeg[];
  learned: ResolvedInstrument[];
  feeMode: FeeMode;
  /** Null for a trade that is no repo. */
  repo: RepoTerms | null;
  commitments: BroughtCommitment[];
}

/** Every check that needs no clock. Throws ApiError 422, ValidationError. */
export async function checkSettlement(
  deps: Dependencies,
  caller: Caller,
  input: SettlementCreate,
): Promise<CheckedSettlement> {
  const { template_slug: slug, template_id: id } = input;
  const template = await chooseTemplate(deps, slug != null ? { slug } : { id: id as string });
  const { config } = template;
  const parties = orderParties(config, input.parties);
  const repo = checkRepo(config, input);
  const located = input.parties.map((party, index) => ({ party, loc: ["body", "parties", index] }));
  const commitments = await checkCommitments(deps, config, located, repo !== null);
  for (const { party, loc } of located) {
    if (party.chain_id != null) assertServed(deps.deployment, party.chain_id, [...loc, "chain_id"]);
  }
  const named = nameEnds(input);
  checkDeliveries(config, named);
  const fees = feesOf(config, input.fee_mode);
  const sent = named.map(({ leg, partyRole }) => ({
    leg,
    partyChainId: parties.find(({ role }) => role === partyRole)?.chain_id,
  }));
  const resolved = await resolveLegs(deps, caller.environmentId, sent, fees);
  const listed = named.map((each, index): ListedLeg => ({ ...each, leg: resolved.legs[index] as ListedLeg["leg"] }));
  const legs = balance(listed, parties);
  checkChains(template, resolved.legs);
  checkLegTypes(
    template,
    legs.map(({ legType }) => legType),
  );
  if (repo !== null) {
    const payments = legs.filter(({ legType }) => legType === "payment").map(({ leg }) => leg);
    checkPayment(repo, payments, true);
  }
  return { template, parties, legs, learned: resolved.learned, feeMode: fees.mode, repo, commitments };
}

/** The template's roles in its order, then further ones as sent. */
function orderParties({ required_roles }: TemplateConfig, parties: SettlementCreate["parties"]) {
  const repeated = parties.findIndex(({ role }, index) => parties.findIndex((other) => other.role === role) < index);
  if (repeated >= 0) {
    const msg = "Role should be another one than those of the parties before";
    throw new ValidationError([{ loc: ["body", "parties", repeated, "role"], msg, type: "role_repeated" }]);
  }
  const missing = required_roles.find((role) => !parties.some((party) => party.role === role));
  if (missing !== undefined) {
    throw new ApiError("role_missing", `Missing required role: ${missing}`, { loc: ["body", "parties"] });
  }
  const rank = ({ role }: { role: string }) => {
    const position = required_roles.indexOf(role);
    return position < 0 ? required_roles.length : position;
  };
  return parties.toSorted((a, b) => rank(a) - rank(b));
}

/** Whoever the template names gives something, and all of it is no more than the contracts hold. */
function checkDeliveries({ required_roles }: TemplateConfig, named: readonly NamedLeg[]): void {
  const delivered = named.filter(({ leg }) => leg.direction === "deliver");
  const loc = ["body", "legs"];
  if (delivered.length === 0) {
    throw new ApiError("deliver_leg_required", "List at least one leg with direction deliver", { loc });
  }
  const idle = required_roles.find((role) => !delivered.some(({ partyRole }) => partyRole === role));
  if (idle !== undefined) {
    throw new ApiError("deliver_leg_required", `List a leg with direction deliver and party_role ${idle}`, { loc });
  }
  if (delivered.length <= MAX_LEGS) return;
  const msg = `A settlement holds at most ${MAX_LEGS} legs with direction deliver`;
  throw new ValidationError([{ loc, msg, type: "too_long" }]);
}

function balance(listed: readonly ListedLeg[], parties: SettlementCreate["parties"]): AgreedLeg[] {
  const { legs, unpaired } = pairLegs(
    listed,
    parties.map(({ role }) => role),
  );
  const [first] = unpaired;
  if (first === undefined) return legs;
  const detail = `${first.partyRole} receives what ${first.counterpartyRole} does not deliver; list both, alike, or neither`;
  throw new ApiError("legs_unbalanced", detail, { loc: ["body", "legs", listed.indexOf(first)] });
}
