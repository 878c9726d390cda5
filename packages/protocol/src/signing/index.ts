export { authorizationNonce } from "./authorization-nonce.ts";
export { CANCEL_TYPE, cancelTypedData } from "./cancel.ts";
export { escrowDomain, type LegSigningInput } from "./leg.ts";
export {
  DEPOSIT_TYPE,
  DEPOSIT_WITNESS_STRING,
  PERMIT2_ADDRESS,
  PERMIT2_DEPOSIT_TYPE,
  permit2DepositTypedData,
} from "./permit2-deposit.ts";
export { REDIRECT_TYPE, redirectTypedData } from "./redirect.ts";
export { WAIVE_TYPE, waiveTypedData } from "./waive.ts";
