import { type Address, erc20Abi, type Hash } from "viem";
import type { Chain } from "./chain.ts";
import { ROLES } from "./chain.ts";
import { attest } from "./compliance.ts";
import { buildTrade, type Opening, type Trade, type TradeSpec } from "./terms.ts";
import type { World } from "./world.ts";

/** Bond against cash between seller and buyer; the bond on the coordinator's chain unless told otherwise. */
export function dvp(
  world: World,
  options: { bondOn?: Chain; cashOn?: Chain } & Partial<TradeSpec> = {},
): Promise<Trade> {
  const { bondOn = world.home, cashOn = world.home, ...spec } = options;
  return buildTrade(world, {
    legs: [
      { chain: bondOn, token: sideOf(world, bondOn).bond, amount: 10n ** 18n, from: 0, to: 1 },
      { chain: cashOn, token: sideOf(world, cashOn).cash, amount: 5_000_000n, from: 1, to: 0 },
    ],
    accounts: [ROLES.seller, ROLES.buyer],
    ...spec,
  });
}

function sideOf(world: World, chain: Chain) {
  return chain === world.home ? world.side.home : world.side.away;
}

function escrowOf(world: World, chain: Chain) {
  return chain === world.home ? world.escrow.home : world.escrow.away;
}

/** Created, cleared, and advanced to where deposits are awaited. */
export async function open(world: World, trade: Trade): Promise<void> {
  await world.coordinator.write.createSettlement([trade.terms]);
  await attest(world, trade);
  await world.coordinator.write.advance([trade.terms]);
}

/** The wallet that owes the leg approves and deposits it. `value` pays for the report that the deposit may complete. */
export async function deposit(
  world: World,
  trade: Trade,
  legIndex: number,
  options: { value?: bigint; openings?: readonly Opening[]; from?: number; gas?: bigint } = {},
): Promise<Hash> {
  const { value = 0n, openings = [] } = options;
  const leg = trade.terms.legs[legIndex];
  if (leg === undefined) throw new Error(`No leg ${legIndex}`);
  const position = (leg.from - 1) / 2;
  const chain = leg.chainId === BigInt(world.home.chainId) ? world.home : world.away;
  const { account } = chain.account(options.from ?? trade.accounts[position] ?? 0);
  const secret = trade.openings[position]?.secret ?? "0x";
  const escrow = escrowOf(world, chain);
  const token = await chain.viem.getContractAt("TestToken", leg.token);
  await token.write.approve([escrow.address, leg.amount], { account });
  const gas = options.gas === undefined ? {} : { gas: options.gas };
  return escrow.write.depositLeg([trade.terms, BigInt(legIndex), secret, openings], { account, value, ...gas });
}

export async function balanceOf(chain: Chain, token: Address, owner: Address): Promise<bigint> {
  return chain.client.readContract({ address: token, abi: erc20Abi, functionName: "balanceOf", args: [owner] });
}
