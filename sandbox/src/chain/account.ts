import {
  type Address,
  createWalletClient,
  type Hex,
  type PrivateKeyAccount,
  type TransactionReceipt,
  type WalletClient,
} from "viem";
import { privateKeyToAccount } from "viem/accounts";
import type { Chain } from "./chain.ts";

interface Call {
  to: Address;
  data?: Hex;
  /** Wei. */
  value?: bigint;
  /** The node's estimate by default. */
  gas?: bigint;
}

/** Sends a call and waits until it is mined. Throws where it would revert, before it costs anything, or where it has. */
export type Send = (call: Call) => Promise<TransactionReceipt>;

/** One account on one chain. */
export interface Account {
  address: Address;
  chain: Chain;
  /**
   * Lets `work` alone send from this account, after whoever asked before. What it reads of the account's own balances stays true until
   * it has sent.
   */
  alone<T>(work: (send: Send) => Promise<T>): Promise<T>;
}

const RECEIPT_TIMEOUT_MS = 180_000;

export function accountOn(chain: Chain, key: Hex): Account {
  const account = privateKeyToAccount(key);
  const wallet = createWalletClient({ account, chain: chain.definition, transport: chain.transport });
  const send: Send = (call) => sendAndWait(chain, account, wallet, call);
  let last: Promise<unknown> = Promise.resolve();
  return {
    address: account.address,
    chain,
    alone(work) {
      const mine = last.then(() => work(send));
      last = mine.catch(() => {});
      return mine;
    },
  };
}

async function sendAndWait(
  chain: Chain,
  account: PrivateKeyAccount,
  wallet: WalletClient,
  call: Call,
): Promise<TransactionReceipt> {
  await chain.client.call({ account: account.address, ...call });
  const hash = await wallet.sendTransaction({ account, chain: chain.definition, ...call });
  const receipt = await chain.client.waitForTransactionReceipt({ hash, timeout: RECEIPT_TIMEOUT_MS });
  if (receipt.status !== "success") throw new Error(`transaction ${hash} on chain ${chain.chainId} reverted`);
  return receipt;
}
