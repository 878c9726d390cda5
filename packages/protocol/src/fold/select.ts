import type { Hex } from "viem";
import { encodePacked, keccak256 } from "viem/utils";
import { type Clearance, clearance, type Statement } from "../gates/clearance.ts";
import type { CoordinatorRecord } from "../gates/next-transitions.ts";
import { stateName } from "../rulesets/state-name.ts";
import type { Ruleset } from "../rulesets/types.ts";
import { MAX_FEES_PER_LEG } from "../terms/bounds.ts";
import type { Terms } from "../terms/types.ts";
import { statementKey } from "./apply-registry.ts";
import type { ChainWorld, CoordinatorSettlement, EscrowSettlement, World } from "./world.ts";

/** The coordinator's chain. */
export function homeOf(world: World): ChainWorld {
  // emptyWorld made one for every chain of the deployment, the coordinator's among them.
  return world.chains.get(world.coordinatorChainId) as ChainWorld;
}

/** The coordinator's side of a settlement; undefined when the coordinator never spoke of it. */
export function settlementOf(world: World, settlementId: Hex): CoordinatorSettlement | undefined {
  return homeOf(world).settlements.get(settlementId);
}

/** What the coordinator's `stateOf` returns. */
export function recordOf(world: World, settlementId: Hex): CoordinatorRecord {
  const settlement = settlementOf(world, settlementId);
  return {
    created: settlement?.created ?? false,
    state: settlement?.state ?? 0,
    kind: settlement?.kind ?? 0,
    verdict: settlement?.verdict ?? 0,
    lockMask: maskOf(world, settlement?.lockReports ?? []),
    releaseMask: maskOf(world, settlement?.releaseReports ?? []),
  };
}

function maskOf(world: World, reports: readonly number[]): number {
  return reports.reduce((mask, chainId) => mask | (1 << world.chainIds.indexOf(chainId)), 0);
}

/** The ruleset of a created settlement. */
export function rulesetOf(world: World, settlementId: Hex): Ruleset | undefined {
  const id = settlementOf(world, settlementId)?.rulesetId;
  return id === null || id === undefined ? undefined : homeOf(world).rulesets.get(id);
}

/** Name of the present state; TIMED_OUT for a verdict on an id that was never created; null when nothing is known. */
export function stateNameOf(world: World, settlementId: Hex): string | null {
  const settlement = settlementOf(world, settlementId);
  const ruleset = rulesetOf(world, settlementId);
  if (settlement?.created && ruleset !== undefined) return stateName(ruleset, settlement.state);
  return settlement !== undefined && settlement.verdict !== 0 ? "TIMED_OUT" : null;
}

/** One escrow's side of a settlement; undefined when that escrow never spoke of it. */
export function escrowOf(world: World, chainId: number, settlementId: Hex): EscrowSettlement | undefined {
  return world.chains.get(chainId)?.escrows.get(settlementId);
}

/** The verdict as the escrow of a chain knows it: on the coordinator's chain the coordinator's own. */
export function verdictAt(world: World, chainId: number, settlementId: Hex): number {
  if (chainId === world.coordinatorChainId) return settlementOf(world, settlementId)?.verdict ?? 0;
  return escrowOf(world, chainId, settlementId)?.verdict ?? 0;
}

/** What the escrow stores of a settlement: its `stateOf`. Masks have one bit per leg, owed fees four bits, cursors two. */
export interface EscrowRecord {
  verdict: number;
  locked: boolean;
  deposited: number;
  paid: number;
  claimable: number;
  waived: number;
  feesOwed: bigint;
  feeCursor: number;
}

