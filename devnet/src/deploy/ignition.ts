import { deploy, type IgnitionModule } from "@nomicfoundation/ignition-core";
import { rpc } from "../chains/rpc.ts";
import { DevnetError } from "../errors.ts";
import { localAccount } from "../keys.ts";
import { type Artifact, readArtifact } from "./artifacts.ts";
import { mendJournal } from "./journal.ts";

type Deploy = Parameters<typeof deploy>[0];

export interface IgnitionTarget {
  chainId: number;
  url: string;
  /** Ignition's journal of this chain: a module that is done is not sent again, an interrupted one goes on. */
  deploymentDir: string;
  /** 32 bytes for CreateX. */
  salt: string;
}

/** Runs one Ignition module on a local chain, as the deployer. @throws DevnetError DeploymentDiffers, DeploymentFailed. */
export async function runModule(
  target: IgnitionTarget,
  ignitionModule: IgnitionModule,
  parameters: object,
): Promise<void> {
  mendJournal(target.deploymentDir);
  const result = await deploy({
    ignitionModule,
    deploymentParameters: parameters as Deploy["deploymentParameters"],
    deploymentDir: target.deploymentDir,
    strategy: "create2",
    strategyConfig: { salt: target.salt },
    accounts: [localAccount("deployer").address],
    provider: {
      request: ({ method, params }) => rpc(target.url, method, params as unknown[]),
    } as Deploy["provider"],
    artifactResolver: {
      loadArtifact: async (name) =>
        findArtifact(name) as Awaited<ReturnType<Deploy["artifactResolver"]["loadArtifact"]>>,
      getBuildInfo: async () => undefined,
    },
    config: { requiredConfirmations: 1, blockPollingInterval: 50, retryInterval: 50, disableFeeBumping: true },
  });
  if (result.type === "SUCCESSFUL_DEPLOYMENT") return;
  const where = `${ignitionModule.id} on chain ${target.chainId}`;
  const reasons = JSON.stringify("errors" in result ? result.errors : result, null, 1);
  if (result.type === "RECONCILIATION_ERROR") {
    const advice =
      "The contracts or parameters are not those this world began with. Delete the world's folder to begin anew.";
    throw new DevnetError("DeploymentDiffers", `${where}: ${advice} ${reasons}`);
  }
  throw new DevnetError("DeploymentFailed", `${where}: ${result.type} ${reasons}`);
}

function findArtifact(name: string): Artifact {
  return readArtifact(`${name === "TestToken" ? "devnet/contracts" : "contracts"}/${name}.sol`, name);
}
