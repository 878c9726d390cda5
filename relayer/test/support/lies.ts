import { type Hex, keccak256, numberToHex, parseGwei } from "viem";
import type { Behaviour, Upstream } from "./fault-proxy.ts";

/** Of another chain, by its id. */
export const otherChain =
  (chainId: number): Behaviour =>
  ({ method }) =>
    method === "eth_chainId" ? { result: numberToHex(chainId) } : null;

/** The hash that a node gives instead on another branch: the same on every node that lies so. */
export const other = (hash: unknown): Hex => keccak256(hash as Hex);

/** From a number on, every block is another one: 0 is another chain of the same id. */
export const forked =
  (from: bigint): Behaviour =>
  async ({ method, params }, upstream) => {
    if (method !== "eth_getBlockByNumber") return null;
    const block = (await upstream(method, params)) as { number: Hex; hash: Hex } | null;
    if (block === null || BigInt(block.number) < from) return null;
    return { result: { ...block, hash: other(block.hash) } };
  };

/** So many blocks behind: it knows of nothing that is in the newest ones. */
export const behind =
  (blocks: number): Behaviour =>
  async ({ method, params }, upstream) => {
    const newest = await newestBut(blocks, upstream);
    switch (method) {
      case "eth_getBlockByNumber":
        if (params[0] === "latest") return { result: await upstream(method, [numberToHex(newest), false]) };
        return BigInt(params[0] as Hex) > newest ? { result: null } : null;
      case "eth_getTransactionReceipt": {
        const receipt = (await upstream(method, params)) as { blockNumber: Hex } | null;
        return receipt !== null && BigInt(receipt.blockNumber) > newest ? { result: null } : null;
      }
      case "eth_getTransactionCount":
      case "eth_call": {
        const state = params[1];
        if (typeof state === "string") return { result: await upstream(method, [params[0], numberToHex(newest)]) };
        const { blockHash } = state as { blockHash: Hex };
        const block = (await upstream("eth_getBlockByHash", [blockHash, false])) as { number: Hex } | null;
        const has = block !== null && BigInt(block.number) <= newest;
        return has ? null : { error: { code: -32000, message: "header not found" } };
      }
      default:
        return null;
    }
  };

async function newestBut(blocks: number, upstream: Upstream): Promise<bigint> {
  const number = BigInt((await upstream("eth_blockNumber", [])) as Hex) - BigInt(blocks);
  return number < 0n ? 0n : number;
}

/** Says of what reverted that it succeeded, and the other way round. */
export const flippedReceipts: Behaviour = async ({ method, params }, upstream) => {
  if (method !== "eth_getTransactionReceipt") return null;
  const receipt = (await upstream(method, params)) as { status: Hex } | null;
  return receipt === null ? null : { result: { ...receipt, status: receipt.status === "0x1" ? "0x0" : "0x1" } };
};

/** Tells receipts with these fields instead, or besides. */
export const priced =
  (fields: { effectiveGasPrice?: Hex; l1Fee?: Hex | null }): Behaviour =>
  async ({ method, params }, upstream) => {
    if (method !== "eth_getTransactionReceipt") return null;
    const receipt = (await upstream(method, params)) as object | null;
    return receipt === null ? null : { result: { ...receipt, ...fields } };
  };

/** Knows of no receipt. */
export const noReceipts: Behaviour = ({ method }) => (method === "eth_getTransactionReceipt" ? { result: null } : null);

/** Has a receipt for what was never mined. */
export const madeUpReceipts: Behaviour = async ({ method, params }, upstream) => {
  if (method !== "eth_getTransactionReceipt" || (await upstream(method, params)) !== null) return null;
  const { number, hash } = (await upstream("eth_getBlockByNumber", ["latest", false])) as { number: Hex; hash: Hex };
  const [transactionHash] = params;
  const [status, gasUsed, effectiveGasPrice] = ["0x1", "0x5208", "0x1"];
  return { result: { transactionHash, blockHash: hash, blockNumber: number, status, gasUsed, effectiveGasPrice } };
};

/** Adds to every nonce, or takes away. */
export const nonces =
  (by: bigint): Behaviour =>
  async ({ method, params }, upstream) => {
    if (method !== "eth_getTransactionCount") return null;
    const count = BigInt((await upstream(method, params)) as Hex) + by;
    return { result: numberToHex(count < 0n ? 0n : count) };
  };

/** Answers every call of a contract with this. */
export const views =
  (data: Hex): Behaviour =>
  ({ method }) =>
    method === "eth_call" ? { result: data } : null;

/** Takes what is sent, tells its hash and keeps it to itself. */
export const swallow: Behaviour = ({ method, params }) =>
  method === "eth_sendRawTransaction" ? { result: keccak256(params[0] as Hex) } : null;

/** Sends what it is given twice, and tells what came of the second time. */
export const twice: Behaviour = async ({ method, params }, upstream) => {
  if (method === "eth_sendRawTransaction") await upstream(method, params);
  return null;
};

/** Finds blocks and tips very dear. */
export const dear: Behaviour = async ({ method, params }, upstream) => {
  const fee = numberToHex(parseGwei("400"));
  if (method === "eth_maxPriorityFeePerGas") return { result: fee };
  if (method !== "eth_getBlockByNumber") return null;
  return { result: { ...((await upstream(method, params)) as object), baseFeePerGas: fee } };
};

/** Has the state of so many blocks, as a node that keeps no archive. */
export const pruned =
  (blocks: number): Behaviour =>
  async ({ method, params }, upstream) => {
    const state = params[1] as { blockHash?: Hex } | undefined;
    if (method !== "eth_getTransactionCount" || state?.blockHash === undefined) return null;
    const block = (await upstream("eth_getBlockByHash", [state.blockHash, false])) as { number: Hex };
    const has = BigInt(block.number) > (await newestBut(blocks, upstream));
    return has ? null : { error: { code: -32000, message: "missing trie node" } };
  };
