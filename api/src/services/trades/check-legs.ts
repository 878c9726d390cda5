import type { LegType } from "@keystoneos/store";
import { ApiError } from "../../errors/api-error.ts";
import type { Template } from "../templates/find-template.ts";

/** Legs lie on the chains that the template allows. Throws ApiError 422. */
export function checkChains(template: Template, legs: readonly { chain_id: number }[]): void {
  const chains = [...new Set(legs.map((leg) => leg.chain_id))];
  if (template.config.chains === "any" || chains.length <= 1) return;
  const detail = `${template.slug} settles on one chain; the legs name ${chains.join(" and ")}`;
  throw new ApiError("chains_not_allowed", detail, { loc: ["body", "legs"] });
}

/** Legs cover the types that the template requires. Throws ApiError 422. */
export function checkLegTypes({ config }: Template, types: readonly LegType[]): void {
  const missing = config.required_leg_types.find((type) => !types.includes(type));
  if (missing === undefined) return;
  throw new ApiError("leg_type_missing", `Missing required leg type: ${missing}`, { loc: ["body", "legs"] });
}
