import { ZERO_ADDRESS, ZERO_BYTES32 } from "../terms/bounds.ts";
import { type Terms, TokenStandard } from "../terms/types.ts";
import type { DeploymentContracts } from "./deployment.ts";
import type { DeploymentPlan } from "./plan.ts";

/**
 * Terms that nobody can ever settle: a verdict needs no creation and no validation, so their timeout is due at once and their
 * rollback can travel to `chainId`, which proves the path. The escrow takes no deposit for them, because nobody knows an opening of zero.
 */
export function pathProofTerms(
  plan: Pick<DeploymentPlan, "coordinatorChainId">,
  contracts: DeploymentContracts,
  chainId: number,
): Terms {
  return {
    ref: "0x00000000000000000000000000000000",
    chainId: BigInt(plan.coordinatorChainId),
    coordinator: contracts.coordinator,
    ruleset: ZERO_BYTES32,
    parties: [],
    legs: [
      {
        chainId: BigInt(chainId),
        escrow: contracts.escrow,
        token: contracts.root,
        standard: TokenStandard.ERC20,
        tokenId: 0n,
        amount: 0n,
        partition: ZERO_BYTES32,
        from: 0,
        to: 0,
        fees: [],
      },
    ],
    depositDeadline: 0,
    settleDeadline: 0,
    attesters: [],
    threshold: 0,
    operator: ZERO_ADDRESS,
    parent: ZERO_BYTES32,
    notBefore: 0,
  };
}
