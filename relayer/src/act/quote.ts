import { coordinatorAbi, escrowAbi } from "@keystoneos/protocol/abi";
import type { PublicClient } from "viem";
import { ChainError } from "../errors.ts";
import type { Facts } from "../facts/types.ts";
import type { ActContext } from "./context.ts";

/** A tenth more than quoted: prices may move until the transaction is mined, and what is not needed comes back. */
const margin = (fee: bigint) => (fee * 11n) / 10n;

/** Wei for VERDICT to a chain, carrying the terms so that the payout follows in the delivery; bare where that cannot be priced. */
export function quoteDispatch(context: ActContext, facts: Facts, target: number): Promise<bigint> {
  const client = clientOf(context, facts.coordinatorChainId);
  const address = context.deployment.contracts.coordinator;
  return dearerFirst((carry) =>
    client.readContract({
      address,
      abi: coordinatorAbi,
      functionName: "quoteDispatch",
      args: [facts.terms, BigInt(target), carry],
    }),
  );
}

/** Wei for LOCKED from a chain's escrow. */
export function quoteLocked(context: ActContext, facts: Facts, chainId: number): Promise<bigint> {
  return quoteReport(context, facts, chainId, "quoteLocked");
}

/** Wei for RELEASED from a chain's escrow. */
export function quoteReleased(context: ActContext, facts: Facts, chainId: number): Promise<bigint> {
  return quoteReport(context, facts, chainId, "quoteReleased");
}

function quoteReport(
  context: ActContext,
  facts: Facts,
  chainId: number,
  functionName: "quoteLocked" | "quoteReleased",
): Promise<bigint> {
  const address = context.deployment.contracts.escrow;
  return dearerFirst((carry) =>
    clientOf(context, chainId).readContract({ address, abi: escrowAbi, functionName, args: [facts.terms, carry] }),
  );
}

async function dearerFirst(quote: (carryTerms: boolean) => Promise<bigint>): Promise<bigint> {
  return margin(await quote(true).catch(() => quote(false)));
}

function clientOf(context: ActContext, chainId: number): PublicClient {
  const chain = context.pipeline.chains.get(chainId);
  if (chain === undefined) throw new ChainError(`No node is configured for chain ${chainId}`);
  return chain.client;
}
