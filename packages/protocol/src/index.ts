export {
  ATTESTATION_TYPE,
  type Attestation,
  attestationTypedData,
  attestationTypes,
  ComplianceStatus,
} from "./attestation.ts";
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
} from "./deployment/deployment.ts";
export { evidenceHash, type InterventionRecord } from "./evidence.ts";
export * from "./fold/index.ts";
export * from "./gates/index.ts";
export {
  decodeMessage,
  encodeMessage,
  MessageKind,
  type MessageKindName,
  messageKindName,
  type ProtocolMessage,
} from "./messages.ts";
export * from "./rulesets/index.ts";
export { parseDeployment } from "./schema/deployment.ts";
export * from "./signing/index.ts";
export * from "./templates/index.ts";
export * from "./terms/index.ts";
export { formatQuantity, type GrossedUp, grossUp, MAX_FEE_BPS, parseQuantity } from "./units.ts";
