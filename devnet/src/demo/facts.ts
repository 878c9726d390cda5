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

const FACTS = /* GraphQL */ `
  query Facts($hash: String!) {
    settlements(limit: 20, where: { settlementHash: $hash }) { items { chainId state verdict created } }
    transitions(limit: 20, where: { settlementHash: $hash }, orderBy: "sequence") { items { sequence fromState toState gate } }
    legs(limit: 20, where: { settlementHash: $hash }, orderBy: "legIndex") { items { chainId legIndex status depositor recipient } }
    settlementChains(limit: 20, where: { settlementHash: $hash }) { items { chainId locked verdict lockReported releaseReported } }
    messages(limit: 20, where: { settlementHash: $hash }) { items { guid kind sourceChainId targetChainId receivedTxHash } }
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
