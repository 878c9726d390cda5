export { CHILDREN, type ChildName, childrenOn } from "./children.ts";
export { INIT_CODE_HASHES, ROOT_INIT_CODE, ROUTER_INIT_CODE } from "./generated/init-code.ts";
export { pathProofTerms } from "./path-proof.ts";
export {
  type DeploymentPlan,
  type PlannedChain,
  type PlannedLayerZero,
  pathsOf,
  plannedChain,
  rowsOf,
  type WiredPath,
  type Wiring,
  wiringOf,
} from "./plan.ts";
export { CREATE_X, childAddress, createXAddress, predictContracts, rootInitCode, routerInitCode } from "./predict.ts";
