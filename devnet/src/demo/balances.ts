import { parseQuantity } from "@keystoneos/protocol";
import type { Address } from "viem";
import { type Context, instrument, type Role } from "./context.ts";
import { other, type Transfer } from "./trade.ts";

/** An account whose balance of a token on a chain a scenario watches. */
export interface Watched {
  chainId: number;
  token: Address;
  alias: string;
  holder: Address;
  /** For the reader: seller, buyer, fee recipient. */
  who: string;
}

/** Both parties' balances of every token in the trade. */
export function watch(context: Context, transfers: readonly Transfer[]): Watched[] {
  return transfers.flatMap(({ alias, chainId }) =>
    (["seller", "buyer"] as const).map((who) => ({
      chainId,
      alias,
      token: instrument(context.world, alias, chainId).token_address,
      holder: context.wallets[who],
      who,
    })),
  );
}

/** Reads them over RPC, past the platform and its index. */
export function readBalances(context: Context, watched: readonly Watched[]): Promise<bigint[]> {
  return Promise.all(watched.map(({ chainId, token, holder }) => context.chains.balance(chainId, token, holder)));
}

/** By how much each watched balance must have changed once every transfer was made, fees of `feeBps` taken out of payments. */
export function expectedChanges(
  context: Context,
  watched: readonly Watched[],
  transfers: readonly Transfer[],
  feeOf: (transfer: Transfer, amount: bigint) => { recipient: Address; fee: bigint } | undefined = () => undefined,
): bigint[] {
  return watched.map(({ chainId, alias, holder }) => {
    let change = 0n;
    for (const transfer of transfers) {
      if (transfer.chainId !== chainId || transfer.alias !== alias) continue;
      const amount = parseQuantity(transfer.quantity, instrument(context.world, alias, chainId).decimals);
      const paid = feeOf(transfer, amount);
      const role = roleOf(context, holder);
      if (role === transfer.from) change -= amount;
      else if (role === other(transfer.from)) change += amount - (paid?.fee ?? 0n);
      if (paid !== undefined && paid.recipient.toLowerCase() === holder.toLowerCase()) change += paid.fee;
    }
    return change;
  });
}

/** One sentence for each balance that is not what it must be. */
export function compareBalances(
  watched: readonly Watched[],
  before: readonly bigint[],
  after: readonly bigint[],
  changes: readonly bigint[],
): string[] {
  return watched.flatMap(({ who, alias, chainId }, index) => {
    const change = (after[index] ?? 0n) - (before[index] ?? 0n);
    const expected = changes[index] ?? 0n;
    return change === expected
      ? []
      : [`${who}'s ${alias} on chain ${chainId} changed by ${change}, not by ${expected}`];
  });
}

function roleOf(context: Context, holder: Address): Role | undefined {
  const roles = ["seller", "buyer"] as const;
  return roles.find((role) => context.wallets[role].toLowerCase() === holder.toLowerCase());
}
