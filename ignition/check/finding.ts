import {
  AbiDecodingDataSizeTooSmallError,
  AbiDecodingZeroDataError,
  BaseError,
  ContractFunctionRevertedError,
  ContractFunctionZeroDataError,
  ExecutionRevertedError,
} from "viem";
import { DeployError } from "../errors.ts";

/** One parameter of a live deployment: what was promised, and what is there. */
export interface Finding {
  chainId: number;
  chain: string;
  /** Which parameter, e.g. "messenger: send verifiers to Base Sepolia". */
  what: string;
  ok: boolean;
  promised: string;
  found: string;
}

/** Notes parameters of one chain. */
export class Notes {
  readonly findings: Finding[] = [];
  readonly #chain: Pick<Finding, "chainId" | "chain">;

  constructor(chain: Pick<Finding, "chainId" | "chain">) {
    this.#chain = chain;
  }

  /** Compares by their words: addresses in EIP-55 form, numbers in decimals, lists with commas. */
  note(what: string, promised: unknown, found: unknown): void {
    const [left, right] = [words(promised), words(found)];
    this.findings.push({ ...this.#chain, what, ok: left === right, promised: left, found: right });
  }
}

/** What a contract says that does not answer: another one stands there, or none. */
export const NO_ANSWER = "no answer";

/** The answer of a contract, or that it gave none. @throws DeployError ChainNotRead when it was the node that did not answer. */
export async function answerOf<T>(call: Promise<T>): Promise<T | typeof NO_ANSWER> {
  try {
    return await call;
  } catch (error) {
    if (isContractsFault(error)) return NO_ANSWER;
    throw unreadable(error);
  }
}

/** The node's answer. @throws DeployError ChainNotRead. */
export async function nodeAnswer<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw unreadable(error);
  }
}

function isContractsFault(error: unknown): boolean {
  const kinds = [
    ContractFunctionRevertedError,
    ContractFunctionZeroDataError,
    ExecutionRevertedError,
    AbiDecodingZeroDataError,
    AbiDecodingDataSizeTooSmallError,
  ];
  return error instanceof BaseError && error.walk((cause) => kinds.some((kind) => cause instanceof kind)) !== null;
}

function unreadable(error: unknown): DeployError {
  const reason = error instanceof BaseError ? `${error.shortMessage} ${error.details ?? ""}` : String(error);
  return new DeployError("ChainNotRead", reason.trim(), { cause: error });
}

function words(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.map(words).join(", ");
  return value === undefined ? "none" : String(value);
}
