import { coordinatorAbi, endpointAbi, escrowAbi, messengerAbi, registryAbi } from "@keystoneos/protocol/abi";
import { type Abi, BaseError, decodeErrorResult, type Hex } from "viem";

const abi: Abi = [...coordinatorAbi, ...escrowAbi, ...registryAbi, ...messengerAbi, ...endpointAbi].filter(
  (entry) => (entry.type as string) === "error",
) as Abi;

export interface RevertReason {
  /** Of the contract's error; empty where it told none that we know. */
  name: string;
  args: string[];
  /** In one line: `Contract_Reason(arguments)`; unknown data as hex. */
  text: string;
}

export function decodeRevert(data: Hex | undefined): RevertReason {
  if (data === undefined || data === "0x") return { name: "", args: [], text: "reverted without a reason" };
  try {
    const { errorName, args = [] } = decodeErrorResult({ abi, data });
    const told = args.map((argument) => String(argument));
    return { name: errorName, args: told, text: `${errorName}(${told.join(", ")})` };
  } catch {
    return { name: "", args: [], text: `reverted with ${data.length > 138 ? `${data.slice(0, 138)}…` : data}` };
  }
}

/** The revert data inside a viem error, undefined when the node told none. */
export function revertData(error: unknown): Hex | undefined {
  if (!(error instanceof BaseError)) return undefined;
  const found = error.walk((cause) => typeof (cause as { data?: unknown }).data === "string");
  return (found as { data?: Hex } | null)?.data;
}

/** An error in one line for the log, without the request that caused it. */
export function shortMessage(error: unknown): string {
  if (error instanceof BaseError) return error.details || error.shortMessage;
  return error instanceof Error ? error.message : String(error);
}
