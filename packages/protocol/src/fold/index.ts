export { applyEvent } from "./apply.ts";
export { applyCoordinatorEvent } from "./apply-coordinator.ts";
export { applyEscrowEvent } from "./apply-escrow.ts";
export { applyMessengerEvent, applyRootEvent } from "./apply-messenger.ts";
export { applyRegistryEvent, statementKey } from "./apply-registry.ts";
export {
  type ChainEvent,
  type ContractName,
  type CoordinatorEvent,
  decodeChainEvent,
  type EscrowEvent,
  type EventPosition,
  type MessengerEvent,
  type ProtocolEvent,
  type RegistryEvent,
  type RootEvent,
} from "./events.ts";
export {
  clearanceOf,
  type EscrowRecord,
  escrowOf,
  escrowRecordOf,
  hashParties,
  homeOf,
  LegStatus,
  legStatusOf,
  type MessageView,
  messageOf,
  pathProvenAt,
  recordOf,
  rulesetOf,
  settlementOf,
  statementsOf,
  stateNameOf,
  verdictAt,
} from "./select.ts";
export {
  type ChainWorld,
  type CoordinatorSettlement,
  type EscrowSettlement,
  emptyWorld,
  type FoldedLeg,
  type FoldedStatement,
  type ReceivedMessage,
  type SentMessage,
  type StuckNonce,
  type TakenTransition,
  type World,
} from "./world.ts";
