import { mkdirSync } from "node:fs";
import { rulesetId } from "@keystoneos/protocol";
import { coordinatorAbi, messengerAbi } from "@keystoneos/protocol/abi";
import {
  CHILDREN,
  childAddress,
  childrenOn,
  INIT_CODE_HASHES,
  predictContracts,
  rowsOf,
  wiringOf,
} from "@keystoneos/protocol/deployment";
import type { IgnitionModule } from "@nomicfoundation/ignition-core";
import type { Address } from "viem";
import { chainName, type Target } from "./chain.ts";
import { DeployError } from "./errors.ts";
import { chainModule, type Step } from "./modules/chain.ts";
import { RULESETS } from "./rulesets.ts";
import { runModule } from "./run-module.ts";
import { waitForEarlier } from "./wait-for-earlier.ts";

/**
 * Puts everything of the plan on one chain that is not there yet, in any number of runs.
 *
 * @throws DeployError DeploymentDiffers, DeploymentFailed, AddressesDiffer, TransactionPending, NotCompiled.
 */
export async function deployChain(target: Target): Promise<void> {
  const { plan, chainId } = target;
  const { coordinatorChainId } = plan;
  const { root } = predictContracts(plan);
  mkdirSync(target.dir, { recursive: true });
  await waitForEarlier(target);
  const ignitionModule = chainModule({ chainId, coordinatorChainId, root, done: await stepsDone(target) });
  await runModule(target, ignitionModule as IgnitionModule, parametersOf(target));
  const isDone = await stepsDone(target);
  const steps: Step[] = [...childrenOn(chainId, coordinatorChainId), "wire", "seal"];
  if (chainId === coordinatorChainId) steps.push("SettlementRouter");
  const missing = steps.filter((step) => !isDone.has(step));
  if (missing.length === 0) return;
  const where = chainName(target);
  throw new DeployError(
    "AddressesDiffer",
    `${where}: there is no ${missing.join(", ")} where the plan with the root at ${root} has them.`,
  );
}

/** Ignition's parameters of the chain's module. */
function parametersOf({ plan, chainId }: Target) {
  return {
    Keystone: {
      coordinatorChainId: plan.coordinatorChainId,
      rows: rowsOf(plan).map((row) => ({ ...row })),
      initCodeHashes: CHILDREN.map((name) => INIT_CODE_HASHES[name]),
      wiring: wiringOf(plan, chainId),
    },
  };
}

/** What the chain says of the plan's steps. It cannot be wrong about them: whatever stands at these addresses is of this plan. */
async function stepsDone({ client, plan, chainId }: Target): Promise<Set<Step>> {
  const { root, coordinator, messenger, router } = predictContracts(plan);
  const isThere = async (address: Address) => (await client.getCode({ address })) !== undefined;
  const done = new Set<Step>();
  if (!(await isThere(root))) return done;
  done.add("KeystoneRoot");
  for (const name of childrenOn(chainId, plan.coordinatorChainId)) {
    if (await isThere(childAddress(root, name))) done.add(name);
  }
  if (done.has("SettlementCoordinator")) {
    for (const [name, ruleset] of Object.entries(RULESETS)) {
      const registered = { address: coordinator, abi: coordinatorAbi, functionName: "isRegistered" } as const;
      if (await client.readContract({ ...registered, args: [rulesetId(ruleset)] })) done.add(`ruleset ${name}`);
    }
  }
  if (done.has("LayerZeroMessenger")) {
    const contract = { address: messenger, abi: messengerAbi } as const;
    if (await client.readContract({ ...contract, functionName: "isWired" })) done.add("wire");
    if (await client.readContract({ ...contract, functionName: "isSealed" })) done.add("seal");
  }
  if (await isThere(router)) done.add("SettlementRouter");
  return done;
}
