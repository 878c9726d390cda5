import type { Deployment } from "@keystoneos/protocol";
import { getAddress } from "viem";

const address = (byte: string) => getAddress(`0x${byte.repeat(20)}`);

export const COORDINATOR_CHAIN = 11155111;
export const OTHER_CHAIN = 84532;

/** A deployment of contracts that emit whatever they are told. */
export const DEPLOYMENT: Deployment = {
  coordinatorChainId: COORDINATOR_CHAIN,
  contracts: {
    root: address("a0"),
    coordinator: address("a1"),
    escrow: address("a2"),
    registry: address("a3"),
    messenger: address("a4"),
    router: address("a5"),
  },
  chains: [
    { chainId: COORDINATOR_CHAIN, name: "sepolia", row: 0, eid: 40161, endpoint: address("e0") },
    { chainId: OTHER_CHAIN, name: "base-sepolia", row: 1, eid: 40245, endpoint: address("e1") },
  ].map((chain) => ({ ...chain, startBlock: 1, finality: { safe: 2, finalized: 5 } })),
  instruments: [],
  templates: {
    attesters: [address("b0")],
    threshold: 1,
    operator: address("b1"),
    entity_providers: ["sanctions_list"],
    wallet_providers: ["sanctions_list"],
    message_margin_seconds: 15,
    fee_recipients: {},
  },
};
