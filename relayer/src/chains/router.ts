import type { Deployment } from "@keystoneos/protocol";
import type { Chain } from "./client.ts";

/** Whether the deployment's router has code: it is created beside the contracts, by whoever wants it, and nothing needs it. */
export async function hasRouter(chain: Chain, { contracts }: Deployment): Promise<boolean> {
  const code = await chain.client.getCode({ address: contracts.router });
  return code !== undefined;
}