/** What the `stateOf` of a chain's escrow returns. */
export function escrowRecordOf(world: World, chainId: number, settlementId: Hex): EscrowRecord {
  const escrow = escrowOf(world, chainId, settlementId);
  const record: EscrowRecord = {
    verdict: verdictAt(world, chainId, settlementId),
    locked: escrow?.locked ?? false,
    deposited: 0,
    paid: 0,
    claimable: 0,
    waived: 0,
    feesOwed: 0n,
    feeCursor: 0,
  };
  for (const [index, leg] of escrow?.legs ?? []) {
    record.deposited |= 1 << index;
    if (leg.status !== "deposited") record.paid |= 1 << index;
    if (leg.claimableReason !== null) record.claimable |= 1 << index;
    if (leg.waived) record.waived |= 1 << index;
    for (const [fee, { status }] of leg.fees) {
      if (status === "owed") record.feesOwed |= 1n << BigInt(MAX_FEES_PER_LEG * index + fee);
    }
    // Two bits a leg fill all 32, the sign bit among them.
    record.feeCursor = (record.feeCursor | (leg.feeCursor << (2 * index))) >>> 0;
  }
  return record;
}

/** Where a leg stands, as the escrow's `legStatus` says it. */
export const LegStatus = { EMPTY: 0, DEPOSITED: 1, LOCKED: 2, RELEASED: 3, REFUNDED: 4, WAIVED: 5 } as const;
export type LegStatus = (typeof LegStatus)[keyof typeof LegStatus];

/** What the `legStatus` of a chain's escrow returns. */
export function legStatusOf(world: World, chainId: number, settlementId: Hex, legIndex: number): LegStatus {
  const escrow = escrowOf(world, chainId, settlementId);
  const leg = escrow?.legs.get(legIndex);
  if (leg === undefined) return LegStatus.EMPTY;
  if (leg.waived) return LegStatus.WAIVED;
  if (leg.status === "released") return LegStatus.RELEASED;
  if (leg.status === "refunded") return LegStatus.REFUNDED;
  return escrow?.locked ? LegStatus.LOCKED : LegStatus.DEPOSITED;
}

/** What the `pathProven` of a chain's escrow returns. */
export function pathProvenAt(world: World, chainId: number): boolean {
  return chainId === world.coordinatorChainId || (world.chains.get(chainId)?.verdictArrived ?? false);
}

/** The stored words of the terms' attesters about exactly the terms' parties. */
export function statementsOf(
  world: World,
  settlementId: Hex,
  terms: Pick<Terms, "parties" | "attesters">,
): Statement[] {
  const partiesHash = hashParties(terms.parties);
  const { statements } = homeOf(world);
  return terms.attesters.flatMap((attester) => {
    const statement = statements.get(statementKey(settlementId, attester, partiesHash));
    return statement === undefined ? [] : [statement];
  });
}

/** The registry's judgement of the terms at `now`, Unix seconds. */
export function clearanceOf(world: World, settlementId: Hex, terms: Terms, now: number): Clearance {
  const { parties, attesters, threshold, settleDeadline } = terms;
  const statements = statementsOf(world, settlementId, terms);
  return clearance({ parties, attesters, threshold, validThrough: settleDeadline, now, statements });
}

/** The registry's hash of a party list: keccak256(abi.encodePacked(parties)). */
export function hashParties(parties: readonly Hex[]): Hex {
  return keccak256(encodePacked(["bytes32[]"], [parties]));
}

/** Both ends of a message. */
export interface MessageView {
  guid: Hex;
  settlementId: Hex | null;
  sourceChainId: number | null;
  targetChainId: number | null;
  kind: number | null;
  verdict: number | null;
  sent: boolean;
  received: boolean;
  ignoredReason: Hex | null;
}

/** A message joined from both ends, whichever is known; null when neither is. */
export function messageOf(world: World, guid: Hex): MessageView | null {
  const chains = [...world.chains.values()];
  const source = chains.find(({ sent }) => sent.has(guid));
  const target = chains.find(({ received }) => received.has(guid));
  if (source === undefined && target === undefined) return null;
  const sent = source?.sent.get(guid);
  const end = target?.received.get(guid);
  const content = sent ?? end?.recorded;
  return {
    guid,
    settlementId: content?.settlementId ?? null,
    sourceChainId: source?.chainId ?? end?.recorded?.sourceChainId ?? null,
    targetChainId: sent?.targetChainId ?? target?.chainId ?? null,
    kind: content?.kind ?? null,
    verdict: content?.verdict ?? null,
    sent: sent !== undefined,
    received: end?.recorded != null,
    ignoredReason: end?.ignoredReason ?? null,
  };
}
