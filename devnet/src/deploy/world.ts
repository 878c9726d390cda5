import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Deployment } from "@keystoneos/protocol";
import { createXAddress, type DeploymentPlan, plannedChain, predictContracts } from "@keystoneos/protocol/deployment";
import type { IgnitionModule } from "@nomicfoundation/ignition-core";
import { type Address, encodeDeployData, type Hex } from "viem";
import { moduleArtifact } from "../../../ignition/artifacts.ts";
import { clientOf, type Pace, type Provider, type Target } from "../../../ignition/chain.ts";
import { deployChain } from "../../../ignition/deploy-chain.ts";
import { DeployError } from "../../../ignition/errors.ts";
import { TEST_TOKENS, type TestToken, testTokensModule } from "../../../ignition/modules/test-tokens.ts";
import { parametersFile, readPlan } from "../../../ignition/plan.ts";
import { isPathProven, provePath } from "../../../ignition/prove-path.ts";
import { creationBlock, recordOf } from "../../../ignition/record.ts";
import { runModule } from "../../../ignition/run-module.ts";
import { rpc } from "../chains/rpc.ts";
import { DevnetError } from "../errors.ts";
import { localAccount } from "../keys.ts";
import { deployLayerZero } from "../layerzero/deploy.ts";
import { deployCreateX } from "./createx.ts";
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
export function deployLocally(chains: LocalChain[], dir: string): Promise<LocalDeployment> {
  return asDevnetError(() => deployAll(chains, dir));
}

async function deployAll(chains: LocalChain[], dir: string): Promise<LocalDeployment> {
  const plan = readPlan(parametersFile("local"));
  const targets = await Promise.all(chains.map((chain) => targetOf(chain, dir, plan)));
  const tokens = await Promise.all(chains.map(({ url }, i) => deployToChain(targets[i] as Target, url)));
  const { root } = predictContracts(plan);
  const startBlocks = await Promise.all(
    targets.map(async ({ chainId, client }): Promise<[number, number]> => [chainId, await creationBlock(client, root)]),
  );
  const deployment: Deployment = {
    ...recordOf(plan, new Map(startBlocks)),
    instruments: targets.flatMap(({ chainId }, i) => localInstruments(chainId, tokens[i] as TestTokens)),
    templates: localTemplates(plan.chains.map(({ chainId }) => chainId)),
  };
  return { deployment, provePaths: () => asDevnetError(() => provePaths(targets)) };
}

export interface TestTokens {
  bond: Address;
  cash: Address;
}

/** The local chains mine at once while they are deployed to, and never take a block back by themselves. */
const LOCAL_PACE: Pace = { confirmations: 1, pollingMs: 50 };

async function targetOf({ chainId, url }: LocalChain, dir: string, plan: DeploymentPlan): Promise<Target> {
  const { hash } = await rpc<{ hash: Hex }>(url, "eth_getBlockByNumber", ["0x0", false]);
  const provider: Provider = { request: ({ method, params }) => rpc(url, method, params as unknown[]) };
  return {
    plan,
    chainId,
    provider,
    client: clientOf(provider, LOCAL_PACE),
    deployer: localAccount("deployer").address,
    // A chain that began anew has nothing of what an old journal tells.
    dir: join(dir, `local-${chainId}-${hash.slice(2, 10)}`),
    pace: LOCAL_PACE,
  };
}

async function deployToChain(target: Target, url: string): Promise<TestTokens> {
  const { plan, chainId, dir } = target;
  const { eid } = plannedChain(plan, chainId).layerZero;
  const otherEids = plan.chains.map(({ layerZero }) => layerZero.eid).filter((other) => other !== eid);
  const tokens = predictTokens(plan.salt);
  mkdirSync(dir, { recursive: true });
  await inOwnBlocks(url, async () => {
    await deployLayerZero(url, chainId, eid, otherEids);
    await deployCreateX(url);
    await deployChain(target);
    const missing = await missingTokens(target, tokens);
    await runModule(target, testTokensModule(missing) as IgnitionModule, {});
  });
  return { bond: tokens.KBOND, cash: tokens.TUSDC };
}

async function missingTokens({ client }: Target, tokens: Record<TestToken, Address>): Promise<TestToken[]> {
  const ids = Object.keys(tokens) as TestToken[];
  const codes = await Promise.all(ids.map((id) => client.getCode({ address: tokens[id] })));
  return ids.filter((_, i) => codes[i] === undefined);
}

function predictTokens(salt: Hex): Record<TestToken, Address> {
  const { abi, bytecode } = moduleArtifact("TestToken");
  const at = (args: readonly unknown[]) => createXAddress(salt, encodeDeployData({ abi, bytecode, args }));
  return { KBOND: at(TEST_TOKENS.KBOND), TUSDC: at(TEST_TOKENS.TUSDC) };
}

/** The local world has one kind of error, and its own advice for a chain that was deployed to with other contracts. */
async function asDevnetError<T>(task: () => Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (cause) {
    if (!(cause instanceof DeployError)) throw cause;
    const advice =
      cause.name === "DeploymentDiffers"
        ? "The contracts or parameters are not those this world began with. Delete the world's folder to begin anew. "
        : "";
    throw new DevnetError(cause.name, `${advice}${cause.message}`, { cause });
  }
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

async function provePaths(targets: Target[]): Promise<void> {
  const [{ plan }] = targets as [Target];
  const { escrow } = predictContracts(plan);
  const centre = targets.find(({ chainId }) => chainId === plan.coordinatorChainId) as Target;
  const others = targets.filter((target) => target !== centre);
  for (const { chainId } of others) await provePath(centre, chainId);
  const deadline = performance.now() + 60_000;
  for (const { client, chainId } of others) {
    while (!(await isPathProven(client, escrow))) {
      if (performance.now() > deadline)
        throw new DevnetError("PathNotProven", `No verdict has reached chain ${chainId} within a minute.`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
