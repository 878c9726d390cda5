import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { escrowAbi } from "@keystoneos/protocol/abi";
import { pathProofTerms, plannedChain, predictContracts } from "@keystoneos/protocol/deployment";
import type { IgnitionModule } from "@nomicfoundation/ignition-core";
import { type Address, type PublicClient, pad } from "viem";
import type { Target } from "./chain.ts";
import { layerZeroAbi } from "./layerzero-abi.ts";
import pathProofModule from "./modules/path-proof.ts";
import { runModule } from "./run-module.ts";
import { waitForEarlier } from "./wait-for-earlier.ts";

/**
 * Has one verdict travel to another chain, unless one has been sent there already.
 *
 * @param centre The coordinator's chain, sealed; the other one must be sealed too.
 */
export async function provePath(centre: Target, chainId: number): Promise<void> {
  const { plan, client } = centre;
  const contracts = predictContracts(plan);
  await waitForEarlier(centre);
  const { endpoint } = plannedChain(plan, centre.chainId).layerZero;
  const { eid } = plannedChain(plan, chainId).layerZero;
  const sent = await client.readContract({
    address: endpoint,
    abi: layerZeroAbi,
    functionName: "outboundNonce",
    args: [contracts.messenger, eid, pad(contracts.messenger)],
  });
  if (sent > 0n) return;
  // A journal of its own, begun anew: a fee that was quoted in an earlier run may no longer suffice, and nothing was sent.
  const dir = join(centre.dir, `path-to-${chainId}`);
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  const terms = pathProofTerms(plan, contracts, chainId);
  await runModule({ ...centre, dir }, pathProofModule as IgnitionModule, {
    KeystonePathProof: { coordinator: contracts.coordinator, terms, chainId },
  });
}

/** Whether the escrow of another chain has had its first verdict, and so takes deposits. */
export async function isPathProven(client: PublicClient, escrow: Address): Promise<boolean> {
  return client.readContract({ address: escrow, abi: escrowAbi, functionName: "pathProven" });
}
