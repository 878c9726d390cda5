import { type Address, type ContractEventName, type Hash, parseEther, parseEventLogs } from "viem";
import { type Chain, ROLES } from "./chain.ts";
import { dvp } from "./settle.ts";
import { buildTrade, type Fee, type Terms, type Trade } from "./terms.ts";
import type { World } from "./world.ts";

/** The trade with other terms, and the id that goes with them. */
export async function vary(world: World, trade: Trade, changes: Partial<Terms>): Promise<Trade> {
  const terms = { ...trade.terms, ...changes };
  return { ...trade, terms, id: await world.coordinator.read.hashTerms([terms]) };
}

/** The trade with one of its legs changed. */
export function varyLeg(world: World, trade: Trade, index: number, changes: Partial<Terms["legs"][number]>) {
  const legs = trade.terms.legs.map((leg, i) => (i === index ? { ...leg, ...changes } : leg));
  return vary(world, trade, { legs });
}

/** Bond on the coordinator's chain, cash on the other. */
export function crossDvp(world: World, options: Parameters<typeof dvp>[1] = {}): Promise<Trade> {
  return dvp(world, { cashOn: world.away, ...options });
}

/** Bond against cash on one chain, the cash with these fees, in a token of the test's choice. */
export function feeTrade(world: World, token: Address, amount: bigint, fees: readonly Fee[]): Promise<Trade> {
  return buildTrade(world, {
    legs: [
      { chain: world.home, token: world.side.home.bond, amount: 10n ** 18n, from: 0, to: 1 },
      { chain: world.home, token, amount, from: 1, to: 0, fees },
    ],
    accounts: [ROLES.seller, ROLES.buyer],
  });
}

export function legOf(trade: Trade, index: number): Terms["legs"][number] {
  const leg = trade.terms.legs[index];
  if (leg === undefined) throw new Error(`No leg ${index}`);
  return leg;
}

export function openingOf(trade: Trade, position: number): Trade["openings"][number] {
  const opening = trade.openings[position];
  if (opening === undefined) throw new Error(`No party ${position}`);
  return opening;
}

/** Lets a contract of the deployment speak for itself, as only its code could elsewhere. */
export async function impersonate(chain: Chain, address: Address): Promise<Address> {
  await chain.helpers.impersonateAccount(address);
  await chain.helpers.setBalance(address, parseEther("10"));
  return address;
}

interface Emitter {
  abi: readonly unknown[];
  address: Address;
}

/** The names and arguments of one contract's events in a transaction, in order. */
export async function eventsOf(chain: Chain, contract: Emitter, hash: Hash) {
  const { logs } = await chain.client.waitForTransactionReceipt({ hash });
  const own = logs.filter(({ address }) => address.toLowerCase() === contract.address.toLowerCase());
  return parseEventLogs({ abi: contract.abi as never, logs: own }) as unknown as {
    eventName: ContractEventName;
    args: Record<string, unknown>;
  }[];
}

/** Only the names. */
export async function eventNames(chain: Chain, contract: Emitter, hash: Hash): Promise<string[]> {
  return (await eventsOf(chain, contract, hash)).map(({ eventName }) => eventName);
}

/** Moves this chain's clock so that the next block has at least this time. */
export async function until(chain: Chain, timestamp: number): Promise<void> {
  if ((await chain.helpers.time.latest()) < timestamp) await chain.helpers.time.increaseTo(timestamp);
}

export async function gasOf(chain: Chain, hash: Hash): Promise<bigint> {
  return (await chain.client.waitForTransactionReceipt({ hash })).gasUsed;
}

/** The payer's deposit with exactly this much gas, for calls whose outcome depends on it. */
export async function depositWithGas(world: World, trade: Trade, index: number, gas: bigint): Promise<Hash> {
  const leg = legOf(trade, index);
  const { secret, wallet: account } = openingOf(trade, (leg.from - 1) / 2);
  const atHome = leg.chainId === BigInt(world.home.chainId);
  const token = await (atHome ? world.home : world.away).viem.getContractAt("TestToken", leg.token);
  await token.write.approve([leg.escrow, leg.amount], { account, gas: 1_000_000n });
  const escrow = atHome ? world.escrow.home : world.escrow.away;
  return escrow.write.depositLeg([trade.terms, BigInt(index), secret, []], { account, gas });
}
