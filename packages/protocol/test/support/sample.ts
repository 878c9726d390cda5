import type { Address } from "viem";
import {
  type Deployment,
  type Leg,
  rulesetId,
  STANDARD_RULESET,
  type Terms,
  type TermsContext,
} from "../../src/index.ts";

/** One small deployment and one trade on it, as a starting point for tests that change one thing. */

const account = (digit: string): Address => `0x${digit.repeat(40)}` as Address;
const commitment = (digit: string) => `0x${digit.repeat(64)}` as const;

export const deployment: Deployment = {
  coordinatorChainId: 11155111,
  contracts: {
    root: account("1"),
    coordinator: account("2"),
    escrow: account("3"),
    registry: account("4"),
    messenger: account("5"),
    router: "0x1010101010101010101010101010101010101010",
  },
  chains: [
    {
      chainId: 11155111,
      name: "Sepolia",
      row: 0,
      eid: 40161,
      endpoint: account("6"),
      startBlock: 0,
      finality: { safe: 2, finalized: 5 },
    },
    {
      chainId: 84532,
      name: "Base Sepolia",
      row: 1,
      eid: 40245,
      endpoint: account("7"),
      startBlock: 0,
      finality: { safe: 2, finalized: 5 },
    },
  ],
  instruments: [
    {
      alias: "TUSDC",
      alias_type: "ticker",
      chain_id: 84532,
      token_address: account("8"),
      token_standard: "ERC-20",
      decimals: 6,
      leg_type: "payment",
      name: "Test dollar",
    },
  ],
  templates: {
    attesters: [account("9")],
    threshold: 1,
    operator: "0x00000000000000000000000000000000000000AA",
    entity_providers: ["sanctions_list"],
    wallet_providers: ["sanctions_list"],
    message_margin_seconds: 15,
    fee_recipients: { "11155111": account("8"), "84532": account("8") },
  },
};

export const context: TermsContext = {
  chainIds: deployment.chains.map(({ chainId }) => chainId),
  coordinatorChainId: deployment.coordinatorChainId,
  coordinator: deployment.contracts.coordinator,
  escrow: deployment.contracts.escrow,
};

const leg: Leg = {
  chainId: 11155111n,
  escrow: deployment.contracts.escrow,
  token: account("8"),
  standard: 0,
  tokenId: 0n,
  amount: 1_000_000n,
  partition: commitment("0"),
  from: 1,
  to: 3,
  fees: [],
};

/** A bond on the coordinator's chain against cash with a fee on the other one. */
export const terms: Terms = {
  ref: "0x00112233445566778899aabbccddeeff",
  chainId: 11155111n,
  coordinator: deployment.contracts.coordinator,
  ruleset: rulesetId(STANDARD_RULESET),
  parties: [commitment("1"), commitment("2"), commitment("3"), commitment("4")],
  legs: [
    leg,
    {
      ...leg,
      chainId: 84532n,
      amount: 2_000_000n,
      from: 3,
      to: 1,
      fees: [{ recipient: account("9"), amount: 5_000n }],
    },
  ],
  depositDeadline: 2_000_000_000,
  settleDeadline: 2_000_001_800,
  attesters: [account("9")],
  threshold: 1,
  operator: deployment.templates.operator,
  parent: commitment("0"),
  notBefore: 0,
};

/** The terms with one leg changed. */
export function withLeg(index: number, change: Partial<Leg>): Terms {
  return {
    ...terms,
    legs: terms.legs.map((entry, position) => (position === index ? { ...entry, ...change } : entry)),
  };
}
