import { coordinatorAbi, escrowAbi, messengerAbi, registryAbi, rootAbi } from "@keystoneos/protocol/abi";
import {
  type Abi,
  type AbiEvent,
  type Address,
  type ContractEventName,
  encodeAbiParameters,
  encodeEventTopics,
  type GetEventArgs,
  type Hex,
  parseAbi,
} from "viem";
import { DEPLOYMENT } from "./deployment.ts";

export const emitterAbi = parseAbi([
  "struct RawLog { bytes32[] topics; bytes data; }",
  "function emitLogs(RawLog[] logs)",
]);

export interface RawLog {
  topics: Hex[];
  data: Hex;
}

export const ABIS = {
  coordinator: coordinatorAbi,
  escrow: escrowAbi,
  registry: registryAbi,
  messenger: messengerAbi,
  root: rootAbi,
} as const;

export type ContractName = keyof typeof ABIS;

/** One log of one contract of the deployment, by the names of its arguments. */
export interface ChainLog {
  contract: ContractName;
  event: string;
  args: Record<string, unknown>;
}

/** A log with its arguments' types checked against the ABI. */
export function log<
  const contract extends ContractName,
  const event extends ContractEventName<(typeof ABIS)[contract]>,
>(
  contract: contract,
  event: event,
  args: GetEventArgs<(typeof ABIS)[contract], event, { EnableUnion: false; IndexedOnly: false; Required: true }>,
): ChainLog {
  return { contract, event, args: args as unknown as Record<string, unknown> };
}

function eventItem(contract: ContractName, event: string): AbiEvent {
  const item = (ABIS[contract] as Abi).find((each) => each.type === "event" && each.name === event);
  if (item === undefined) throw new Error(`${contract} has no event ${event}`);
  return item as AbiEvent;
}

function encodeLog({ contract, event, args }: ChainLog): RawLog {
  const item = eventItem(contract, event);
  const topics = encodeEventTopics({ abi: [item], args } as never) as Hex[];
  const unindexed = item.inputs.filter((input) => !input.indexed);
  return {
    topics,
    data: encodeAbiParameters(
      unindexed,
      unindexed.map((input) => args[input.name ?? ""]),
    ),
  };
}

/** Groups logs into calls: neighbours of one contract share a transaction. */
export function toCalls(logs: readonly ChainLog[]): { address: Address; logs: RawLog[] }[] {
  const calls: { address: Address; logs: RawLog[] }[] = [];
  for (const log of logs) {
    const address = DEPLOYMENT.contracts[log.contract];
    const last = calls.at(-1);
    if (last?.address === address) last.logs.push(encodeLog(log));
    else calls.push({ address, logs: [encodeLog(log)] });
  }
  return calls;
}
