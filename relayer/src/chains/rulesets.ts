import { type Deployment, shippedTemplates } from "@keystoneos/protocol";
import { coordinatorAbi } from "@keystoneos/protocol/abi";
import type { Hex } from "viem";
import { ChainError, ConfigError } from "../errors.ts";
import type { Chain } from "./client.ts";

/** Throws ConfigError when a shipped template's ruleset is not registered: trades would match that no coordinator can create. */
export async function checkRulesets(chain: Chain, deployment: Deployment): Promise<void> {
  for (const { slug, config } of shippedTemplates(deployment)) {
    const { ruleset_id, closing_ruleset_id } = config.on_chain;
    for (const rulesetId of closing_ruleset_id === null ? [ruleset_id] : [ruleset_id, closing_ruleset_id]) {
      if (await isRegistered(chain, deployment, rulesetId)) continue;
      throw new ConfigError("DEPLOYMENTS_FILE", `the ruleset ${rulesetId} of template ${slug} is not registered`);
    }
  }
}

function isRegistered(chain: Chain, deployment: Deployment, rulesetId: Hex): Promise<boolean> {
  return chain.client
    .readContract({
      address: deployment.contracts.coordinator,
      abi: coordinatorAbi,
      functionName: "isRegistered",
      args: [rulesetId],
    })
    .catch((cause: unknown) => {
      throw new ChainError(`RPC_URL_${chain.chainId}: the coordinator does not answer`, { cause });
    });
}
