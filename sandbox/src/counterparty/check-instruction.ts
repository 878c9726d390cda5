import type { CallerApi } from "../api/caller-api.ts";
import type { Instruction, InstructionLeg } from "../api/shapes.ts";
import { canFillToken, chainFailure } from "../chain/fill.ts";
import type { Dependencies } from "../context.ts";
import { SandboxError } from "../errors.ts";
import { groundOf } from "../ground.ts";
import type { Script } from "../http/schemas.ts";
import { boundedQuantity } from "../quantity.ts";

const refused = (code: string, detail: string, ...field: (string | number)[]) =>
  new SandboxError(422, code, detail, { loc: ["instruction", ...field] });

/**
 * Whether the counterparty can play the other side of an instruction to its end. Resolves to the role that is left for it. Throws
 * SandboxError 409, 422 naming the field of the instruction.
 */
export async function checkInstruction(deps: Dependencies, instruction: Instruction, script: Script): Promise<string> {
  const { status, counterparty_platform_slug: named, template_slug, open, legs } = instruction;
  if (status !== "pending_match") {
    const detail = `The instruction is ${status}; submit another one and send its id`;
    throw new SandboxError(409, "instruction_not_pending", detail, { loc: ["body", "instruction_id"] });
  }
  const slug = await deps.own.platformSlug();
  if (named !== null && named !== slug) {
    const detail = `The instruction is for ${named}; leave the field out, or name ${slug}`;
    throw refused("other_counterparty", detail, "counterparty_platform_slug");
  }
  if (open) {
    throw refused("receive_leg_required", "List what you receive too: the counterparty can only mirror it", "legs");
  }
  for (const [position, leg] of legs.entries())
    groundOf(deps, leg.chain_id, ["instruction", "legs", position, "chain_id"]);
  if (script !== "match_only") await checkTokens(deps, instruction);
  const roles = await deps.own.rolesOf(template_slug);
  const left = roles?.filter((role) => role !== instruction.role) ?? [];
  if (left.length === 1) return left[0] as string;
  throw refused("template_unsupported", "The template leaves no single role for the counterparty", "template_slug");
}

/** What it will have to pay: the caller's receive legs, and of a repo everything, one way or the other. */
async function checkTokens(deps: Dependencies, instruction: Instruction): Promise<void> {
  const repo = instruction.settlement_category !== null;
  for (const [position, leg] of instruction.legs.entries()) {
    if (leg.direction === "receive" || repo) await checkToken(deps, leg, leg.quantity, ["legs", position], "quantity");
    if (repo && leg.leg_type === "payment" && instruction.repayment_amount !== null) {
      await checkToken(deps, leg, instruction.repayment_amount, [], "repayment_amount");
    }
  }
}

async function checkToken(
  deps: Dependencies,
  leg: InstructionLeg,
  quantity: string,
  at: (string | number)[],
  field: string,
): Promise<void> {
  if (leg.token_standard !== "ERC-20") {
    const detail = `The counterparty pays in ERC-20 tokens only, not in ${leg.token_standard}`;
    throw refused("token_standard_unsupported", detail, ...at, "token_standard");
  }
  const amount = boundedQuantity(quantity, leg.decimals, deps.maxQuantity, ["instruction", ...at, field]);
  const { faucet, counterparty } = groundOf(deps, leg.chain_id, ["instruction", ...at]);
  const can = await canFillToken(faucet, leg.token_address, counterparty.address, amount).catch((error: unknown) => {
    throw chainFailure(leg.chain_id, error);
  });
  if (can) return;
  const detail = `The sandbox can neither mint ${leg.token_address} on chain ${leg.chain_id} nor has so much of it`;
  throw refused("token_not_available", detail, ...at, "instrument_id");
}

/** The types that the caller's own registry gives to legs without one: the counterparty has other entries, or none. */
export function legTypesOf(
  caller: CallerApi,
  { legs }: Instruction,
): Promise<(InstructionLeg["leg_type"] | undefined)[]> {
  return Promise.all(
    legs.map(async ({ leg_type, token_address, chain_id }) => {
      if (leg_type !== null) return leg_type;
      const entries = await caller.instruments({ token_address, chain_id });
      const typed = entries.filter((entry) => entry.leg_type !== null);
      return (typed.find(({ environment_id }) => environment_id !== null) ?? typed[0])?.leg_type;
    }),
  );
}
