import { coordinatorAbi, escrowAbi, registryAbi, routerAbi } from "@keystoneos/protocol/abi";
import { type Address, encodeFunctionData, type Hex } from "viem";
import type { Probe } from "../chains/simulate.ts";
import type { Facts } from "../facts/types.ts";
import type { Draft } from "../pipeline/types.ts";
import type { SendAction } from "../plan/actions.ts";
import { escrowOf, legsOn } from "../plan/terms.ts";
import { attestationCall, signedAttestation } from "./attestation-call.ts";
import type { ActContext } from "./context.ts";
import { openingsOf } from "./openings.ts";
import { quoteDispatch, quoteLocked, quoteReleased } from "./quote.ts";

/** The bytes, the value and the probes of a named call. Reads fees from a node and secrets from the database; sends nothing. */
export async function draftOf(context: ActContext, facts: Facts, action: SendAction): Promise<Draft> {
  const parts = await partsOf(context, facts, action);
  const { chainId, kind, subject } = action;
  const { settlementId, intentId } = facts;
  const signer = "relayer" as const;
  return { chainId, kind, subject, settlementId, intentId, signer, value: 0n, probes: [], headroom: 0n, ...parts };
}

type Parts = Pick<Draft, "to" | "data"> & Partial<Pick<Draft, "intentId" | "signer" | "value" | "probes" | "headroom">>;

async function partsOf(context: ActContext, facts: Facts, { chainId, call }: SendAction): Promise<Parts> {
  const { coordinator, escrow } = context.deployment.contracts;
  const { terms } = facts;
  const onCoordinatorChain = chainId === facts.coordinatorChainId;
  const coordinatorState = probe(coordinator, encodeCoordinator("stateOf", [facts.settlementHash]));
  const escrowState = probe(escrow, encodeEscrow("stateOf", [facts.settlementHash]));
  const paying = payingHeadroom(facts, chainId);
  switch (call.name) {
    case "createSettlement":
      return { to: coordinator, data: encodeCoordinator("createSettlement", [terms]), probes: [coordinatorState] };
    case "open": {
      const { router } = context.deployment.contracts;
      const args = [terms, [await signedAttestation(context, facts, call.sequence)]] as const;
      const data = encodeFunctionData({ abi: routerAbi, functionName: "open", args });
      return { to: router, data, probes: [coordinatorState] };
    }
    case "advance":
      return {
        to: coordinator,
        data: encodeCoordinator("advance", [terms]),
        probes: [coordinatorState],
        headroom: paying,
      };
    case "timeout":
      return { to: coordinator, data: encodeCoordinator("timeout", [terms]), probes: [coordinatorState] };
    case "transition":
      return {
        to: coordinator,
        data: encodeCoordinator("transition", [terms, call.target, call.evidenceHash]),
        intentId: call.intentId,
        signer: call.manual ? "operator" : "relayer",
        probes: [coordinatorState],
        headroom: paying,
      };
    case "dispatch": {
      const value = await quoteDispatch(context, facts, call.target);
      return { to: coordinator, data: encodeCoordinator("dispatch", [terms, BigInt(call.target)]), value };
    }
    case "reveal": {
      const openings = await openingsOf(context, facts, call.parties);
      const wallets = call.parties.map((party) =>
        probe(escrow, encodeEscrow("walletOf", [facts.settlementHash, BigInt(party)])),
      );
      // Where the reveal settles everything at once, the escrow has forgotten the wallets again.
      const probes = [escrowState, ...wallets];
      const value = call.completesLock && !onCoordinatorChain ? await quoteLocked(context, facts, chainId) : 0n;
      // A deposit mined just before it may make any reveal the one that completes the lock.
      return { to: escrow, data: encodeEscrow("reveal", [terms, openings]), value, probes, headroom: paying };
    }
    case "notifyLocked": {
      const value = onCoordinatorChain ? 0n : await quoteLocked(context, facts, chainId);
      const locked = escrowOf(facts, chainId).locked;
      const probes = onCoordinatorChain ? [coordinatorState, escrowState] : locked ? [] : [escrowState];
      return { to: escrow, data: encodeEscrow("notifyLocked", [terms]), value, probes, headroom: paying };
    }
    case "notifyReleased": {
      const value = onCoordinatorChain ? 0n : await quoteReleased(context, facts, chainId);
      const probes = onCoordinatorChain ? [coordinatorState] : [];
      return { to: escrow, data: encodeEscrow("notifyReleased", [terms]), value, probes };
    }
    case "release":
    case "refundExpired":
      return { to: escrow, data: encodeEscrow(call.name, [terms]), probes: [escrowState], headroom: paying };
    case "claim": {
      const data = encodeEscrow("claim", [terms, BigInt(call.leg)]);
      return { to: escrow, data, probes: [escrowState], headroom: paying };
    }
    case "attest": {
      const { registry } = context.deployment.contracts;
      const view = { abi: registryAbi, functionName: "statementOf" } as const;
      const args = [facts.settlementHash, facts.attester, [...terms.parties]] as const;
      const probes = [probe(registry, encodeFunctionData({ ...view, args }))];
      return { to: registry, data: await attestationCall(context, facts, call.sequence), probes };
    }
  }
}

/** Floor per payment attempt, and one more for the 63/64 rule: with less the escrow does not judge a failure. */
const ATTEMPT_GAS = 2_100_000n;

/** Gas that the payment of all legs on a chain might want to see beyond what it uses. */
export function payingHeadroom(facts: Facts, chainId: number): bigint {
  return legsOn(facts, chainId).reduce(
    (sum, index) => sum + ATTEMPT_GAS * BigInt(1 + (facts.terms.legs[index]?.fees.length ?? 0)),
    ATTEMPT_GAS,
  );
}

function probe(to: Address, data: Hex): Probe {
  return { to, data };
}

// biome-ignore lint/suspicious/noExplicitAny: the arguments of all functions at once; every call is run against the contracts in tests
type Args = any;

function encodeCoordinator(functionName: string, args: Args): Hex {
  return encodeFunctionData({ abi: coordinatorAbi, functionName, args } as never);
}

function encodeEscrow(functionName: string, args: Args): Hex {
  return encodeFunctionData({ abi: escrowAbi, functionName, args } as never);
}
