import { Client, fetchExchange } from "@urql/core";
import type { Address, Hex } from "viem";

/** What the chains say of one settlement, as the indexer has it. Chain ids and amounts are decimal strings. */
export interface Facts {
  settlement: { chainId: string; state: string; verdict: string; created: boolean } | undefined;
  transitions: { sequence: number; fromState: string | null; toState: string; gate: string | null }[];
  legs: { chainId: string; legIndex: number; status: string; depositor: Address | null; recipient: Address | null }[];
  chains: { chainId: string; locked: boolean; verdict: string; lockReported: boolean; releaseReported: boolean }[];
  messages: { guid: Hex; kind: string; sourceChainId: string; targetChainId: string; receivedTxHash: Hex | null }[];
}

// The limits are more than a settlement ever has, and what keeps the query within what the API lets one ask for.
const FACTS = /* GraphQL */ `
  query Facts($hash: String!) {
    settlements(where: { settlementHash: $hash }, limit: 5) { items { chainId state verdict created } }
    transitions(where: { settlementHash: $hash }, limit: 40, orderBy: "sequence") { items { sequence fromState toState gate } }
    legs(where: { settlementHash: $hash }, limit: 40, orderBy: "legIndex") { items { chainId legIndex status depositor recipient } }
    settlementChains(where: { settlementHash: $hash }, limit: 10) { items { chainId locked verdict lockReported releaseReported } }
    messages(where: { settlementHash: $hash }, limit: 40) { items { guid kind sourceChainId targetChainId receivedTxHash } }
  }
`;

interface Answer {
  settlements: { items: NonNullable<Facts["settlement"]>[] };
  transitions: { items: Facts["transitions"] };
  legs: { items: Facts["legs"] };
  settlementChains: { items: Facts["chains"] };
  messages: { items: Facts["messages"] };
}

/** Reads chain facts through GraphQL, without a token, as an auditor would. */
export function openFacts(graphqlUrl: string): (settlementHash: Hex) => Promise<Facts> {
  const client = new Client({ url: graphqlUrl, exchanges: [fetchExchange], preferGetMethod: false });
  return async (hash) => {
    const result = await client.query<Answer>(FACTS, { hash }, { requestPolicy: "network-only" }).toPromise();
    if (result.error !== undefined) throw result.error;
    if (result.data === undefined) throw new Error("GraphQL answered without data");
    const { settlements, transitions, legs, settlementChains, messages } = result.data;
    return {
      settlement: settlements.items[0],
      transitions: transitions.items,
      legs: legs.items,
      chains: settlementChains.items,
      messages: messages.items,
    };
  };
}
