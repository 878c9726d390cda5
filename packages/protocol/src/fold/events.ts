import type { Abi, ContractEventName, GetEventArgs, Hex, Log } from "viem";
import { decodeEventLog, isAddressEqual } from "viem/utils";
import { coordinatorAbi } from "../abi/generated/coordinator.ts";
import { escrowAbi } from "../abi/generated/escrow.ts";
import { messengerAbi } from "../abi/generated/messenger.ts";
import { registryAbi } from "../abi/generated/registry.ts";
import { rootAbi } from "../abi/generated/root.ts";
import type { Deployment } from "../deployment/deployment.ts";
import { ProtocolError } from "../errors.ts";

type EventsOf<contract extends string, abi extends Abi> = {
  [name in ContractEventName<abi>]: {
    contract: contract;
    eventName: name;
    args: GetEventArgs<abi, name, { EnableUnion: false; IndexedOnly: false; Required: true }>;
  };
}[ContractEventName<abi>];

export type CoordinatorEvent = EventsOf<"coordinator", typeof coordinatorAbi>;
export type EscrowEvent = EventsOf<"escrow", typeof escrowAbi>;
export type RegistryEvent = EventsOf<"registry", typeof registryAbi>;
export type MessengerEvent = EventsOf<"messenger", typeof messengerAbi>;
export type RootEvent = EventsOf<"root", typeof rootAbi>;
export type ProtocolEvent = CoordinatorEvent | EscrowEvent | RegistryEvent | MessengerEvent | RootEvent;
export type ContractName = ProtocolEvent["contract"];

/** Where a log stands; chain, block and index in the block are its key. */
export interface EventPosition {
  chainId: number;
  blockNumber: bigint;
  logIndex: number;
}

/** A decoded log of the deployment. */
export type ChainEvent = ProtocolEvent & EventPosition;

const ABIS = {
  coordinator: coordinatorAbi,
  escrow: escrowAbi,
  registry: registryAbi,
  messenger: messengerAbi,
  root: rootAbi,
} satisfies Record<ContractName, Abi>;

/**
 * Decodes a log of one of the deployment's contracts; null for a log of any other address.
 *
 * @throws ProtocolError `event_input` when the log is pending, or a contract of the deployment emitted what its ABI does not know.
 */
export function decodeChainEvent(
  deployment: Pick<Deployment, "contracts">,
  chainId: number,
  log: Pick<Log, "address" | "blockNumber" | "logIndex" | "data" | "topics">,
): ChainEvent | null {
  const contract = (Object.keys(ABIS) as ContractName[]).find((name) =>
    isAddressEqual(deployment.contracts[name], log.address),
  );
  if (contract === undefined) return null;
  if (log.blockNumber === null || log.logIndex === null) {
    throw new ProtocolError("event_input", "a pending log has no place yet");
  }
  const position: EventPosition = { chainId, blockNumber: log.blockNumber, logIndex: log.logIndex };
  try {
    const { eventName, args } = decodeEventLog({
      abi: ABIS[contract] as Abi,
      data: log.data,
      topics: log.topics as [Hex, ...Hex[]],
    });
    return { contract, eventName, args: args ?? {}, ...position } as unknown as ChainEvent;
  } catch (cause) {
    throw new ProtocolError("event_input", `not an event of the ${contract}`, { cause });
  }
}
