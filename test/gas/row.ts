import type { Hash } from "viem";
import { type Chain, ROLES } from "../contracts/support/chain.ts";
import { dvp } from "../contracts/support/settle.ts";
import type { Trade } from "../contracts/support/terms.ts";
import { legOf } from "../contracts/support/trades.ts";
import type { World } from "../contracts/support/world.ts";

/** Gas of whole transactions, by what they do. */
export type Rows = Record<string, number>;

/** Far beyond any clock of these worlds. Fixed, since gas depends on the bytes of the calldata. */
export const DEADLINES = { depositDeadline: 4_000_000_000, settleDeadline: 4_000_003_600 };

/** Bond against cash with nothing in it that differs from run to run. */
export function fixedTrade(world: World, salt: string, options: Parameters<typeof dvp>[1] = {}): Promise<Trade> {
  return dvp(world, { salt, ...options, changes: { ...DEADLINES, ...options.changes } });
}

/** What a transaction cost from start to end. @throws Error when it failed, for then its gas says nothing. */
export async function gasUsed(chain: Chain, transaction: Hash | Promise<Hash>): Promise<number> {
  const receipt = await chain.client.waitForTransactionReceipt({ hash: await transaction });
  if (receipt.status !== "success") throw new Error(`Transaction ${receipt.transactionHash} failed`);
  return Number(receipt.gasUsed);
}

export function sum(...parts: (number | undefined)[]): number {
  return parts.reduce<number>((total, part) => {
    if (part === undefined) throw new Error("A row that a lifecycle adds up is missing");
    return total + part;
  }, 0);
}

/** An escrow in use holds something of every common token, so that a deposit does not pay for its first balance. */
export async function fillEscrow(world: World, trade: Trade): Promise<void> {
  for (const index of [0, 1]) {
    const token = await world.home.viem.getContractAt("TestToken", legOf(trade, index).token);
    await token.write.mint([world.addresses.escrow, 1n], { account: world.home.account(ROLES.deployer).account });
  }
}

/** @throws Error when the trade measured went another way than its row says. */
export async function expectState(world: World, trade: Trade, state: number): Promise<void> {
  const record = await world.coordinator.read.stateOf([trade.id]);
  if (record.state !== state) throw new Error(`The trade measured is in state ${record.state}, not ${state}`);
}
