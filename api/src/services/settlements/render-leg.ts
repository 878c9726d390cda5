import { TokenStandard, type TokenStandardName } from "@keystoneos/protocol";
import type { Row } from "@keystoneos/store";
import type { LegRead } from "../../schemas/leg.ts";
import { showAddress } from "../../schemas/primitives.ts";
import { showTime } from "../time.ts";
import type { LoadedSettlement } from "./load-settlements.ts";
import { isOwn, type RenderContext } from "./render-context.ts";

const STANDARD_NAMES: Record<number, TokenStandardName> = {
  [TokenStandard.ERC20]: "ERC-20",
  [TokenStandard.ERC721]: "ERC-721",
  [TokenStandard.ERC1400]: "ERC-1400",
  [TokenStandard.ERC3643]: "ERC-3643",
  [TokenStandard.ERC1155]: "ERC-1155",
};

/** The leg of the terms at a position. */
export function termsLegAt({ row }: LoadedSettlement, legIndex: number) {
  const leg = row.terms.legs[legIndex];
  if (leg === undefined) throw new Error(`settlement ${row.id} has no leg ${legIndex} in its terms`);
  return leg;
}

export function standardName(standard: number): TokenStandardName {
  const name = STANDARD_NAMES[standard];
  if (name === undefined) throw new Error(`unknown token standard ${standard}`);
  return name;
}

export function renderLeg(leg: Row<"leg">, loaded: LoadedSettlement, context: RenderContext): LegRead {
  const { row, parties, chain } = loaded;
  const agreed = termsLegAt(loaded, leg.leg_index);
  const fact = chain.legs.get(leg.leg_index);
  const depositor = parties.find((party) => party.role === leg.party_role);
  const own = depositor !== undefined && isOwn(context.caller, depositor);
  const standard = standardName(agreed.standard);
  const depositorCommitment = row.terms.parties[agreed.from] as `0x${string}`;
  return {
    id: leg.id,
    settlement_id: leg.settlement_id,
    leg_index: leg.leg_index,
    leg_type: leg.leg_type,
    instrument_id: leg.instrument_id,
    quantity: leg.quantity,
    direction: "deliver",
    party_role: leg.party_role,
    counterparty_role: leg.counterparty_role,
    chain_id: Number(agreed.chainId),
    escrow_address: agreed.escrow,
    token_address: agreed.token,
    token_standard: standard,
    token_id: standard === "ERC-721" || standard === "ERC-1155" ? agreed.tokenId : null,
    partition: standard === "ERC-1400" ? agreed.partition : null,
    decimals: leg.decimals,
    amount: agreed.amount,
    fees: agreed.fees,
    depositor_commitment: depositorCommitment,
    recipient_commitment: row.terms.parties[agreed.to] as `0x${string}`,
    deposit_key: depositorCommitment,
    deposit_secret: own ? (context.secrets.get(depositor.id) ?? null) : null,
    status: fact?.status ?? "pending",
    claimable_reason: fact?.claimable_reason ?? null,
    depositor: fact?.depositor == null ? null : showAddress(fact.depositor),
    recipient: fact?.recipient == null ? null : showAddress(fact.recipient),
    deposit_tx_hash: fact?.deposit_tx_hash ?? null,
    release_tx_hash: fact?.release_tx_hash ?? null,
    external_reference: own ? leg.external_reference : null,
    created_at: showTime(leg.created_at),
    updated_at: showTime(leg.updated_at),
  };
}
