import { randomUUID } from "node:crypto";
import {
  type Deployment,
  type EntityRecord,
  entityCommitment,
  type FeeMode,
  grossUp,
  hashTerms,
  type Leg,
  randomSecret,
  refFromUuid,
  type TemplateConfig,
  type Terms,
  type TermsFault,
  TokenStandard,
  type TokenStandardName,
  templateRuleset,
  validateTerms,
  walletCommitment,
  ZERO_BYTES32,
} from "@keystoneos/protocol";
import type { Address, Hex } from "viem";
import type { AgreedLeg } from "../matching/pair-legs.ts";
import type { TradeParty } from "../matching/side.ts";
import { unixSeconds } from "../time.ts";
import { marginFor } from "../trades/check-timeout.ts";

/** What one settlement is made of. */
export interface Blueprint {
  config: TemplateConfig;
  ruleset: Hex;
  operator: Address;
  /** In the order in which they enter the terms. */
  parties: readonly TradeParty[];
  /** In on-chain order. */
  legs: readonly AgreedLeg[];
  /** Null where nobody takes fees. */
  feeMode: FeeMode | null;
  timeoutAt: Date;
  /** Which commitment of a party counts, where it has made one itself. */
  brought: "wallet_commitment" | "closing_wallet_commitment";
  /** Of a repo's closing. */
  parent: { id: string; settlementHash: Hex; maturityAt: Date } | null;
}

/** A party of the settlement to be, with its fresh commitments and what opens them. */
interface DraftParty {
  id: string;
  of: TradeParty;
  entityCommitment: Hex;
  entitySecret: Hex;
  walletCommitment: Hex;
  /** Null where the party has made the commitment and keeps what opens it. */
  walletSecret: Hex | null;
}

/** Everything that is fixed when a settlement is agreed. */
export interface SettlementDraft {
  id: string;
  terms: Terms;
  settlementHash: Hex;
  /** In the order of the terms. */
  parties: DraftParty[];
  legs: readonly AgreedLeg[];
  timeoutAt: Date;
  depositDeadline: Date;
}

/** The settlement of a blueprint, secrets drawn and terms computed, nothing stored; or why the contracts would refuse its terms. */
export function draftSettlement(deployment: Deployment, blueprint: Blueprint): SettlementDraft | TermsFault {
  const { config, legs, timeoutAt, parent } = blueprint;
  const id = randomUUID();
  const parties = blueprint.parties.map((party) => draftParty(party, blueprint.brought));
  const margin = marginFor(
    legs.map(({ leg }) => leg),
    deployment.coordinatorChainId,
    config.on_chain.message_margin_seconds,
  );
  const depositDeadline = new Date(timeoutAt.getTime() - margin * 1000);
  const terms: Terms = {
    ref: refFromUuid(id),
    chainId: BigInt(deployment.coordinatorChainId),
    coordinator: deployment.contracts.coordinator,
    ruleset: blueprint.ruleset,
    parties: parties.flatMap((party) => [party.entityCommitment, party.walletCommitment]),
    legs: legs.map((leg) => termsLeg(deployment, blueprint, leg)),
    depositDeadline: unixSeconds(depositDeadline),
    settleDeadline: unixSeconds(timeoutAt),
    attesters: config.on_chain.attesters,
    threshold: config.on_chain.threshold,
    operator: blueprint.operator,
    parent: parent?.settlementHash ?? ZERO_BYTES32,
    notBefore: parent === null ? 0 : unixSeconds(parent.maturityAt),
  };
  const fault = validateTerms(terms, {
    chainIds: deployment.chains.map((chain) => chain.chainId),
    coordinatorChainId: deployment.coordinatorChainId,
    coordinator: deployment.contracts.coordinator,
    escrow: deployment.contracts.escrow,
    ruleset: templateRuleset(config, terms.ruleset),
  });
  if (fault !== null) return fault;
  return { id, terms, settlementHash: hashTerms(terms), parties, legs, timeoutAt, depositDeadline };
}

function draftParty(of: TradeParty, kept: Blueprint["brought"]): DraftParty {
  const entitySecret = randomSecret();
  const brought = of.party[kept] ?? null;
  const walletSecret = brought === null ? randomSecret() : null;
  return {
    id: randomUUID(),
    of,
    entitySecret,
    entityCommitment: entityCommitment(entitySecret, entityRecord(of)),
    walletSecret,
    walletCommitment:
      walletSecret === null ? (brought as Hex) : walletCommitment(walletSecret, of.party.wallet_address),
  };
}

/** What an attester is shown of a party together with the secret. */
function entityRecord({ party, platformSlug }: TradeParty): EntityRecord {
  const { external_reference, name } = party;
  return { external_reference, name: name ?? "", platform: platformSlug };
}

const STANDARDS: Record<TokenStandardName, number> = {
  "ERC-20": TokenStandard.ERC20,
  "ERC-721": TokenStandard.ERC721,
  "ERC-1155": TokenStandard.ERC1155,
  "ERC-1400": TokenStandard.ERC1400,
  "ERC-3643": TokenStandard.ERC3643,
};

function termsLeg(deployment: Deployment, { config, parties, feeMode }: Blueprint, agreed: AgreedLeg): Leg {
  const { leg } = agreed;
  const wallet = (role: string) => 2 * parties.findIndex((party) => party.role === role) + 1;
  const quantity = BigInt(leg.amount);
  const priced = agreed.legType === "payment" && feeMode !== null ? grossUp(quantity, config.fees.bps, feeMode) : null;
  const recipient = config.fees.recipients[String(leg.chain_id)];
  return {
    chainId: BigInt(leg.chain_id),
    escrow: deployment.contracts.escrow,
    token: leg.token_address,
    standard: STANDARDS[leg.token_standard],
    tokenId: BigInt(leg.token_id ?? 0),
    amount: priced?.amount ?? quantity,
    partition: leg.partition ?? ZERO_BYTES32,
    from: wallet(agreed.partyRole),
    to: wallet(agreed.counterpartyRole),
    fees: priced === null || priced.fee === 0n || recipient === undefined ? [] : [{ recipient, amount: priced.fee }],
  };
}
