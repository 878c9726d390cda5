import { type FeeMode, termsToJson } from "@keystoneos/protocol";
import { type NewRow, sealSecret } from "@keystoneos/store";
import { traceparent } from "@keystoneos/telemetry";
import type { Address } from "viem";
import type { Dependencies } from "../../context.ts";
import type { Template } from "../templates/find-template.ts";
import type { RepoTerms } from "../trades/check-repo.ts";
import type { SettlementDraft } from "./draft-settlement.ts";

/** What a trade's settlements have in common. */
export interface TradeRecord {
  template: Template;
  /** To whom the settlements belong: whose instruction came first, or who made them. */
  owner: { platformId: string; environmentId: string };
  feeMode: FeeMode;
  /** Null for a trade that is no repo. */
  repo: RepoTerms | null;
  /** Null without instructions. */
  tradeReference: string | null;
  /** Only without instructions. */
  externalReference: string | null;
  /** As the first event names who made it. */
  createdBy: string;
  /** When it was agreed. */
  now: Date;
}

export interface NewSettlement extends TradeRecord {
  draft: SettlementDraft;
  /** Of a repo's closing: its opening. */
  parentId: string | null;
}

/** What a new settlement is in each table. */
export interface SettlementRows {
  settlement: NewRow<"settlement">;
  parties: (NewRow<"party"> & { id: string })[];
  legs: NewRow<"leg">[];
  secrets: NewRow<"commitment_secret">[];
  /** That the relayer settles it. */
  intent: NewRow<"intent">;
}

/** A settlement with parties, legs, sealed secrets and the relayer's intent, nothing stored. */
export function settlementRows(deps: Dependencies, input: NewSettlement): SettlementRows {
  const { draft, now } = input;
  const stamps = { created_at: now, updated_at: now };
  return {
    settlement: settlementRow(input, stamps),
    parties: partyRows(input, stamps),
    legs: legRows(draft, stamps),
    secrets: secretRows(deps, draft),
    intent: { settlement_id: draft.id, kind: "settle", traceparent: traceparent(), ...stamps },
  };
}

type Stamps = { created_at: Date; updated_at: Date };

function settlementRow(input: NewSettlement, stamps: Stamps): NewRow<"settlement"> {
  const { draft, template, owner, repo, parentId } = input;
  const platforms = new Set(draft.parties.map(({ of }) => of.platformId));
  return {
    id: draft.id,
    platform_id: owner.platformId,
    environment_id: owner.environmentId,
    template_id: template.id,
    template_slug: template.slug,
    settlement_type: platforms.size === 1 ? "single_platform" : "cross_platform",
    settlement_category: repo === null ? null : parentId === null ? "repo_open" : "repo_close",
    parent_settlement_id: parentId,
    maturity_at: repo?.maturityAt ?? null,
    repayment_amount: repo?.repaymentAmount ?? null,
    trade_reference: input.tradeReference,
    external_reference: input.externalReference,
    created_by: input.createdBy,
    fee_mode: input.feeMode,
    settlement_hash: draft.settlementHash,
    terms: JSON.stringify(termsToJson(draft.terms)),
    timeout_at: draft.timeoutAt,
    deposit_deadline: draft.depositDeadline,
    ...stamps,
  };
}

/** A closing has no instruction and no key of its own: it came with its opening. */
function partyRows({ draft, parentId }: NewSettlement, stamps: Stamps): SettlementRows["parties"] {
  return draft.parties.map(({ id, of, ...commitments }, position) => ({
    id,
    settlement_id: draft.id,
    position,
    role: of.role,
    platform_id: of.platformId,
    environment_id: of.environmentId,
    instruction_id: parentId === null ? of.instructionId : null,
    idempotency_key: parentId === null ? of.idempotencyKey : null,
    name: of.party.name,
    external_reference: of.party.external_reference,
    wallet_address: of.party.wallet_address.toLowerCase() as Address,
    chain_id: of.party.chain_id,
    asset_provider: of.party.asset_provider,
    entity_commitment: commitments.entityCommitment,
    wallet_commitment: commitments.walletCommitment,
    open: of.open,
    repo_rate: of.repoRate,
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
    (["entity", "wallet"] as const).flatMap((kind) => {
      const owner = { settlementId: draft.id, partyId: party.id, kind };
      const secret = kind === "entity" ? party.entitySecret : party.walletSecret;
      if (secret === null) return [];
      return [{ settlement_id: draft.id, party_id: party.id, kind, ...sealSecret(deps.keyring, owner, secret) }];
    }),
  );
}
