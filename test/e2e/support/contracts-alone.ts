import { hashTerms, type Terms } from "@keystoneos/protocol";
import { coordinatorAbi, escrowAbi } from "@keystoneos/protocol/abi";
import { type Address, encodeFunctionData, type Hex } from "viem";
import type { Chains } from "../../../devnet/src/demo/chains.ts";
import { until } from "../../../devnet/src/demo/wait.ts";

// What parties do when the platform is gone: they have the terms, their secrets, a node and a wallet. Any wallet may make these calls.

export interface Contracts {
  chains: Chains;
  coordinator: Address;
  escrow: Address;
  /** Where the coordinator lives. */
  home: number;
  /** Who pays the gas. */
  from: Address;
}

const VERDICTS = ["none", "execute", "rollback"] as const;

/** State index and verdict at the coordinator itself. */
export async function coordinatorState(
  contracts: Contracts,
  terms: Terms,
): Promise<{ state: number; verdict: string }> {
  const { state, verdict } = await contracts.chains.client(contracts.home).readContract({
    address: contracts.coordinator,
    abi: coordinatorAbi,
    functionName: "stateOf",
    args: [hashTerms(terms)],
  });
  return { state, verdict: VERDICTS[verdict] ?? String(verdict) };
}

/** What the escrow of a chain has stored of the settlement. */
export function escrowRecord({ chains, escrow }: Contracts, terms: Terms, chainId: number) {
  const call = { address: escrow, abi: escrowAbi, functionName: "stateOf" } as const;
  return chains.client(chainId).readContract({ ...call, args: [hashTerms(terms)] });
}

/** Sends LOCKED for the escrow of another chain, and waits until the coordinator has recorded it. */
export async function reportLock(contracts: Contracts, terms: Terms, chainId: number): Promise<void> {
  const { chains, coordinator, escrow, home } = contracts;
  const heard = () =>
    chains.client(home).readContract({
      address: coordinator,
      abi: coordinatorAbi,
      functionName: "isLocked",
      args: [hashTerms(terms), BigInt(chainId)],
    });
  if (!(await heard())) {
    const quote = { address: escrow, abi: escrowAbi, functionName: "quoteLocked" } as const;
    const value = await chains.client(chainId).readContract({ ...quote, args: [terms, true] });
    await send(
      contracts,
      chainId,
      escrow,
      encodeFunctionData({ abi: escrowAbi, functionName: "notifyLocked", args: [terms] }),
      value,
    );
  }
  await until(
    () => "the LOCKED message at the coordinator",
    60_000,
    async () => (await heard()) || undefined,
  );
}

/** Sends the verdict to another chain, and waits until its escrow has stored it. */
export async function dispatchVerdict(contracts: Contracts, terms: Terms, chainId: number): Promise<void> {
  const { chains, coordinator, home } = contracts;
  const quote = { address: coordinator, abi: coordinatorAbi, functionName: "quoteDispatch" } as const;
  const value = await chains.client(home).readContract({ ...quote, args: [terms, BigInt(chainId), true] });
  const data = encodeFunctionData({ abi: coordinatorAbi, functionName: "dispatch", args: [terms, BigInt(chainId)] });
  await send(contracts, home, coordinator, data, value);
  await until(
    () => `the verdict on chain ${chainId}`,
    60_000,
    async () => (await escrowRecord(contracts, terms, chainId)).verdict !== 0 || undefined,
  );
}

/** Calls a function that takes the terms alone: release, refundExpired, advance, timeout. */
export async function callWithTerms(
  contracts: Contracts,
  terms: Terms,
  chainId: number,
  name: "release" | "refundExpired" | "advance" | "timeout",
): Promise<void> {
  const onEscrow = name === "release" || name === "refundExpired";
  const data = onEscrow
    ? encodeFunctionData({ abi: escrowAbi, functionName: name, args: [terms] })
    : encodeFunctionData({ abi: coordinatorAbi, functionName: name, args: [terms] });
  await send(contracts, chainId, onEscrow ? contracts.escrow : contracts.coordinator, data);
}

/** Reports the payout of another chain, and waits until the coordinator has come to its final state. */
export async function reportRelease(contracts: Contracts, terms: Terms, chainId: number, final: number): Promise<void> {
  const { chains, escrow } = contracts;
  const quote = { address: escrow, abi: escrowAbi, functionName: "quoteReleased" } as const;
  const value = await chains.client(chainId).readContract({ ...quote, args: [terms, true] });
  const data = encodeFunctionData({ abi: escrowAbi, functionName: "notifyReleased", args: [terms] });
  await send(contracts, chainId, escrow, data, value);
  await until(
    () => "the RELEASED message at the coordinator",
    60_000,
    async () => (await coordinatorState(contracts, terms)).state === final || undefined,
  );
}

async function send({ chains, from }: Contracts, chainId: number, to: Address, data: Hex, value = 0n): Promise<void> {
  await chains.send(chainId, { from, to, data, value });
}
