import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { DeploymentPlan, PlannedChain } from "@keystoneos/protocol/deployment";
import { type Abi, type Address, encodeDeployData, type Hex, toHex } from "viem";
import { launchAnvil } from "../../../devnet/src/chains/anvil.ts";
import { waitForReceipt } from "../../../devnet/src/chains/receipt.ts";
import { rpc } from "../../../devnet/src/chains/rpc.ts";
import { deployCreateX } from "../../../devnet/src/deploy/createx.ts";
import { localAccount } from "../../../devnet/src/keys.ts";
import { type LayerZero, layerZeroArtifacts } from "../../../devnet/src/layerzero/contracts.ts";
import { configuration, constructorArguments } from "../../../devnet/src/layerzero/deploy.ts";
import { freePort } from "../../../devnet/src/ports.ts";
import { PERMIT2 } from "../../permit2.ts";

/** Neither the deployer nor anybody that the deployment knows. */
const owner = localAccount(20).address;
const treasury = localAccount(21).address;

export interface Testnet {
  chainId: number;
  url: string;
  stop: () => Promise<void>;
}

/**
 * A fresh chain with a public chain's id, on which LayerZero's real contracts, CreateX and the rest of what a deployment needs stand
 * at the addresses that the parameter file names. It mines on an interval, as public chains do.
 */
export async function startTestnet(plan: DeploymentPlan, chainId: number, dir: string): Promise<Testnet> {
  const flags = ["--block-time", "0.2"];
  const anvil = await launchAnvil(chainId, await freePort(), flags, join(dir, `${chainId}.log`));
  const { url } = anvil;
  const here = plan.chains.find((chain) => chain.chainId === chainId) as PlannedChain;
  const others = plan.chains.filter((chain) => chain !== here);
  try {
    await deployCreateX(url);
    await placeLayerZero(url, here, others);
    await construct(url, PERMIT2, permit2InitCode());
  } catch (error) {
    await anvil.kill();
    throw error;
  }
  return { chainId, url, stop: anvil.kill };
}

async function placeLayerZero(url: string, { layerZero }: PlannedChain, others: PlannedChain[]): Promise<void> {
  const artifacts = layerZeroArtifacts();
  const { eid, endpoint, sendLibrary, receiveLibrary, executor, verifiers } = layerZero;
  const code = (name: keyof typeof artifacts, args: unknown[]) =>
    encodeDeployData({ abi: artifacts[name].abi as Abi, bytecode: artifacts[name].bytecode, args });
  const [endpointArgs, sendArgs, receiveArgs] = constructorArguments(eid, owner, endpoint);
  await construct(url, endpoint, code("endpoint", endpointArgs));
  await construct(url, sendLibrary, code("sendLibrary", sendArgs));
  await construct(url, receiveLibrary, code("receiveLibrary", receiveArgs));
  for (const worker of [executor, treasury, ...verifiers.map(({ send }) => send)]) {
    await construct(url, worker, code("worker", []));
  }
  // LayerZero's defaults name its own verifier, and another confirmation count: nothing of the deployment may come from them.
  const [labs] = verifiers;
  const lz: LayerZero = {
    ...{ endpoint, sendLibrary, receiveLibrary, executor, treasury },
    sendVerifiers: [labs?.send as Address],
    receiveVerifiers: [labs?.receive as Address],
  };
  const otherEids = others.map((other) => other.layerZero.eid);
  const hashes: Hex[] = [];
  for (const { to, data } of configuration(lz, otherEids)) {
    hashes.push(await rpc<Hex>(url, "eth_sendTransaction", [{ from: owner, to, data, gas: toHex(1_000_000) }]));
  }
  for (const hash of hashes) await succeeded(url, hash);
}

/** Runs a constructor at an address of our choice: its init code is put there, called for its storage and for the code it returns. */
async function construct(url: string, address: Address, initCode: Hex): Promise<void> {
  await rpc(url, "anvil_setCode", [address, initCode]);
  const call = { from: owner, to: address, gas: toHex(15_000_000) };
  const code = await rpc<Hex>(url, "eth_call", [call, "latest"]);
  await succeeded(url, await rpc<Hex>(url, "eth_sendTransaction", [call]));
  await rpc(url, "anvil_setCode", [address, code]);
}

/** Waits for a transaction that must have done what it was sent for. */
export async function succeeded(url: string, hash: Hex): Promise<void> {
  const { status } = await waitForReceipt(url, hash);
  if (status !== "0x1") throw new Error(`${hash} reverted`);
}

/** As it was deployed everywhere. */
function permit2InitCode(): Hex {
  const file = new URL("../../../test/contracts/support/permit2.json", import.meta.url);
  return (JSON.parse(readFileSync(file, "utf8")) as { bytecode: Hex }).bytecode;
}
