import type { InstructionPartyJson } from "@keystoneos/store";
import type { InstructionPartyInput } from "../../schemas/instruction.ts";

/** A party as sent, every field there. */
export function partyOf(input: InstructionPartyInput): InstructionPartyJson {
  return {
    external_reference: input.external_reference,
    wallet_address: input.wallet_address,
    name: input.name ?? null,
    chain_id: input.chain_id ?? null,
    asset_provider: input.asset_provider ?? null,
    wallet_commitment: input.wallet_commitment ?? null,
    closing_wallet_commitment: input.closing_wallet_commitment ?? null,
  };
}
