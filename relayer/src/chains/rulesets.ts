import { type Deployment, shippedTemplates } from "@keystoneos/protocol";
import { coordinatorAbi } from "@keystoneos/protocol/abi";
import type { Hex } from "viem";
import { ChainError, ConfigError } from "../errors.ts";
import { agreedRead } from "./agreed-read.ts";
import type { Chain } from "./client.ts";
import { type Head, head } from "./head.ts";
import { shortMessage } from "./revert.ts";

/** Throws ConfigError when a shipped template's ruleset is not registered: trades would match that no coordinator can create. */
export async function checkRulesets(chain: Chain, deployment: Deployment): Promise<void> {
  const at = await head(chain);
  for (const { slug, config } of shippedTemplates(deployment)) {
    const { ruleset_id, closing_ruleset_id } = config.on_chain;
    for (const rulesetId of closing_ruleset_id === null ? [ruleset_id] : [ruleset_id, closing_ruleset_id]) {
      if (await isRegistered(chain, deployment, rulesetId, at)) continue;
      throw new ConfigError("DEPLOYMENTS_FILE", `the ruleset ${rulesetId} of template ${slug} is not registered`);
    }
  }
}

function isRegistered(chain: Chain, deployment: Deployment, rulesetId: Hex, at: Head): Promise<boolean> {
  const address = deployment.contracts.coordinator;
  const call = { address, abi: coordinatorAbi, functionName: "isRegistered", args: [rulesetId] } as const;
  return agreedRead(chain, call, at.hash).catch((cause: unknown) => {
    throw new ChainError(`the coordinator does not answer: ${shortMessage(cause)}`, { cause });
  });
}
