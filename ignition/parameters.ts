import type { Terms } from "@keystoneos/protocol/terms";
import { zeroAddress, zeroHash } from "viem";
import { initCodeHashes } from "./children.ts";
import { type DeploymentPlan, rowsOf, wiringOf } from "./plan.ts";
import type { PredictedContracts } from "./predict.ts";

/** Ignition's parameters for every module, on one chain of the plan. */
export function parametersOf(plan: DeploymentPlan, chainId: number) {
  const wiring = wiringOf(plan, chainId);
  return {
    KeystoneRoot: {
      coordinatorChainId: plan.coordinatorChainId,
      rows: rowsOf(plan).map((row) => ({ ...row })),
      initCodeHashes: initCodeHashes(),
    },
    KeystoneCoordinatorChain: { wiring },
    KeystoneEscrowChain: { wiring },
  };
}

/** The parameters of the proof that a verdict reaches the escrow on another chain. */
export function pathProofParameters(plan: DeploymentPlan, contracts: PredictedContracts, chainId: number) {
  return { KeystonePathProof: { terms: dummyTerms(plan, contracts, chainId), chainId } };
}

/**
 * Terms that nobody can ever settle: a verdict needs no creation and no validation, so their timeout is due at once and their
 * rollback can travel. The escrow takes no deposit for them, because nobody knows an opening of zero.
 */
function dummyTerms(plan: DeploymentPlan, contracts: PredictedContracts, chainId: number): Terms {
  const leg = { chainId: BigInt(chainId), escrow: contracts.escrow, token: contracts.root, standard: 0, tokenId: 0n };
  return {
    ref: "0x00000000000000000000000000000000",
    chainId: BigInt(plan.coordinatorChainId),
    coordinator: contracts.coordinator,
    ruleset: zeroHash,
    parties: [],
    legs: [{ ...leg, amount: 0n, partition: zeroHash, from: 0, to: 0, fees: [] }],
    depositDeadline: 0,
    settleDeadline: 0,
    attesters: [],
    threshold: 0,
    operator: zeroAddress,
    parent: zeroHash,
    notBefore: 0,
  };
}
