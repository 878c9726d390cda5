import { type Address, type Hex, toHex } from "viem";
import { type HDAccount, mnemonicToAccount } from "viem/accounts";
import { rpc } from "../../devnet/src/chains/rpc.ts";
import type { World } from "../../devnet/src/world.ts";

export const MOST_SIGNERS = 4;

const MNEMONIC = "test test test test test test test test test test test junk";
const FIRST = { relayer: 100, loop: 200 } as const;

/** Accounts that pay gas and do nothing else, the first so many. */
export function gasAccounts(of: keyof typeof FIRST, count: number): HDAccount[] {
  return Array.from({ length: count }, (_, index) => mnemonicToAccount(MNEMONIC, { addressIndex: FIRST[of] + index }));
}

/** What a relayer is told to send with so many keys. */
export function gasKeys(count: number): Record<string, string> {
  const entries = gasAccounts("relayer", count).map((account, index): [string, string] => [
    `BENCH_GAS_KEY_${index + 1}`,
    toHex(account.getHdKey().privateKey as Uint8Array),
  ]);
  return { RELAYER_KEYS: entries.map(([name]) => `env:${name}`).join(), ...Object.fromEntries(entries) };
}

/** Gives every account that pays gas more than it can spend, on every chain. */
export async function fundGasAccounts(world: World): Promise<void> {
  const addresses = (["relayer", "loop"] as const).flatMap((of) =>
    gasAccounts(of, MOST_SIGNERS).map(({ address }): Address => address),
  );
  const balance: Hex = toHex(10n ** 24n);
  for (const { rpcUrl } of world.chains) {
    await Promise.all(addresses.map((address) => rpc(rpcUrl, "anvil_setBalance", [address, balance])));
  }
}
