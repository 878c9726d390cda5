import type { DeploymentPlan } from "@keystoneos/protocol/deployment";
import type { PublicClient } from "viem";
import { demandPredictedContracts } from "../artifacts.ts";
import { chainName } from "../chain.ts";
import { DeployError } from "../errors.ts";
import { checkContracts } from "./contracts.ts";
import { type Finding, Notes, nodeAnswer } from "./finding.ts";
import { checkProtocol } from "./protocol.ts";
import { checkWiring } from "./wiring.ts";

/**
 * Reads a live deployment, and tells of every parameter what was promised and what is there.
 *
 * @param clients One for each chain of the plan, by chain id. Reads only.
 * @throws DeployError ChainNotRead when a node does not answer or serves another chain; ContractsDiffer, NotCompiled.
 */
export async function checkPlan(plan: DeploymentPlan, clients: ReadonlyMap<number, PublicClient>): Promise<Finding[]> {
  demandPredictedContracts();
  return (await Promise.all(plan.chains.map(({ chainId }) => checkChain(plan, chainId, clients.get(chainId))))).flat();
}

async function checkChain(plan: DeploymentPlan, chainId: number, client: PublicClient | undefined): Promise<Finding[]> {
  const chain = chainName({ plan, chainId });
  if (client === undefined) throw new DeployError("ChainNotRead", `${chain}: there is no node to ask`);
  try {
    const served = await nodeAnswer(client.getChainId());
    if (served !== chainId) throw new DeployError("ChainNotRead", `the node serves chain ${served}`);
    const notes = new Notes({ chainId, chain });
    await checkContracts(notes, client, plan, chainId);
    await checkWiring(notes, client, plan, chainId);
    await checkProtocol(notes, client, plan, chainId);
    return notes.findings;
  } catch (error) {
    if (!(error instanceof DeployError) || error.name !== "ChainNotRead") throw error;
    throw new DeployError("ChainNotRead", `${chain}, RPC_URL_${chainId}: ${error.message}`, { cause: error });
  }
}
