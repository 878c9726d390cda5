import { mkdirSync } from "node:fs";
import { messengerAbi } from "@keystoneos/protocol/abi";
import { CHILDREN, INIT_CODE_HASHES, predictContracts, rowsOf, wiringOf } from "@keystoneos/protocol/deployment";
import type { IgnitionModule } from "@nomicfoundation/ignition-core";
import { chainName, type Target } from "./chain.ts";
import { DeployError } from "./errors.ts";
import { chainModule } from "./modules/chain.ts";
import { runModule } from "./run-module.ts";
import { notedAddresses, thereAlready } from "./there.ts";
import { waitForEarlier } from "./wait-for-earlier.ts";

/**
 * Puts everything of the plan on one chain that is not there yet, in any number of runs.
 *
 * @throws DeployError DeploymentDiffers, DeploymentFailed, AddressesDiffer, TransactionPending, NotCompiled.
 */
export async function deployChain(target: Target): Promise<void> {
  const { plan, chainId } = target;
  mkdirSync(target.dir, { recursive: true });
  await waitForEarlier(target);
  const { root } = predictContracts(plan);
  const there = await thereAlready(target, "Keystone", { KeystoneRoot: root });
  const ignitionModule = chainModule(chainId, plan.coordinatorChainId, there, await isWired(target));
  await runModule(target, ignitionModule as IgnitionModule, chainParameters(target));
  if ((await target.client.getCode({ address: root })) === undefined) {
    const found = notedAddresses(target)["Keystone#KeystoneRoot"];
    throw new DeployError("AddressesDiffer", `The root on ${chainName(target)} is at ${found}, not at ${root}.`);
  }
}

/** Ignition's parameters of the chain's module. */
function chainParameters({ plan, chainId }: Pick<Target, "plan" | "chainId">) {
  return {
    Keystone: {
      coordinatorChainId: plan.coordinatorChainId,
      rows: rowsOf(plan).map((row) => ({ ...row })),
      initCodeHashes: CHILDREN.map((name) => INIT_CODE_HASHES[name]),
      wiring: wiringOf(plan, chainId),
    },
  };
}

async function isWired({ client, plan }: Target): Promise<boolean> {
  const { messenger } = predictContracts(plan);
  if ((await client.getCode({ address: messenger })) === undefined) return false;
  return client.readContract({ address: messenger, abi: messengerAbi, functionName: "isWired" });
}
