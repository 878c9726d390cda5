import { type Hex, toHex } from "viem";
import { type HDAccount, mnemonicToAccount } from "viem/accounts";

/** The mnemonic that every development node knows. Whatever these keys hold on a public chain belongs to everybody. */
const MNEMONIC = "test test test test test test test test test test test junk";

/** What the accounts of the mnemonic do in the local world; from `firstParty` up to the sandbox's two they are wallets of parties. */
export const ROLE = {
  deployer: 0,
  relayer: 1,
  attester: 2,
  operator: 3,
  verifierA: 4,
  verifierB: 5,
  executor: 6,
  firstParty: 7,
  faucet: 28,
  counterparty: 29,
} as const;

export type Role = keyof typeof ROLE;

/** A development account by role or by position. */
export function localAccount(role: Role | number): HDAccount {
  return mnemonicToAccount(MNEMONIC, { addressIndex: typeof role === "number" ? role : ROLE[role] });
}

/** Its private key, 32 bytes hex: for the environment of a process of the local world. */
export function localPrivateKey(role: Role | number): Hex {
  return toHex(localAccount(role).getHdKey().privateKey as Uint8Array);
}
