export {
  Clearance,
  type ClearanceInput,
  clearance,
  type PartyClearance,
  partyClearances,
  type Statement,
} from "./clearance.ts";
export {
  type CoordinatorRecord,
  chainMask,
  type GateInput,
  gateHolds,
  isTerminal,
  type NextTransition,
  nextAdvance,
  nextTransitions,
} from "./next-transitions.ts";
