import { type Address, createWalletClient, defineChain, type HDAccount, type Hex, http, publicActions } from "viem";
import type { Watch } from "./watch.ts";

export interface Call {
  to: Address;
  data: Hex;
  /** Wei. */
  value?: bigint;
  /** What the node estimates by default. */
  gas?: bigint;
}

interface Key {
  client: ReturnType<typeof clientOf>;
  nonce: number;
  unmined: number;
}

/** The keys of the loop on one chain. Each has so many transactions in nodes' pools at once at most, its window. */
export class Lane {
  readonly #watch: Watch;
  readonly #window: number;
  readonly #keys: Key[];
  readonly #queue: (() => void)[] = [];

  constructor(watch: Watch, chainId: number, rpcUrl: string, accounts: readonly HDAccount[], window: number) {
    this.#watch = watch;
    this.#window = window;
    this.#keys = accounts.map((account) => ({ client: clientOf(chainId, rpcUrl, account), nonce: 0, unmined: 0 }));
  }

  /** Reads where the keys' nonces begin. */
  async prepare(): Promise<void> {
    for (const key of this.#keys)
      key.nonce = await key.client.getTransactionCount({ address: key.client.account.address });
  }

  /** For what is asked beside the calls. */
  get client(): Key["client"] {
    return (this.#keys[0] as Key).client;
  }

  /** Resolves when the call is mined. Throws when it reverts. */
  async send(call: Call): Promise<void> {
    const key = await this.#free();
    key.unmined++;
    try {
      const nonce = key.nonce++;
      const hash = await key.client.sendTransaction({ ...call, nonce });
      const { succeeded } = await this.#watch.transaction(hash);
      if (!succeeded) throw new Error(`${hash} has reverted`);
    } finally {
      key.unmined--;
      this.#queue.shift()?.();
    }
  }

  async #free(): Promise<Key> {
    for (;;) {
      const [key] = this.#keys.toSorted((a, b) => a.unmined - b.unmined);
      if (key !== undefined && key.unmined < this.#window) return key;
      await new Promise<void>((resolve) => this.#queue.push(resolve));
    }
  }
}

function clientOf(chainId: number, rpcUrl: string, account: HDAccount) {
  const chain = defineChain({
    id: chainId,
    name: `chain ${chainId}`,
    nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
    rpcUrls: { default: { http: [rpcUrl] } },
  });
  return createWalletClient({ account, chain, transport: http(rpcUrl) }).extend(publicActions);
}
