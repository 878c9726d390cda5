import { type Context, type EventNames, ponder } from "ponder:registry";
import { chainEvent } from "ponder:schema";
import type { Abi, Address, ContractEventName, GetEventArgs, Hex } from "viem";
import { normalise, toJson } from "./plain.ts";

export type ContractName = "coordinator" | "escrow" | "registry" | "messenger" | "root";

/** Where a log stands: everything a row may say of its origin. */
export interface Place {
  chainId: bigint;
  blockNumber: bigint;
  blockHash: Hex;
  blockTimestamp: bigint;
  txHash: Hex;
  txFrom: Address;
  logIndex: number;
}

/** One decoded log. Addresses in `args` are lower case, as all hex is. */
export interface Fact<args = Record<string, unknown>> {
  args: args;
  at: Place;
  /** The log's unindexed arguments as they were emitted. */
  data: Hex;
  db: Context["db"];
}

type EventArgs<abi extends Abi, name extends ContractEventName<abi>> = GetEventArgs<
  abi,
  name,
  { EnableUnion: false; IndexedOnly: false; Required: true }
>;

export type Handlers<abi extends Abi> = {
  [name in ContractEventName<abi>]?: (fact: Fact<EventArgs<abi, name>>) => Promise<void>;
};

/**
 * Listens to every event of a contract: each becomes a `chain_event`, and the rows that its handler makes of it.
 *
 * Handlers must take whatever the contract can emit in whatever order: one that throws stops the indexer for good.
 */
export function listen<const abi extends Abi>(contract: ContractName, abi: abi, handlers: Handlers<abi>): void {
  const byName = handlers as Record<string, ((fact: Fact) => Promise<void>) | undefined>;
  for (const item of abi) {
    if (item.type !== "event") continue;
    ponder.on(`${contract}:${item.name}` as EventNames, async (call) => {
      const { event, context } = call as unknown as LogCall;
      const at: Place = {
        chainId: BigInt(context.chain.id),
        blockNumber: event.block.number,
        blockHash: event.block.hash,
        blockTimestamp: event.block.timestamp,
        txHash: event.transaction.hash,
        txFrom: event.transaction.from,
        logIndex: event.log.logIndex,
      };
      const args = normalise(item.inputs, event.args);
      await context.db.insert(chainEvent).values({
        chainId: at.chainId,
        blockNumber: at.blockNumber,
        blockHash: at.blockHash,
        blockTimestamp: at.blockTimestamp,
        txHash: at.txHash,
        logIndex: at.logIndex,
        contract,
        address: event.log.address,
        event: item.name,
        settlementHash: (args.settlementId as Hex | undefined) ?? null,
        args: toJson(args),
      });
      await byName[item.name]?.({ args, at, data: event.log.data, db: context.db });
    });
  }
}

/** What Ponder hands to the handler of a log, whichever event it is. */
interface LogCall {
  event: {
    args: unknown;
    log: { address: Address; data: Hex; logIndex: number };
    block: { number: bigint; hash: Hex; timestamp: bigint };
    transaction: { hash: Hex; from: Address };
  };
  context: { db: Context["db"]; chain: { id: number } };
}
