import { type Abi, type ContractEventName, type Hash, type ParseEventLogsReturnType, parseEventLogs } from "viem";
import type { Chain } from "./chain.ts";

/** What a contract published in one transaction under one name. */
export async function eventsOf<const abi extends Abi, name extends ContractEventName<abi>>(
  chain: Chain,
  hash: Hash,
  contract: { address: `0x${string}`; abi: abi },
  eventName: name,
): Promise<ParseEventLogsReturnType<abi, name, true>> {
  const { logs } = await chain.client.waitForTransactionReceipt({ hash });
  const own = logs.filter((log) => log.address.toLowerCase() === contract.address.toLowerCase());
  return parseEventLogs({ abi: contract.abi, logs: own, eventName });
}
