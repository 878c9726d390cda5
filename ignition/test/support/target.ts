import { join } from "node:path";
import type { DeploymentPlan } from "@keystoneos/protocol/deployment";
import { rpc } from "../../../devnet/src/chains/rpc.ts";
import { localAccount } from "../../../devnet/src/keys.ts";
import { clientOf, type Pace, type Provider, type Target } from "../../chain.ts";

const PACE: Pace = { confirmations: 1, pollingMs: 50 };

/** A rehearsal's chain, deployed to by an account that its node signs for. */
export function localTarget(plan: DeploymentPlan, chainId: number, url: string, dir: string): Target {
  const provider: Provider = { request: ({ method, params }) => rpc(url, method, params as unknown[]) };
  const deployer = localAccount("deployer").address;
  const client = clientOf(provider, PACE);
  return { plan, chainId, provider, client, deployer, dir: join(dir, `journal-${chainId}`), pace: PACE };
}
