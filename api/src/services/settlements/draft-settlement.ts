import { randomUUID } from "node:crypto";
import {
  compileRuleset,
  type Deployment,
  type EntityRecord,
  entityCommitment,
  grossUp,
  hashTerms,
  type Leg,
  randomSecret,
  refFromUuid,
  type TemplateConfig,
  type Terms,
  TokenStandard,
  type TokenStandardName,
  validateTerms,
  walletCommitment,
  ZERO_BYTES32,
} from "@keystoneos/protocol";
import type { Hex } from "viem";
import { marginFor } from "../instructions/check-timeout.ts";
import { earlier } from "../matching/first-difference.ts";
import { type AgreedLeg, pairLegs } from "../matching/pair-legs.ts";
import type { Side } from "../matching/side.ts";
import { unixSeconds } from "../time.ts";

/** A party of the settlement to be, with its fresh commitments and what opens them. */
interface DraftParty {
  id: string;
  side: Side;
  entityCommitment: Hex;
  entitySecret: Hex;
  walletCommitment: Hex;
  walletSecret: Hex;
}

/** Everything that is fixed at a match. */
export interface SettlementDraft {
  id: string;
  terms: Terms;
  settlementHash: Hex;
  /** In the order of the template's roles. */
  parties: DraftParty[];
  legs: AgreedLeg[];
  timeoutAt: Date;
  depositDeadline: Date;
}

/**
 * The settlement of two compatible sides, secrets drawn and terms computed; nothing is stored. Null when the contracts would refuse
 * such terms: too many legs together, or a fee recipient that is the token.
 */
export function draftSettlement(
  deployment: Deployment,
  config: TemplateConfig,
  sides: readonly [Side, Side],
): SettlementDraft | null {
  const legs = pairLegs(sides, config.required_roles);
  if (legs === null) return null;
  const id = randomUUID();
  const parties = config.required_roles.map((role) => draftParty(sides.find((side) => side.role === role) as Side));
  const timeoutAt = earlier(sides[0].timeoutAt, sides[1].timeoutAt);
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
    ruleset: config.on_chain.ruleset_id,
    parties: parties.flatMap((party) => [party.entityCommitment, party.walletCommitment]),
    legs: legs.map((leg) => termsLeg(deployment, config, leg, sides[0])),
    depositDeadline: unixSeconds(depositDeadline),
    settleDeadline: unixSeconds(timeoutAt),
    attesters: config.on_chain.attesters,
    threshold: config.on_chain.threshold,
    operator: config.on_chain.operator,
    parent: ZERO_BYTES32,
    notBefore: 0,
  };
  const fault = validateTerms(terms, {
    chainIds: deployment.chains.map((chain) => chain.chainId),
    coordinatorChainId: deployment.coordinatorChainId,
    coordinator: deployment.contracts.coordinator,
    escrow: deployment.contracts.escrow,
    ruleset: compileRuleset(config),
  });
  if (fault !== null) return null;
  return { id, terms, settlementHash: hashTerms(terms), parties, legs, timeoutAt, depositDeadline };
}

function draftParty(side: Side): DraftParty {
  const [entitySecret, walletSecret] = [randomSecret(), randomSecret()];
  return {
    id: randomUUID(),
    side,
    entitySecret,
    entityCommitment: entityCommitment(entitySecret, entityRecord(side)),
    walletSecret,
    walletCommitment: walletCommitment(walletSecret, side.party.wallet_address),
  };
}

/** What an attester is shown of a party together with the secret. */
function entityRecord(side: Side): EntityRecord {
  const { external_reference, name } = side.party;
  return { external_reference, name: name ?? "", platform: side.platformSlug };
}

const STANDARDS: Record<TokenStandardName, number> = {
  "ERC-20": TokenStandard.ERC20,
  "ERC-721": TokenStandard.ERC721,
  "ERC-1155": TokenStandard.ERC1155,
  "ERC-1400": TokenStandard.ERC1400,
  "ERC-3643": TokenStandard.ERC3643,
};

function termsLeg(deployment: Deployment, config: TemplateConfig, agreed: AgreedLeg, side: Side): Leg {
  const { leg } = agreed;
  const wallet = (role: string) => 2 * config.required_roles.indexOf(role) + 1;
  const quantity = BigInt(leg.amount);
  const priced = agreed.legType === "payment" ? grossUp(quantity, config.fees.bps, side.feeMode) : null;
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
