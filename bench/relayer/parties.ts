import type { Terms } from "@keystoneos/protocol";
import { erc20Abi, escrowAbi } from "@keystoneos/protocol/abi";
import { type Address, encodeFunctionData, type Hex, maxUint256, parseAbi, toHex } from "viem";
import { rpc } from "../../devnet/src/chains/rpc.ts";
import type { World } from "../../devnet/src/world.ts";
import type { Watch } from "./watch.ts";

/** One settlement as whoever deposits knows it. */
export interface Trade {
  hash: Hex;
  terms: Terms;
  /** By position of `terms.parties`, of the wallets. */
  openings: ReadonlyMap<number, { wallet: Address; secret: Hex }>;
}

/** Who trades with whom: as many pairs as there are accounts for. */
export interface Pair {
  seller: Address;
  buyer: Address;
}

const mintAbi = parseAbi(["function mint(address to, uint256 amount)"]);

/** Which deposit comes last, and so settles, is known only when it is mined. */
const DEPOSIT_GAS = toHex(3_000_000);
const PLENTY = 10n ** 30n;

/** The wallets that trade: each has more of everything than it will deliver, and has approved the escrow. */
export class Parties {
  readonly pairs: readonly Pair[];
  readonly #world: World;
  readonly #urls: ReadonlyMap<number, string>;
  /** By chain and wallet: nonces are counted here, so that nobody waits for a block. */
  readonly #nonces = new Map<string, number>();

  constructor(world: World) {
    this.#world = world;
    this.#urls = new Map(world.chains.map(({ chainId, rpcUrl }) => [chainId, rpcUrl]));
    const { parties } = world;
    this.pairs = Array.from({ length: Math.floor(parties.length / 2) }, (_, index) => ({
      seller: parties[2 * index] as Address,
      buyer: parties[2 * index + 1] as Address,
    }));
  }

  async fund(watch: Watch): Promise<void> {
    const { deployment } = this.#world;
    const hashes: Hex[] = [];
    for (const { chainId } of this.#world.chains) {
      const tokens = new Set(
        deployment.instruments.filter(({ chain_id }) => chain_id === chainId).map(({ token_address }) => token_address),
      );
      for (const wallet of this.pairs.flatMap(({ seller, buyer }) => [seller, buyer])) {
        for (const token of tokens) {
          const mint = encodeFunctionData({ abi: mintAbi, functionName: "mint", args: [wallet, PLENTY] });
          const args = [deployment.contracts.escrow, maxUint256] as const;
          const approve = encodeFunctionData({ abi: erc20Abi, functionName: "approve", args });
          for (const data of [mint, approve]) hashes.push(await this.#send(chainId, wallet, token, data));
        }
      }
    }
    for (const hash of hashes) await watch.transaction(hash);
  }

  /** Sends every deposit of a trade; resolves when the nodes have taken them. */
  async deposit({ terms, openings }: Trade): Promise<void> {
    await Promise.all(
      terms.legs.map((leg, index) => {
        const opening = openings.get(leg.from);
        if (opening === undefined) throw new Error(`nobody knows the wallet at position ${leg.from}`);
        const args = [terms, BigInt(index), opening.secret, []] as const;
        const data = encodeFunctionData({ abi: escrowAbi, functionName: "depositLeg", args });
        return this.#send(Number(leg.chainId), opening.wallet, leg.escrow, data);
      }),
    );
  }

  async #send(chainId: number, from: Address, to: Address, data: Hex): Promise<Hex> {
    const url = this.#urls.get(chainId) as string;
    const key = `${chainId} ${from.toLowerCase()}`;
    if (!this.#nonces.has(key)) {
      this.#nonces.set(key, Number(await rpc<Hex>(url, "eth_getTransactionCount", [from, "pending"])));
    }
    const nonce = this.#nonces.get(key) as number;
    this.#nonces.set(key, nonce + 1);
    return rpc<Hex>(url, "eth_sendTransaction", [{ from, to, data, nonce: toHex(nonce), gas: DEPOSIT_GAS }]);
  }
}
