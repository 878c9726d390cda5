import type { Address, Hex } from "viem";
import { encodeAbiParameters, keccak256 } from "viem/utils";
import { ProtocolError } from "../errors.ts";

/** A deployment before it exists: everything its addresses depend on, beside the contracts themselves. Its file is the parameter file. */
export interface DeploymentPlan {
  /** 32 bytes for CREATE2: another salt is another deployment. */
  salt: Hex;
  coordinatorChainId: number;
  /** In row order. */
  chains: PlannedChain[];
}

export interface PlannedChain {
  chainId: number;
  name: string;
  /** Confirmations until a fact counts as safe and as finalized. */
  finality: { safe: number; finalized: number };
  layerZero: PlannedLayerZero;
}

/** LayerZero's contracts on one chain, and what the messenger there asks of them. */
export interface PlannedLayerZero {
  eid: number;
  endpoint: Address;
  sendLibrary: Address;
  receiveLibrary: Address;
  executor: Address;
  maxMessageSize: number;
  /** Blocks of this chain after which the verifiers vouch for a message sent here: what finality means on it. */
  confirmations: number;
  /** At least two, of independent operators; the same operators on every chain. */
  verifiers: PlannedVerifier[];
}

interface PlannedVerifier {
  operator: string;
  /** The contract that takes the verifier's fee for what is sent from this chain. */
  send: Address;
  /** The contract, or on local chains the account, by which it speaks on this chain. */
  receive: Address;
}

/** The row of one chain in the root's constructor arguments. */
export interface Row {
  chainId: bigint;
  eid: number;
  endpoint: Address;
  wiringHash: Hex;
}

/** What the messenger of one chain sets at its endpoint. */
export interface Wiring {
  paths: WiredPath[];
}

export interface WiredPath {
  eid: number;
  sendLibrary: Address;
  receiveLibrary: Address;
  sendConfirmations: bigint;
  sendVerifiers: Address[];
  receiveConfirmations: bigint;
  receiveVerifiers: Address[];
  executor: Address;
  maxMessageSize: number;
}

/** All rows of the plan, in order. */
export function rowsOf(plan: DeploymentPlan): Row[] {
  return plan.chains.map(({ chainId, layerZero: { eid, endpoint } }) => ({
    chainId: BigInt(chainId),
    eid,
    endpoint,
    wiringHash: keccak256(encodeAbiParameters([wiringParameter], [wiringOf(plan, chainId)])),
  }));
}

/** The chains at the other ends of a chain's paths: a star around the coordinator's chain, in row order. */
export function pathsOf(plan: DeploymentPlan, chainId: number): PlannedChain[] {
  const isCentre = chainId === plan.coordinatorChainId;
  return plan.chains.filter((other) =>
    isCentre ? other.chainId !== chainId : other.chainId === plan.coordinatorChainId,
  );
}

/**
 * The wiring of the messenger on one chain.
 *
 * @throws ProtocolError `deployment_invalid` when the plan has no such chain.
 */
export function wiringOf(plan: DeploymentPlan, chainId: number): Wiring {
  const here = plannedChain(plan, chainId).layerZero;
  const { sendLibrary, receiveLibrary, confirmations, verifiers, executor, maxMessageSize } = here;
  return {
    paths: pathsOf(plan, chainId).map(({ layerZero: there }) => ({
      eid: there.eid,
      sendLibrary,
      receiveLibrary,
      sendConfirmations: BigInt(confirmations),
      sendVerifiers: ascending(verifiers.map(({ send }) => send)),
      receiveConfirmations: BigInt(there.confirmations),
      receiveVerifiers: ascending(verifiers.map(({ receive }) => receive)),
      executor,
      maxMessageSize,
    })),
  };
}

/**
 * A chain of the plan.
 *
 * @throws ProtocolError `deployment_invalid` when the plan has no such chain.
 */
export function plannedChain(plan: DeploymentPlan, chainId: number): PlannedChain {
  const chain = plan.chains.find((candidate) => candidate.chainId === chainId);
  if (chain === undefined) throw new ProtocolError("deployment_invalid", `the plan has no chain ${chainId}`);
  return chain;
}

/** LayerZero takes verifiers in ascending order only. */
function ascending(addresses: Address[]): Address[] {
  return addresses.toSorted((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1));
}

const wiringParameter = {
  type: "tuple",
  components: [
    {
      name: "paths",
      type: "tuple[]",
      components: [
        { name: "eid", type: "uint32" },
        { name: "sendLibrary", type: "address" },
        { name: "receiveLibrary", type: "address" },
        { name: "sendConfirmations", type: "uint64" },
        { name: "sendVerifiers", type: "address[]" },
        { name: "receiveConfirmations", type: "uint64" },
        { name: "receiveVerifiers", type: "address[]" },
        { name: "executor", type: "address" },
        { name: "maxMessageSize", type: "uint32" },
      ],
    },
  ],
} as const;
