import { randomBytes } from "node:crypto";
import {
  attestationTypedData,
  ComplianceStatus,
  hashTerms,
  randomSecret,
  type Terms,
  walletCommitment,
} from "@keystoneos/protocol";
import { coordinatorAbi, escrowAbi, routerAbi } from "@keystoneos/protocol/abi";
import { type ContractFunctionArgs, encodeFunctionData, type HDAccount, type Hex, keccak256 } from "viem";
import { ESCROW_GAS } from "../../devnet/src/demo/chains.ts";
import { localAccount } from "../../devnet/src/keys.ts";
import type { World } from "../../devnet/src/world.ts";
import { Lane } from "./lane.ts";
import type { Progress } from "./milestones.ts";
import type { Pair, Parties, Trade } from "./parties.ts";
import type { Watch } from "./watch.ts";

/** A trade with the attester's word about it, as the router takes both. */
export interface LoopTrade extends Trade {
  open: ContractFunctionArgs<typeof routerAbi, "nonpayable", "open">;
}

/** So many trades on terms like those of one that was matched, between these wallets, each with its attestation signed. */
export async function drawTrades(
  world: World,
  like: Terms,
  pairs: readonly Pair[],
  count: number,
): Promise<LoopTrade[]> {
  const attester = localAccount("attester");
  const { coordinatorChainId: chainId, contracts } = world.deployment;
  const draw = async (index: number): Promise<LoopTrade> => {
    const { seller, buyer } = pairs[index % pairs.length] as Pair;
    const openings = new Map([
      [1, { wallet: seller, secret: randomSecret() }],
      [3, { wallet: buyer, secret: randomSecret() }],
    ]);
    const parties = like.parties.map((_, position) => {
      const opening = openings.get(position);
      return opening === undefined ? randomSecret() : walletCommitment(opening.secret, opening.wallet);
    });
    const ref: Hex = `0x${randomBytes(16).toString("hex")}`;
    const terms = { ...like, ref, parties };
    const hash = hashTerms(terms);
    const word = {
      statuses: parties.map((): number => ComplianceStatus.Pass),
      referenceHashes: parties.map((commitment) => keccak256(commitment)),
      validUntil: terms.settleDeadline + 3600,
      sequence: 1n,
    };
    const attestation = { settlementId: hash, parties, ...word };
    const typedData = attestationTypedData({ chainId, registry: contracts.registry, attestation });
    const signature = await attester.signTypedData(typedData);
    return { hash, terms, openings, open: [terms, [{ attester: attester.address, ...word, signature }]] };
  };
  return Promise.all(Array.from({ length: count }, (_, index) => draw(index)));
}

/**
 * What anybody would write who has the contracts, viem and so many keys: the calls that a relayer makes, as many at once as the keys' windows
 * allow, with nonces counted here. Nothing is stored, simulated for its effect, replaced or looked at again; whatever goes wrong ends it.
 */
export class ViemLoop {
  readonly #world: World;
  readonly #progress: Progress;
  readonly #lanes: ReadonlyMap<number, Lane>;

  constructor(world: World, watch: Watch, progress: Progress, accounts: readonly HDAccount[], window: number) {
    this.#world = world;
    this.#progress = progress;
    this.#lanes = new Map(
      world.chains.map(({ chainId, rpcUrl }) => [chainId, new Lane(watch, chainId, rpcUrl, accounts, window)]),
    );
  }

  async prepare(): Promise<void> {
    for (const lane of this.#lanes.values()) await lane.prepare();
  }

  /** Brings every trade to its end. */
  async settle(trades: readonly LoopTrade[], parties: Parties): Promise<void> {
    await Promise.all(trades.map((trade) => this.#settle(trade, parties)));
  }

  async #settle(trade: LoopTrade, parties: Parties): Promise<void> {
    const { coordinatorChainId: home, contracts } = this.#world.deployment;
    const open = encodeFunctionData({ abi: routerAbi, functionName: "open", args: trade.open });
    await this.#on(home).send({ to: contracts.router, data: open });
    await parties.deposit(trade);
    const away = trade.terms.legs.map(({ chainId }) => Number(chainId)).find((chainId) => chainId !== home);
    if (away !== undefined) await this.#cross(trade, home, away);
    await this.#progress.reached(trade.hash, ({ finalized }) => finalized !== undefined);
  }

  async #cross({ hash, terms, openings }: LoopTrade, home: number, away: number): Promise<void> {
    const { escrow, coordinator } = this.#world.deployment.contracts;
    await this.#progress.reached(hash, ({ deposits }) => deposits.length === terms.legs.length);
    const reveals = terms.legs.map(async (leg) => {
      const chainId = Number(leg.chainId);
      const opening = openings.get(leg.to);
      if (opening === undefined) throw new Error(`nobody knows the wallet at position ${leg.to}`);
      const args = [terms, [{ partyIndex: leg.to, ...opening }]] as const;
      const data = encodeFunctionData({ abi: escrowAbi, functionName: "reveal", args });
      const value = chainId === home ? 0n : await this.#quoteReport("quoteLocked", terms, away);
      await this.#on(chainId).send({ to: escrow, data, value, gas: ESCROW_GAS });
    });
    await Promise.all(reveals);
    await this.#progress.reached(hash, ({ verdict }) => verdict !== undefined);
    const args = [terms, BigInt(away)] as const;
    const fee = await this.#on(home).client.readContract({
      address: coordinator,
      abi: coordinatorAbi,
      functionName: "quoteDispatch",
      args: [...args, true],
    });
    const dispatch = encodeFunctionData({ abi: coordinatorAbi, functionName: "dispatch", args });
    await this.#on(home).send({ to: coordinator, data: dispatch, value: withMargin(fee) });
    await this.#progress.reached(hash, ({ paidAway }) => paidAway !== undefined);
    const data = encodeFunctionData({ abi: escrowAbi, functionName: "notifyReleased", args: [terms] });
    await this.#on(away).send({ to: escrow, data, value: await this.#quoteReport("quoteReleased", terms, away) });
  }

  async #quoteReport(functionName: "quoteLocked" | "quoteReleased", terms: Trade["terms"], chainId: number) {
    const address = this.#world.deployment.contracts.escrow;
    const fee = await this.#on(chainId).client.readContract({
      address,
      abi: escrowAbi,
      functionName,
      args: [terms, true],
    });
    return withMargin(fee);
  }

  #on(chainId: number): Lane {
    const lane = this.#lanes.get(chainId);
    if (lane === undefined) throw new Error(`there is no chain ${chainId}`);
    return lane;
  }
}

/** As the relayer pays. */
function withMargin(fee: bigint): bigint {
  return (fee * 11n) / 10n;
}
