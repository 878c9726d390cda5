import { rulesetId } from "@keystoneos/protocol";
import { coordinatorAbi, escrowAbi } from "@keystoneos/protocol/abi";
import { type DeploymentPlan, predictContracts } from "@keystoneos/protocol/deployment";
import { domainSeparator, type PublicClient, parseAbi } from "viem";
import { PERMIT2 } from "../permit2.ts";
import { RULESETS } from "../rulesets.ts";
import { answerOf, type Notes } from "./finding.ts";

const permit2Abi = parseAbi(["function DOMAIN_SEPARATOR() view returns (bytes32)"]);

/** What settlements need beside contracts and wiring: rulesets, a proven path, Permit2. */
export async function checkProtocol(
  notes: Notes,
  client: PublicClient,
  plan: DeploymentPlan,
  chainId: number,
): Promise<void> {
  const { coordinator, escrow } = predictContracts(plan);
  if (chainId === plan.coordinatorChainId) {
    for (const [name, ruleset] of Object.entries(RULESETS)) {
      const registered = { address: coordinator, abi: coordinatorAbi, functionName: "isRegistered" } as const;
      const found = await answerOf(client.readContract({ ...registered, args: [rulesetId(ruleset)] }));
      notes.note(`coordinator: ${name.toLowerCase()} ruleset registered`, true, found);
    }
  } else {
    const proven = { address: escrow, abi: escrowAbi, functionName: "pathProven" } as const;
    notes.note("escrow: path proven by a verdict", true, await answerOf(client.readContract(proven)));
  }
  const separator = { address: PERMIT2, abi: permit2Abi, functionName: "DOMAIN_SEPARATOR" } as const;
  const promised = domainSeparator({ domain: { name: "Permit2", chainId, verifyingContract: PERMIT2 } });
  notes.note("Permit2: domain separator", promised, await answerOf(client.readContract(separator)));
}
