import {
  applyEvent,
  decodeChainEvent,
  emptyWorld,
  escrowOf,
  type World as Folded,
  type FoldedLeg,
  type LegStatus,
  legStatusOf,
  settlementOf,
  stateNameOf,
  type Terms,
  walletCommitment,
} from "@keystoneos/protocol";
import type { Address, Hex } from "viem";
import type { Chains } from "../../devnet/src/demo/chains.ts";
import type { World } from "../../devnet/src/world.ts";

/** What the terms of a settlement are, and how it may have ended. */
export interface Owed {
  settlementHash: Hex;
  terms: Terms;
  expected: readonly string[];
}

/** What wallets held before, by chain, token and holder. */
export type Holdings = Map<string, bigint>;

const EXECUTE = 1;
const RELEASED = 3 satisfies LegStatus;
const REFUNDED = 4 satisfies LegStatus;

/**
 * Compares what every settlement had to come to with what the logs of the chains say, and what every wallet holds with both. Nothing
 * here was told by the platform but the terms, and those hash to what the chains know. One sentence for each difference.
 */
export async function reconcile(
  world: World,
  chains: Chains,
  owed: readonly Owed[],
  before: Holdings,
): Promise<string[]> {
  const folded = await fold(world, chains);
  const problems: string[] = [];
  const changes: Holdings = new Map();
  for (const one of owed) problems.push(...judge(folded, one, changes));
  const { escrow } = world.deployment.contracts;
  for (const [key, held] of before) {
    const [chainId, token, holder] = key.split(":") as [string, Address, Address];
    const now = await chains.balance(Number(chainId), token, holder);
    const change = changes.get(key) ?? 0n;
    if (now !== held + change) problems.push(`${holder} holds ${now} of ${token} on ${chainId}, not ${held + change}`);
  }
  for (const { chain_id, token_address } of world.deployment.instruments) {
    const left = await chains.balance(chain_id, token_address, escrow);
    if (left !== 0n) problems.push(`the escrow of ${chain_id} still holds ${left} of ${token_address}`);
  }
  return problems;
}

export function holding(chainId: number, token: Address, holder: Address): string {
  return `${chainId}:${token.toLowerCase()}:${holder.toLowerCase()}`;
}

async function fold(world: World, chains: Chains): Promise<Folded> {
  const { deployment } = world;
  const folded = emptyWorld(deployment);
  for (const { chainId, startBlock } of deployment.chains) {
    const address = Object.values(deployment.contracts);
    const logs = await chains.client(chainId).getLogs({ address, fromBlock: BigInt(startBlock), toBlock: "latest" });
    for (const log of logs) {
      const event = decodeChainEvent(deployment, chainId, log);
      if (event !== null) applyEvent(folded, event);
    }
  }
  return folded;
}

function judge(folded: Folded, { settlementHash, terms, expected }: Owed, changes: Holdings): string[] {
  const problems: string[] = [];
  const say = (text: string) => problems.push(`${settlementHash}: ${text}`);
  const state = stateNameOf(folded, settlementHash);
  if (state === null || !expected.includes(state)) say(`${state}, not ${expected.join(" or ")}`);
  const executed = settlementOf(folded, settlementHash)?.verdict === EXECUTE;
  for (const [index, leg] of terms.legs.entries()) {
    const chainId = Number(leg.chainId);
    const seen = escrowOf(folded, chainId, settlementHash)?.legs.get(index);
    const status = legStatusOf(folded, chainId, settlementHash, index);
    if (executed && status !== RELEASED) say(`leg ${index} has status ${status} after EXECUTE`);
    if (!executed && seen !== undefined && status !== REFUNDED) say(`leg ${index} has status ${status} after ROLLBACK`);
    if (seen === undefined) continue;
    if (executed) problems.push(...rightlyPaid(folded, settlementHash, terms, index, seen));
    else if (seen.paidTo !== seen.depositor) say(`leg ${index} went back to ${seen.paidTo}, not to ${seen.depositor}`);
    book(changes, chainId, leg.token, seen);
  }
  return problems;
}

/** Who was paid opens the commitment that the terms pay to. */
function rightlyPaid(folded: Folded, hash: Hex, terms: Terms, index: number, leg: FoldedLeg): string[] {
  const { to, chainId, amount, fees } = terms.legs[index] as Terms["legs"][number];
  const owed = amount - fees.reduce((sum, fee) => sum + fee.amount, 0n);
  const opened = escrowOf(folded, Number(chainId), hash)?.wallets.get(to);
  const own = terms.legs.findIndex(
    (other, at) => other.from === to && Number(other.chainId) === Number(chainId) && at !== index,
  );
  const deposited = escrowOf(folded, Number(chainId), hash)?.legs.get(own);
  const secret = opened?.secret ?? deposited?.secret;
  const right =
    secret !== undefined && leg.paidTo !== null && walletCommitment(secret, leg.paidTo) === terms.parties[to];
  return [
    ...(right ? [] : [`${hash}: leg ${index} was paid to ${leg.paidTo}, whom the terms do not name`]),
    ...(leg.paidAmount === owed ? [] : [`${hash}: leg ${index} paid ${leg.paidAmount}, not ${owed}`]),
  ];
}

function book(changes: Holdings, chainId: number, token: Address, leg: FoldedLeg): void {
  const add = (holder: Address, amount: bigint) => {
    const key = holding(chainId, token, holder);
    changes.set(key, (changes.get(key) ?? 0n) + amount);
  };
  add(leg.depositor, -leg.amount);
  if (leg.paidTo !== null && leg.paidAmount !== null) add(leg.paidTo, leg.paidAmount);
  for (const fee of leg.fees.values()) if (fee.status === "paid") add(fee.recipient, fee.amount);
}
