import { readFileSync } from "node:fs";
import type { Address } from "viem";
import { getContractAddress } from "viem";
import { type Artifact, readArtifact } from "../../../ignition/artifacts.ts";
import { localAccount } from "../keys.ts";

/** LayerZero's own compiled contracts, and the worker that stands for verifiers, executor and treasury where fees are paid. */
export function layerZeroArtifacts(): {
  endpoint: Artifact;
  sendLibrary: Artifact;
  receiveLibrary: Artifact;
  worker: Artifact;
} {
  const endpoint = import.meta.resolve(
    "@layerzerolabs/lz-evm-protocol-v2/artifacts/contracts/EndpointV2.sol/EndpointV2.json",
  );
  const sendLibrary = import.meta.resolve(
    "@layerzerolabs/lz-evm-messagelib-v2/artifacts/contracts/uln/uln302/SendUln302.sol/SendUln302.json",
  );
  const receiveLibrary = import.meta.resolve(
    "@layerzerolabs/lz-evm-messagelib-v2/artifacts/contracts/uln/uln302/ReceiveUln302.sol/ReceiveUln302.json",
  );
  return {
    endpoint: readArtifactFile(endpoint),
    sendLibrary: readArtifactFile(sendLibrary),
    receiveLibrary: readArtifactFile(receiveLibrary),
    worker: readArtifact("devnet/contracts/MessageWorker.sol", "MessageWorker"),
  };
}

/** A compiled contract by the URL of its file, as npm packages ship them. */
function readArtifactFile(url: string): Artifact {
  return JSON.parse(readFileSync(new URL(url), "utf8"));
}

/** LayerZero on one local chain. */
export interface LayerZero {
  endpoint: Address;
  sendLibrary: Address;
  receiveLibrary: Address;
  executor: Address;
  treasury: Address;
  /** Where the sender pays the verifiers; strictly ascending. */
  sendVerifiers: Address[];
  /** The accounts by which the verifiers speak at the receiver; strictly ascending. */
  receiveVerifiers: Address[];
}

/** The order in which the deployer, on a chain of its own, creates them: the transaction's nonce gives the address. */
const CREATION_ORDER = [
  "endpoint",
  "sendLibrary",
  "receiveLibrary",
  "verifierA",
  "verifierB",
  "executor",
  "treasury",
] as const;

/** LayerZero has the same addresses on every local chain, known before it is deployed. */
export function localLayerZero(): LayerZero {
  const from = localAccount("deployer").address;
  const at = (name: (typeof CREATION_ORDER)[number]) =>
    getContractAddress({ from, nonce: BigInt(CREATION_ORDER.indexOf(name)) });
  return {
    endpoint: at("endpoint"),
    sendLibrary: at("sendLibrary"),
    receiveLibrary: at("receiveLibrary"),
    executor: at("executor"),
    treasury: at("treasury"),
    sendVerifiers: ascending(at("verifierA"), at("verifierB")),
    receiveVerifiers: ascending(localAccount("verifierA").address, localAccount("verifierB").address),
  };
}

function ascending(a: Address, b: Address): Address[] {
  return BigInt(a) < BigInt(b) ? [a, b] : [b, a];
}
