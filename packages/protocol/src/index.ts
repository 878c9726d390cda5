export {
  type EntityRecord,
  entityCommitment,
  entityHash,
  entityRecordJson,
  randomSecret,
  walletCommitment,
} from "./commitments.ts";
export {
  type Deployment,
  type DeploymentChain,
  type DeploymentContracts,
  type DeploymentInstrument,
  type DeploymentTemplates,
  deploymentChain,
  type TokenStandardName,
} from "./deployment.ts";
export * from "./rulesets/index.ts";
export { parseDeployment } from "./schema/deployment.ts";
export * from "./terms/index.ts";
