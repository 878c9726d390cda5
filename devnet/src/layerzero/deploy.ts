import { type Abi, type Address, encodeDeployData, encodeFunctionData, type Hex } from "viem";
import { waitForReceipt } from "../chains/receipt.ts";
import { rpc } from "../chains/rpc.ts";
import { DevnetError } from "../errors.ts";
import { localAccount } from "../keys.ts";
import { type LayerZero, layerZeroArtifacts, localLayerZero } from "./contracts.ts";

/** Blocks that a verifier waits for before it speaks. The local chains' `safe` is two blocks behind too. */
const CONFIRMATIONS = 2n;
/** Bytes; above the longest message that sound terms make. */
const MAX_MESSAGE_SIZE = 10_000;

/** One transaction of the deployer: a creation when it has no target. */
interface Step {
  to?: Hex;
  data: Hex;
}

/**
 * Deploys the real EndpointV2, SendUln302 and ReceiveUln302 and configures them for the paths to `otherEids`. The deployer does nothing
 * before it on a local chain, so its nonce tells how far an interrupted run came, and a repeated one does nothing.
 *
 * @throws DevnetError LayerZeroFailed.
 */
export async function deployLayerZero(url: string, chainId: number, eid: number, otherEids: number[]): Promise<void> {
  const deployer = localAccount("deployer");
  const plan = steps(eid, otherEids);
  const done = Number(await rpc<Hex>(url, "eth_getTransactionCount", [deployer.address, "latest"]));
  const hashes: Hex[] = [];
  for (let nonce = done; nonce < plan.length; nonce++) {
    const { to, data } = plan[nonce] as Step;
    const fees = { maxFeePerGas: 100_000_000_000n, maxPriorityFeePerGas: 1_000_000_000n };
    const request = { type: "eip1559", chainId, nonce, gas: to ? 1_000_000n : 7_000_000n, data, ...fees } as const;
    const raw = await deployer.signTransaction(to ? { ...request, to } : request);
    hashes.push(await rpc<Hex>(url, "eth_sendRawTransaction", [raw]));
  }
  for (const hash of hashes) {
    const receipt = await waitForReceipt(url, hash);
    if (receipt.status !== "0x1")
      throw new DevnetError("LayerZeroFailed", `Transaction ${hash} of LayerZero's deployment reverted.`);
  }
  const { endpoint } = localLayerZero();
  const data = encodeFunctionData({ abi: layerZeroArtifacts().endpoint.abi as Abi, functionName: "eid" });
  const found = Number(await rpc<Hex>(url, "eth_call", [{ to: endpoint, data }, "latest"]));
  if (found !== eid)
    throw new DevnetError("LayerZeroFailed", `The endpoint of chain ${chainId} says ${found}, not ${eid}.`);
}

function steps(eid: number, otherEids: number[]): Step[] {
  const artifacts = layerZeroArtifacts();
  const lz = localLayerZero();
  const create = (name: keyof typeof artifacts, args: unknown[]): Step => {
    const { abi, bytecode } = artifacts[name];
    return { data: encodeDeployData({ abi: abi as Abi, bytecode, args }) };
  };
  const [endpointArgs, sendArgs, receiveArgs] = constructorArguments(
    eid,
    localAccount("deployer").address,
    lz.endpoint,
  );
  return [
    // In CREATION_ORDER.
    create("endpoint", endpointArgs),
    create("sendLibrary", sendArgs),
    create("receiveLibrary", receiveArgs),
    ...Array.from({ length: 4 }, () => create("worker", [])),
    ...configuration(lz, otherEids),
  ];
}

/** Of EndpointV2, SendUln302 and ReceiveUln302. */
export function constructorArguments(
  eid: number,
  owner: Address,
  endpoint: Address,
): [unknown[], unknown[], unknown[]] {
  return [[eid, owner], [endpoint, 200_000n, 10n ** 18n], [endpoint]];
}

/** What LayerZero's owner sets on one chain: the treasury, and the defaults for the paths to `otherEids`. */
export function configuration(lz: LayerZero, otherEids: number[]): Required<Step>[] {
  const artifacts = layerZeroArtifacts();
  const call = (name: "endpoint" | "sendLibrary" | "receiveLibrary", functionName: string, args: unknown[]) => ({
    to: lz[name],
    data: encodeFunctionData({ abi: artifacts[name].abi as Abi, functionName, args }),
  });
  const verifiedBy = (requiredDVNs: Hex[]) => ({
    confirmations: CONFIRMATIONS,
    requiredDVNCount: requiredDVNs.length,
    optionalDVNCount: 0,
    optionalDVNThreshold: 0,
    requiredDVNs,
    optionalDVNs: [],
  });
  const toEach = <T>(config: T) => otherEids.map((other) => ({ eid: other, config }));
  return [
    call("sendLibrary", "setTreasury", [lz.treasury]),
    call("sendLibrary", "setDefaultExecutorConfigs", [
      toEach({ maxMessageSize: MAX_MESSAGE_SIZE, executor: lz.executor }),
    ]),
    call("sendLibrary", "setDefaultUlnConfigs", [toEach(verifiedBy(lz.sendVerifiers))]),
    call("receiveLibrary", "setDefaultUlnConfigs", [toEach(verifiedBy(lz.receiveVerifiers))]),
    call("endpoint", "registerLibrary", [lz.sendLibrary]),
    call("endpoint", "registerLibrary", [lz.receiveLibrary]),
    ...otherEids.flatMap((other) => [
      call("endpoint", "setDefaultSendLibrary", [other, lz.sendLibrary]),
      call("endpoint", "setDefaultReceiveLibrary", [other, lz.receiveLibrary, 0n]),
    ]),
  ];
}
