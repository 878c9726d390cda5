import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Deployment } from "@keystoneos/protocol";
import type { IgnitionModule } from "@nomicfoundation/ignition-core";
import { type Address, encodeFunctionData, type Hex, pad, parseAbi } from "viem";
import coordinatorChainModule from "../../../ignition/modules/coordinator-chain.ts";
import escrowChainModule from "../../../ignition/modules/escrow-chain.ts";
import pathProofModule from "../../../ignition/modules/path-proof.ts";
import testTokensModule from "../../../ignition/modules/test-tokens.ts";
import { parametersOf, pathProofParameters } from "../../../ignition/parameters.ts";
import { type DeploymentPlan, readPlan } from "../../../ignition/plan.ts";
import { CREATE_X, type PredictedContracts, predictContracts } from "../../../ignition/predict.ts";
import { rpc } from "../chains/rpc.ts";
import { DevnetError } from "../errors.ts";
import { deployLayerZero } from "../layerzero/deploy.ts";
import { deployCreateX } from "./createx.ts";
import { type IgnitionTarget, runModule } from "./ignition.ts";
import { localInstruments, localTemplates } from "./local.ts";

export interface LocalChain {
  chainId: number;
  url: string;
}

/** A deployment on the local chains, finished but for the proof of its paths. */
export interface LocalDeployment {
  deployment: Deployment;
  /** Has a verdict travel to each other chain, whose escrow takes deposits once it has arrived. Needs the message worker. */
  provePaths: () => Promise<void>;
}

/**
 * Deploys LayerZero, CreateX and, with Ignition, the protocol and its test tokens to local chains. Whatever is there already is left
 * alone, so a repeated run changes nothing and an interrupted one goes on.
 *
 * @param dir Gets one Ignition journal for each chain.
 * @throws DevnetError LayerZeroFailed, CreateXFailed, DeploymentDiffers, DeploymentFailed, AddressesDiffer, NotCompiled.
 */
export async function deployLocally(chains: LocalChain[], dir: string): Promise<LocalDeployment> {
  const plan = readPlan("local");
  const contracts = predictContracts(plan);
  const targets = await Promise.all(chains.map((chain) => targetOf(chain, dir, plan)));
  const tokens = await Promise.all(targets.map((target) => deployToChain(target, plan, contracts)));
  const startBlocks = await Promise.all(targets.map((target) => creationBlock(target.url, contracts.root)));
  const deployment: Deployment = {
    coordinatorChainId: plan.coordinatorChainId,
    contracts,
    chains: plan.chains.map(({ chainId, name, layerZero, finality }, row) => ({
      chainId,
      name,
      row,
      eid: layerZero.eid,
      endpoint: layerZero.endpoint,
      startBlock: startBlocks[targets.findIndex((target) => target.chainId === chainId)] ?? 0,
      finality,
    })),
    instruments: targets.flatMap(({ chainId }, i) => localInstruments(chainId, tokens[i] as TestTokens)),
    templates: localTemplates(plan.chains.map(({ chainId }) => chainId)),
  };
  const centre = targets.find(({ chainId }) => chainId === plan.coordinatorChainId) as IgnitionTarget;
  const others = targets.filter((target) => target !== centre);
  return { deployment, provePaths: () => provePaths(plan, contracts, centre, others) };
}

export interface TestTokens {
  bond: Address;
  cash: Address;
}

async function targetOf({ chainId, url }: LocalChain, dir: string, plan: DeploymentPlan): Promise<IgnitionTarget> {
  const { hash } = await rpc<{ hash: Hex }>(url, "eth_getBlockByNumber", ["0x0", false]);
  // A chain that began anew has nothing of what an old journal tells.
  return { chainId, url, deploymentDir: join(dir, `local-${chainId}-${hash.slice(2, 10)}`), salt: plan.salt };
}

