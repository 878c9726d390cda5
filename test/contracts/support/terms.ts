import { type Address, encodeAbiParameters, type Hex, keccak256, stringToHex, zeroAddress, zeroHash } from "viem";
import type { Chain } from "./chain.ts";
import { settlementId } from "./terms-hash.ts";
import type { World } from "./world.ts";

/** The standard ruleset of the project: state and gate numbers are part of its content hash. */
export const STATE = {
  INSTRUCTED: 0,
  COMPLIANCE_CHECKING: 1,
  COMPLIANCE_CLEARED: 2,
  AWAITING_DEPOSITS: 3,
  EXECUTING_SWAP: 4,
  FINALIZED: 5,
  ROLLED_BACK: 6,
  TIMED_OUT: 7,
} as const;
export const KIND = { INITIAL: 0, ACTIVE: 1, DEPOSIT: 2, EXECUTING: 3, FINALIZED: 4, FAILED: 5 } as const;
export const GATE = {
  NONE: 0,
  COMPLIANCE_CLEARED: 1,
  COMPLIANCE_FAILED: 2,
  DEPOSITS_LOCKED: 3,
  RELEASED: 4,
  TIMEOUT: 5,
  MANUAL: 6,
  CONSENT: 7,
  PARENT_FINALIZED: 8,
} as const;
export const VERDICT = { NONE: 0, EXECUTE: 1, ROLLBACK: 2 } as const;
export const STATUS = { NONE: 0, PASS: 1, FLAGGED: 2, FAIL: 3, REVOKED: 4 } as const;
export const CLEARANCE = { PENDING: 0, CLEARED: 1, FAILED: 2 } as const;
export const LEG = { EMPTY: 0, DEPOSITED: 1, LOCKED: 2, RELEASED: 3, REFUNDED: 4, WAIVED: 5 } as const;
export const STANDARD = { ERC20: 0, ERC721: 1, ERC1400: 2, ERC3643: 3, ERC1155: 4 } as const;
export const MESSAGE = { LOCKED: 0, VERDICT: 1, RELEASED: 2 } as const;

const state = (name: string, kind: number) => ({ name: stringToHex(name, { size: 32 }), kind });
const edge = (from: number, to: number, gate: number) => ({ from, to, gate });

export const STANDARD_RULESET = {
  states: [
    state("INSTRUCTED", KIND.INITIAL),
    state("COMPLIANCE_CHECKING", KIND.ACTIVE),
    state("COMPLIANCE_CLEARED", KIND.ACTIVE),
    state("AWAITING_DEPOSITS", KIND.DEPOSIT),
    state("EXECUTING_SWAP", KIND.EXECUTING),
    state("FINALIZED", KIND.FINALIZED),
    state("ROLLED_BACK", KIND.FAILED),
    state("TIMED_OUT", KIND.FAILED),
  ],
  edges: [
    edge(0, 1, GATE.NONE),
    edge(1, 2, GATE.COMPLIANCE_CLEARED),
    edge(1, 6, GATE.COMPLIANCE_FAILED),
    edge(2, 6, GATE.COMPLIANCE_FAILED),
    edge(3, 6, GATE.COMPLIANCE_FAILED),
    edge(2, 3, GATE.NONE),
    edge(3, 4, GATE.DEPOSITS_LOCKED),
    edge(4, 5, GATE.RELEASED),
    edge(0, 7, GATE.TIMEOUT),
    edge(1, 7, GATE.TIMEOUT),
    edge(2, 7, GATE.TIMEOUT),
    edge(3, 7, GATE.TIMEOUT),
    edge(0, 6, GATE.MANUAL),
    edge(1, 6, GATE.MANUAL),
    edge(2, 6, GATE.MANUAL),
    edge(0, 6, GATE.CONSENT),
    edge(1, 6, GATE.CONSENT),
    edge(2, 6, GATE.CONSENT),
    edge(3, 6, GATE.CONSENT),
  ],
};

export interface Fee {
  recipient: Address;
  amount: bigint;
}

export interface Leg {
  chainId: bigint;
  escrow: Address;
  token: Address;
  standard: number;
  tokenId: bigint;
  amount: bigint;
  partition: Hex;
  from: number;
  to: number;
  fees: readonly Fee[];
}

export interface Terms {
  ref: Hex;
  chainId: bigint;
  coordinator: Address;
  ruleset: Hex;
  parties: readonly Hex[];
  legs: readonly Leg[];
  depositDeadline: number;
  settleDeadline: number;
  attesters: readonly Address[];
  threshold: number;
  operator: Address;
  parent: Hex;
  notBefore: number;
}

/** Secret and wallet behind one commitment. */
export interface Opening {
  partyIndex: number;
  secret: Hex;
  wallet: Address;
}

/** Terms with what only the parties know: who stands behind the commitments. */
export interface Trade {
  terms: Terms;
  id: Hex;
  /** Openings of the wallet commitments, by party position. */
  openings: readonly Opening[];
  /** Account number of each party, by position. */
  accounts: readonly number[];
}

interface LegSpec {
  chain: Chain;
  token: Address;
  amount: bigint;
  /** Positions of the parties that pay and are paid. */
  from: number;
  to: number;
  fees?: readonly Fee[];
}

export interface TradeSpec {
  legs: readonly LegSpec[];
  /** Account numbers of the parties. */
  accounts: readonly number[];
  /** Seconds from now, on the coordinator's clock. */
  depositIn?: number;
  settleIn?: number;
  changes?: Partial<Terms>;
  /** Tells equal trades apart, like a UUID. */
  salt?: string;
}

let counter = 0;

export function walletCommitment(secret: Hex, wallet: Address): Hex {
  return keccak256(encodeAbiParameters([{ type: "bytes32" }, { type: "address" }], [secret, wallet]));
}

/** Terms as clients build them: for the party at position i an entity commitment at 2i and a wallet commitment at 2i + 1. */
export async function buildTrade(world: World, spec: TradeSpec): Promise<Trade> {
  counter += 1;
  const salt = spec.salt ?? `trade ${counter}`;
  const secretOf = (what: string) => keccak256(stringToHex(`${salt} ${what}`));
  const openings = spec.accounts.map((account, position) => ({
    partyIndex: 2 * position + 1,
    secret: secretOf(`wallet ${position}`),
    wallet: world.home.address(account),
  }));
  const parties = openings.flatMap(({ secret, wallet }, position) => [
    keccak256(stringToHex(`${salt} entity ${position}`)),
    walletCommitment(secret, wallet),
  ]);
  const legs = spec.legs.map((leg) => ({
    chainId: BigInt(leg.chain.chainId),
    escrow: world.addresses.escrow,
    token: leg.token,
    standard: 0,
    tokenId: 0n,
    amount: leg.amount,
    partition: zeroHash,
    from: 2 * leg.from + 1,
    to: 2 * leg.to + 1,
    fees: leg.fees ?? [],
  }));
  const now = await world.home.helpers.time.latest();
  const terms: Terms = {
    ref: secretOf("ref").slice(0, 34) as Hex,
    chainId: BigInt(world.home.chainId),
    coordinator: world.addresses.coordinator,
    ruleset: world.rulesetId,
    parties,
    legs,
    depositDeadline: now + (spec.depositIn ?? 3_600),
    settleDeadline: now + (spec.settleIn ?? 7_200),
    attesters: [world.attester],
    threshold: 1,
    operator: zeroAddress,
    parent: zeroHash,
    notBefore: 0,
    ...spec.changes,
  };
  return { terms, id: settlementId(terms), openings, accounts: spec.accounts };
}
