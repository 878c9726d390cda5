import {
  type Abi,
  type ContractFunctionArgs,
  type ContractFunctionName,
  createPublicClient,
  custom,
  type Hex,
  type ReadContractParameters,
  type ReadContractReturnType,
  RpcRequestError,
} from "viem";
import { stateOf } from "./blocks.ts";
import type { Chain } from "./client.ts";
import { NodeFault } from "./fault.ts";
import type { Nodes } from "./nodes.ts";

/**
 * A view of a contract as a quorum answers it from the state of one block, for what gates money or a step that cannot be taken back.
 * `call` as viem's readContract takes it. Throws as readContract does, also when a quorum says that the call reverts (then `revertData`
 * tells the reason); and an error that names each node when no quorum agrees.
 */
export function agreedRead<
  const abi extends Abi,
  functionName extends ContractFunctionName<abi, "pure" | "view">,
  const args extends ContractFunctionArgs<abi, "pure" | "view", functionName>,
>(
  chain: Chain,
  call: Omit<
    ReadContractParameters<abi, functionName, args>,
    "blockTag" | "blockNumber" | "blockHash" | "stateOverride"
  >,
  blockHash: Hex,
): Promise<ReadContractReturnType<abi, functionName, args>> {
  const transport = custom(
    { request: ({ method, params }) => answer(chain.nodes, method, params, blockHash) },
    { retryCount: 0 },
  );
  // A contract could have viem fetch any URL (EIP-3668).
  const client = createPublicClient({ transport, ccipRead: false });
  return client.readContract(call as ReadContractParameters<abi, functionName, args>);
}

type Told = { reverted: boolean; data: Hex };

async function answer(nodes: Nodes, method: string, params: readonly unknown[], blockHash: Hex): Promise<Hex> {
  if (method !== "eth_call") throw new Error(`${method} is not a read of one block`);
  const [request] = params as [{ to: string }];
  const answers = nodes.each(async (ask): Promise<Told> => {
    try {
      return { reverted: false, data: hexOf(await ask("eth_call", [request, stateOf(blockHash)])) };
    } catch (error) {
      if (error instanceof RpcRequestError && isRevert(error)) return { reverted: true, data: revertOf(error.data) };
      throw error;
    }
  }, nodes.deadline());
  const told = await nodes.agreed(`a view of ${request.to} in block ${blockHash}`, answers, ({ reverted, data }) =>
    reverted ? `reverts with ${data}` : data,
  );
  if (!told.reverted) return told.data;
  const error = { code: 3, message: "execution reverted", data: told.data };
  throw new RpcRequestError({ body: { method }, url: "a quorum", error });
}

function hexOf(value: unknown): Hex {
  if (typeof value !== "string" || !/^0x([0-9a-fA-F]{2})*$/.test(value)) {
    throw new NodeFault("malformed", "gave no bytes for a view");
  }
  return value.toLowerCase() as Hex;
}

/** geth, erigon, reth and anvil say 3, Besu -32000, Nethermind 3 or -32015: all of them the word. */
function isRevert({ code, details }: RpcRequestError): boolean {
  return code === 3 || /revert/i.test(details) || (code === -32015 && /vm execution error/i.test(details));
}

/** Nethermind may write "Reverted 0x…". */
function revertOf(data: unknown): Hex {
  const [found] = typeof data === "string" ? (/0x[0-9a-fA-F]*/.exec(data) ?? []) : [];
  return (found?.toLowerCase() as Hex | undefined) ?? "0x";
}