async function deployToChain(
  target: IgnitionTarget,
  plan: DeploymentPlan,
  contracts: PredictedContracts,
): Promise<TestTokens> {
  const { chainId, url, deploymentDir } = target;
  const { eid } = (plan.chains.find((chain) => chain.chainId === chainId) as DeploymentPlan["chains"][number])
    .layerZero;
  const otherEids = plan.chains.map(({ layerZero }) => layerZero.eid).filter((other) => other !== eid);
  const isCentre = chainId === plan.coordinatorChainId;
  const parameters = parametersOf(plan, chainId);
  mkdirSync(deploymentDir, { recursive: true });
  await inOwnBlocks(url, async () => {
    await deployLayerZero(url, chainId, eid, otherEids);
    await deployCreateX(url);
    await runModule(target, (isCentre ? coordinatorChainModule : escrowChainModule) as IgnitionModule, parameters);
    await runModule(target, testTokensModule as IgnitionModule, {});
  });
  const addresses = readAddresses(deploymentDir);
  const found = addresses["KeystoneRoot#KeystoneRoot"];
  if (found !== contracts.root) {
    throw new DevnetError("AddressesDiffer", `The root on chain ${chainId} is at ${found}, not at ${contracts.root}.`);
  }
  return {
    bond: addresses["KeystoneTestTokens#KBOND"] as Address,
    cash: addresses["KeystoneTestTokens#TUSDC"] as Address,
  };
}

/** While nobody else uses the chain, every transaction gets a block at once instead of waiting for the next second. */
async function inOwnBlocks(url: string, task: () => Promise<void>): Promise<void> {
  await rpc(url, "evm_setAutomine", [true]);
  try {
    await task();
  } finally {
    await rpc(url, "evm_setIntervalMining", [1]);
  }
}

function readAddresses(deploymentDir: string): Record<string, Address> {
  return JSON.parse(readFileSync(join(deploymentDir, "deployed_addresses.json"), "utf8"));
}

/** keccak256("ContractCreation(address,bytes32)") */
const CONTRACT_CREATION = "0xb8fda7e00c6b06a2b54e58521bc5894fee35f1090e5a3bb6390bfe2b98b497f7";

/** The block that the root was created in: nothing of the deployment is older. */
async function creationBlock(url: string, root: Address): Promise<number> {
  const filter = { address: CREATE_X, topics: [CONTRACT_CREATION, pad(root)], fromBlock: "0x0", toBlock: "latest" };
  const logs = await rpc<{ blockNumber: Hex }[]>(url, "eth_getLogs", [filter]);
  return Number(logs[0]?.blockNumber ?? 0);
}

async function provePaths(
  plan: DeploymentPlan,
  contracts: PredictedContracts,
  centre: IgnitionTarget,
  others: IgnitionTarget[],
): Promise<void> {
  for (const other of others) {
    if (await isProven(other.url, contracts.escrow)) continue;
    const parameters = {
      ...parametersOf(plan, centre.chainId),
      ...pathProofParameters(plan, contracts, other.chainId),
    };
    await runModule(centre, pathProofModule as IgnitionModule, parameters);
  }
  const deadline = performance.now() + 60_000;
  for (const { url, chainId } of others) {
    while (!(await isProven(url, contracts.escrow))) {
      if (performance.now() > deadline)
        throw new DevnetError("PathNotProven", `No verdict has reached chain ${chainId} within a minute.`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

async function isProven(url: string, escrow: Address): Promise<boolean> {
  const data = encodeFunctionData({ abi: parseAbi(["function pathProven() view returns (bool)"]) });
  return BigInt(await rpc<Hex>(url, "eth_call", [{ to: escrow, data }, "latest"])) === 1n;
}

/** Replaces the deployment file in one go. */
export function writeDeployment(file: string, deployment: Deployment): void {
  writeFileSync(`${file}.new`, `${JSON.stringify(deployment, null, 2)}\n`);
  renameSync(`${file}.new`, file);
}
