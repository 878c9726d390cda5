import { deploy, type IgnitionModule } from "@nomicfoundation/ignition-core";
import { moduleArtifact } from "./artifacts.ts";
import { chainName, type Target } from "./chain.ts";
import { DeployError } from "./errors.ts";
import { mendJournal } from "./journal.ts";
import { waitForEarlier } from "./wait-for-earlier.ts";

type Deploy = Parameters<typeof deploy>[0];

const artifactResolver = {
  loadArtifact: async (name: string) => moduleArtifact(name),
  getBuildInfo: async () => undefined,
} as unknown as Deploy["artifactResolver"];

/**
 * Runs one Ignition module on a chain to its end. Steps that the journal knows to have succeeded are left alone; the caller leaves out
 * what the chain says is done.
 *
 * @throws DeployError DeploymentDiffers, DeploymentFailed, TransactionPending.
 */
export async function runModule(target: Target, ignitionModule: IgnitionModule, parameters: object): Promise<void> {
  await waitForEarlier(target);
  mendJournal(target.dir);
  const result = await attempt(target, ignitionModule, parameters);
  if (result.type === "SUCCESSFUL_DEPLOYMENT") return;
  const where = `${ignitionModule.id} on ${chainName(target)}`;
  const reasons = JSON.stringify("errors" in result ? result.errors : result, null, 1);
  if (result.type === "RECONCILIATION_ERROR") {
    const reason = `What ${target.dir} tells was made of other contracts or parameters.`;
    throw new DeployError("DeploymentDiffers", `${where}: ${reason} ${reasons}`);
  }
  throw new DeployError("DeploymentFailed", `${where}: ${result.type} ${reasons}`);
}

function attempt(target: Target, ignitionModule: IgnitionModule, parameters: object): ReturnType<typeof deploy> {
  const { confirmations, pollingMs } = target.pace;
  const onSent = target.onSent;
  return deploy({
    ignitionModule,
    deploymentParameters: parameters as Deploy["deploymentParameters"],
    deploymentDir: target.dir,
    strategy: "create2",
    strategyConfig: { salt: target.plan.salt },
    accounts: [target.deployer],
    provider: target.provider as Deploy["provider"],
    artifactResolver,
    config: {
      requiredConfirmations: confirmations,
      blockPollingInterval: pollingMs,
      retryInterval: pollingMs,
      // A development node has no fees to bump, and takes a replacement amiss.
      disableFeeBumping: confirmations === 1,
    },
    ...(onSent === undefined ? {} : { executionEventListener: listener(onSent) }),
  });
}

/** Ignition tells a listener of everything; transactions are what an operator wants to see. */
function listener(onSent: NonNullable<Target["onSent"]>): NonNullable<Deploy["executionEventListener"]> {
  const heard = (event: { type: string; futureId?: string; hash?: string }) => {
    if (event.type === "TRANSACTION_SEND") onSent(event.futureId ?? "", event.hash ?? "");
  };
  return new Proxy({}, { get: () => heard }) as NonNullable<Deploy["executionEventListener"]>;
}
