import type { Instruction, InstructionLeg } from "../api/shapes.ts";
import { SCRIPTS, type Script } from "../http/schemas.ts";

/** The name of the counterparty's party; the script "flagged" gives none, which the platform's screening flags. */
const PARTY_NAME = "Sandbox Counterparty";

/**
 * What the counterparty has done is in the platform's own records and nowhere else: one instruction for each of the callers', found by
 * this key, and its script in the party's reference. So any number of requests makes one, and a restart forgets nothing.
 */
export const keyOf = (instructionId: string): string => `sandbox-${instructionId}`;

const REFERENCE = "sandbox:";

/** The script that a party of the counterparty's own plays; undefined for a party that is none of the sandbox's. */
export function scriptOf(externalReference: string | null): Script | undefined {
  return SCRIPTS.find((script) => externalReference === `${REFERENCE}${script}`);
}

export interface MirrorOptions {
  /** The other required role of the template. */
  role: string;
  wallet: string;
  script: Script;
  /** Of the caller's registry: a leg without a type of its own has its instrument's. By position of the leg. */
  legTypes: readonly (InstructionLeg["leg_type"] | undefined)[];
}

/** The other side of an instruction: the same trade, seen from the other role. */
export function mirrorOf(instruction: Instruction, { role, wallet, script, legTypes }: MirrorOptions) {
  return {
    template_slug: instruction.template_slug,
    role,
    trade_reference: instruction.trade_reference,
    timeout_at: instruction.timeout_at,
    party: {
      external_reference: `${REFERENCE}${script}`,
      name: script === "flagged" ? null : PARTY_NAME,
      wallet_address: wallet,
    },
    legs: instruction.legs.map((leg, position) => mirrorLeg(leg, legTypes[position])),
    fee_mode: instruction.fee_mode,
    settlement_category: instruction.settlement_category,
    maturity_at: instruction.maturity_at,
    repayment_amount: instruction.repayment_amount,
    repo_rate: instruction.repo_rate,
  };
}

/** By address, since an alias may be the caller's alone. */
function mirrorLeg(leg: InstructionLeg, legType: InstructionLeg["leg_type"] | undefined) {
  return {
    instrument_id: leg.token_address,
    chain_id: leg.chain_id,
    token_standard: leg.token_standard,
    token_id: leg.token_id,
    partition: leg.partition,
    quantity: leg.quantity,
    leg_type: leg.leg_type ?? legType ?? null,
    direction: leg.direction === "deliver" ? ("receive" as const) : ("deliver" as const),
  };
}
