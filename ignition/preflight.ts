import { CREATE_X, type PlannedChain, pathsOf, plannedChain, predictContracts } from "@keystoneos/protocol/deployment";
import { type Address, BaseError, formatEther } from "viem";
import { chainName, type Target } from "./chain.ts";
import { DeployError } from "./errors.ts";
import { layerZeroAbi } from "./layerzero-abi.ts";
import { PERMIT2 } from "./permit2.ts";

/** A little more than a whole deployment takes on the coordinator's chain. */
const DEPLOYMENT_GAS = 30_000_000n;
/** LayerZero's option for 200,000 gas at the receiver: worker 1, 17 bytes, type 1. */
const EXECUTOR_OPTION = "0x01001101000000000000000000000000000030d40";

/**
 * Asks all chains whether they have what a deployment needs, before anything is sent: wiring can be done only once, and a path that a
 * verifier does not serve would stay closed for ever.
 *
 * @throws DeployError ChainNotReady that names everything that is missing.
 */
export async function preflight(targets: readonly Target[]): Promise<void> {
  const problems = (await Promise.all(targets.map(problemsOf))).flat();
  if (problems.length === 0) return;
  throw new DeployError(
    "ChainNotReady",
    `Nothing was sent, because\n${problems.map((line) => `  ${line}`).join("\n")}`,
  );
}

async function problemsOf(target: Target): Promise<string[]> {
  const { plan, chainId, client } = target;
  const where = chainName(target);
  const found = await client.getChainId();
  if (found !== chainId) return [`${where}: the node serves chain ${found}; RPC_URL_${chainId} names another chain's.`];
  const here = plannedChain(plan, chainId);
  const missing = await withoutCode(target, neededContracts(here));
  if (missing.length > 0) return missing.map((what) => `${where}: there is no contract at ${what}.`);
  const problems = [
    ...(await endpointProblems(target, here)),
    ...(await Promise.all(pathsOf(plan, chainId).map((there) => pathProblems(target, here, there)))).flat(),
    ...(await fundsProblems(target)),
  ];
  return problems.map((problem) => `${where}: ${problem}`);
}

function neededContracts({ layerZero }: PlannedChain): [what: string, address: Address][] {
  return [
    ["CreateX", CREATE_X],
    ["Permit2", PERMIT2],
    ["LayerZero's endpoint", layerZero.endpoint],
    ["LayerZero's send library", layerZero.sendLibrary],
    ["LayerZero's receive library", layerZero.receiveLibrary],
    ["LayerZero's executor", layerZero.executor],
    ...layerZero.verifiers.flatMap(({ operator, send, receive }): [string, Address][] => [
      [`the verifier of ${operator}`, send],
      [`the verifier of ${operator}`, receive],
    ]),
  ];
}

async function withoutCode({ client }: Target, contracts: [string, Address][]): Promise<string[]> {
  const codes = await Promise.all(contracts.map(([, address]) => client.getCode({ address })));
  const missing = contracts.flatMap(([what, address], i) => (codes[i] === undefined ? [`${address} (${what})`] : []));
  return [...new Set(missing)];
}

async function endpointProblems({ client }: Target, { layerZero }: PlannedChain): Promise<string[]> {
  const endpoint = { address: layerZero.endpoint, abi: layerZeroAbi } as const;
  const problems: string[] = [];
  const eid = await answer(client.readContract({ ...endpoint, functionName: "eid" }));
  if (eid !== layerZero.eid) problems.push(`the endpoint's id is ${eid}, not ${layerZero.eid}.`);
  const libraries = { send: layerZero.sendLibrary, receive: layerZero.receiveLibrary };
  for (const [kind, library] of Object.entries(libraries)) {
    const args = [library] as const;
    if (!(await answer(client.readContract({ ...endpoint, functionName: "isRegisteredLibrary", args }))))
      problems.push(`the endpoint does not know the ${kind} library ${library}.`);
  }
  return problems;
}

async function pathProblems(
  { client, plan }: Target,
  { layerZero }: PlannedChain,
  { name, layerZero: { eid } }: PlannedChain,
): Promise<string[]> {
  const problems: string[] = [];
  const { sendLibrary, receiveLibrary, confirmations, executor } = layerZero;
  for (const address of [sendLibrary, receiveLibrary]) {
    const supported = { address, abi: layerZeroAbi, functionName: "isSupportedEid", args: [eid] } as const;
    if (!(await answer(client.readContract(supported))))
      problems.push(`the library ${address} has no path to ${name}.`);
  }
  const { messenger } = predictContracts(plan);
  // The workers answer the send library; a predicted messenger is not there yet and need not be.
  const worker = { abi: layerZeroAbi, functionName: "getFee", account: sendLibrary } as const;
  for (const { operator, send } of layerZero.verifiers) {
    const args = [eid, BigInt(confirmations), messenger, "0x"] as const;
    const served = client.readContract({ ...worker, address: send, args });
    const reason = await failureOf(served);
    if (reason !== null) problems.push(`the verifier of ${operator} at ${send} does not serve ${name}: ${reason}.`);
  }
  const args = [eid, messenger, 100n, EXECUTOR_OPTION] as const;
  const reason = await failureOf(client.readContract({ ...worker, address: executor, args }));
  if (reason !== null) problems.push(`the executor at ${executor} does not serve ${name}: ${reason}.`);
  return problems;
}

async function fundsProblems({ client, deployer, plan }: Target): Promise<string[]> {
  const isBegun = (await client.getCode({ address: predictContracts(plan).root })) !== undefined;
  const needed = isBegun ? 1n : DEPLOYMENT_GAS * (await client.getGasPrice());
  const balance = await client.getBalance({ address: deployer });
  if (balance >= needed) return [];
  return [`${deployer} has ${formatEther(balance)} ether, and a deployment takes up to ${formatEther(needed)}.`];
}

/** Null when the contract gives none: then it is not the one that was expected. */
async function answer<T>(call: Promise<T>): Promise<T | null> {
  return call.catch((error: unknown) => {
    if (error instanceof BaseError) return null;
    throw error;
  });
}

async function failureOf(call: Promise<unknown>): Promise<string | null> {
  try {
    await call;
    return null;
  } catch (error) {
    return error instanceof BaseError ? (error.shortMessage.split("\n")[0] ?? "") : String(error);
  }
}
