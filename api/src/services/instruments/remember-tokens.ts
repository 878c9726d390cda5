import type { StoreTransaction } from "@keystoneos/store";
import type { ResolvedInstrument } from "./resolve-instrument.ts";

/** Keeps what the chain said of tokens, so that it is asked once. */
export async function rememberTokens(trx: StoreTransaction, learned: readonly ResolvedInstrument[]): Promise<void> {
  // In one order everywhere, so that two submissions that learn the same tokens cannot wait for each other.
  const rows = learned
    .map(({ chain_id, token_address, token_standard, decimals }) => ({
      chain_id: BigInt(chain_id),
      address: token_address,
      token_standard,
      decimals,
    }))
    .sort((a, b) => (`${a.chain_id}${a.address}` < `${b.chain_id}${b.address}` ? -1 : 1));
  if (rows.length === 0) return;
  await trx
    .insertInto("keystone.token")
    .values(rows)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}
