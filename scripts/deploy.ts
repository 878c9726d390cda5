import { join } from "node:path";
import { parseArgs } from "node:util";
import { type DeploymentPlan, predictContracts } from "@keystoneos/protocol/deployment";
import hre from "hardhat";
import type { Address } from "viem";
import { chainName, clientOf, type Provider, PUBLIC_PACE, type Target } from "../ignition/chain.ts";
import { deployPlan, filesOf } from "../ignition/deploy.ts";
import { DeployError } from "../ignition/errors.ts";
import { parametersFile, readPlan } from "../ignition/plan.ts";
import { root } from "./lib/root.ts";

const USAGE = `Usage: npm run deploy -- --network NAME [--parameters FILE] [--deployments FOLDER]

  --network      a parameter file of ignition/parameters, such as testnets
  --parameters   another parameter file for that network
  --deployments  where journals and addresses are kept, ignition/deployments unless given

RPC_URL_<chain id> names a node for each chain, DEPLOYER_PRIVATE_KEY the account that pays: in the environment, or in Hardhat's
keystore ("npx hardhat keystore set DEPLOYER_PRIVATE_KEY").`;

try {
  await main();
} catch (error) {
  console.error(`\n${error instanceof Error ? error.message : error}`);
  if (!(error instanceof DeployError)) console.error(`\n${USAGE}`);
  process.exitCode = 1;
}
// Connections that Hardhat keeps open have nothing left to say.
process.exit();

async function main(): Promise<void> {
  const { network, parameters, deployments } = readArguments();
  const plan = readPlan(parameters ?? parametersFile(network));
  const files = filesOf(deployments, network);
  const targets = await Promise.all(plan.chains.map(({ chainId }) => targetOf(plan, chainId, files.journal(chainId))));
  for (const target of targets) console.log(`${chainName(target)}: deploying as ${target.deployer}`);
  await deployPlan(targets, files.record);
  for (const [name, address] of Object.entries(predictContracts(plan))) console.log(`${name.padEnd(12)} ${address}`);
  console.log(
    `\nEverything was sent; ${files.record} has addresses and first blocks. Once the verdict that proves each path has`,
  );
  console.log(`travelled, "npm run deploy:check -- --network ${network}" finds nothing that differs.`);
}

function readArguments() {
  const options = {
    network: { type: "string" },
    parameters: { type: "string" },
    deployments: { type: "string" },
  } as const;
  const { values } = parseArgs({ options, allowPositionals: false });
  if (values.network === undefined) throw new Error("--network is missing");
  return {
    network: values.network,
    parameters: values.parameters,
    deployments: values.deployments ?? join(root, "ignition/deployments"),
  };
}

/** Connects through Hardhat, which finds node and key in environment or keystore and signs, so that no key passes through here. */
async function targetOf(plan: DeploymentPlan, chainId: number, dir: string): Promise<Target> {
  const configured = Object.entries(hre.config.networks).find(([, config]) => config.chainId === chainId);
  if (configured === undefined) throw new Error(`hardhat.config.ts has no network with the chain id ${chainId}`);
  const connection = await hre.network.create(configured[0]);
  const provider = connection.provider as Provider;
  const [deployer] = (await provider.request({ method: "eth_accounts" })) as [Address];
  const onSent = (what: string, hash: string) => console.log(`${chainName({ plan, chainId })}: ${what} ${hash}`);
  return { plan, chainId, provider, client: clientOf(provider, PUBLIC_PACE), deployer, dir, pace: PUBLIC_PACE, onSent };
}
