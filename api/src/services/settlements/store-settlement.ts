import { termsToJson } from "@keystoneos/protocol";
import { type NewRow, type StoreTransaction, sealSecret } from "@keystoneos/store";
import { traceparent } from "@keystoneos/telemetry";
import { type Address, zeroHash } from "viem";
import type { Dependencies } from "../../context.ts";
import { recordSettlementEvents } from "../events/record-settlement-events.ts";
import type { Side } from "../matching/side.ts";
import type { Template } from "../templates/find-template.ts";
import type { SettlementDraft } from "./draft-settlement.ts";

export interface NewSettlement {
  draft: SettlementDraft;
  template: Template;
  /** Whose instruction came first; the settlement belongs to its environment. */
  first: Side;
  second: Side;
  tradeReference: string;
  /** The time of the match. */
  now: Date;
}

/** Stores a settlement with parties, legs, sealed secrets, the relayer's intent and its first event, as part of `trx`. */
export async function storeSettlement(deps: Dependencies, trx: StoreTransaction, input: NewSettlement): Promise<void> {
  const { draft, template, first, second, now } = input;
  const stamps = { created_at: now, updated_at: now };
  await trx
    .insertInto("keystone.settlement")
    .values({
      id: draft.id,
      platform_id: first.platformId,
      environment_id: first.environmentId,
      template_id: template.id,
      template_slug: template.slug,
      settlement_type: first.platformId === second.platformId ? "single_platform" : "cross_platform",
      trade_reference: input.tradeReference,
      fee_mode: first.feeMode,
      settlement_hash: draft.settlementHash,
      terms: JSON.stringify(termsToJson(draft.terms)),
      timeout_at: draft.timeoutAt,
      deposit_deadline: draft.depositDeadline,
      ...stamps,
    })
    .execute();
  await trx.insertInto("keystone.party").values(partyRows(draft, stamps)).execute();
  await trx.insertInto("keystone.leg").values(legRows(draft, stamps)).execute();
  await trx.insertInto("keystone.commitment_secret").values(secretRows(deps, draft)).execute();
  await trx
    .insertInto("keystone.intent")
    .values({ settlement_id: draft.id, kind: "settle", traceparent: traceparent(), ...stamps })
    .execute();
  await deps.queue.enqueueSettlement(trx, draft.id);
  // A repo's closing is instructed when it leaves AWAITING_MATURITY, which the chain tells.
  if (draft.terms.parent !== zeroHash) return;
  await recordSettlementEvents(trx, [
    {
      settlementId: draft.id,
      event: "settlement.state.instructed",
      at: now,
      chain: null,
      entered: { state: "INSTRUCTED", previous: null },
    },
  ]);
}

type Stamps = { created_at: Date; updated_at: Date };

function partyRows(draft: SettlementDraft, stamps: Stamps): NewRow<"party">[] {
  return draft.parties.map(({ id, side, ...commitments }, position) => ({
    id,
    settlement_id: draft.id,
    position,
    role: side.role,
    platform_id: side.platformId,
    environment_id: side.environmentId,
    instruction_id: side.instructionId,
    idempotency_key: side.idempotencyKey,
    name: side.party.name,
    external_reference: side.party.external_reference,
    wallet_address: side.party.wallet_address.toLowerCase() as Address,
    chain_id: side.party.chain_id,
    asset_provider: side.party.asset_provider,
    entity_commitment: commitments.entityCommitment,
    wallet_commitment: commitments.walletCommitment,
    open: side.open,
    ...stamps,
  }));
}

function legRows(draft: SettlementDraft, stamps: Stamps): NewRow<"leg">[] {
  return draft.legs.map(({ leg, legType, partyRole, counterpartyRole }, index) => ({
    settlement_id: draft.id,
    leg_index: index,
    leg_type: legType,
    instrument_id: leg.instrument_id,
    quantity: leg.quantity,
    party_role: partyRole,
    counterparty_role: counterpartyRole,
    decimals: leg.decimals,
    external_reference: leg.external_reference,
    ...stamps,
  }));
}

function secretRows(deps: Dependencies, draft: SettlementDraft): NewRow<"commitment_secret">[] {
  return draft.parties.flatMap((party) =>
    (["entity", "wallet"] as const).map((kind) => {
      const owner = { settlementId: draft.id, partyId: party.id, kind };
      const secret = kind === "entity" ? party.entitySecret : party.walletSecret;
      return { settlement_id: draft.id, party_id: party.id, kind, ...sealSecret(deps.keyring, owner, secret) };
    }),
  );
}
