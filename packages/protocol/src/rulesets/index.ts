export {
  type AbiRuleset,
  decodeRuleset,
  encodeRuleset,
  fromAbiRuleset,
  rulesetAbiParameter,
  rulesetId,
  toAbiRuleset,
} from "./codec.ts";
export { REPO_RULESET, RepoState, type RepoStateName } from "./repo.ts";
export { STANDARD_RULESET, StandardState, type StandardStateName } from "./standard.ts";
export { stateName } from "./state-name.ts";
export {
  Gate,
  type GateName,
  gateName,
  type Ruleset,
  type RulesetEdge,
  type RulesetState,
  StateKind,
} from "./types.ts";
export {
  MAX_EDGES,
  MAX_STATES,
  needsParent,
  type RulesetError,
  type RulesetFault,
  validateRuleset,
} from "./validate.ts";
