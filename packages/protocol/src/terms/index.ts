export { ProtocolError, type ProtocolErrorCode } from "../errors.ts";
export { termsAbiParameter } from "./abi.ts";
export * from "./bounds.ts";
export { decodeTerms, encodeTerms } from "./codec.ts";
export { hashTerms } from "./hash.ts";
export { type FeeJson, type LegJson, type TermsJson, termsFromJson, termsToJson } from "./json.ts";
export { refFromUuid, uuidFromRef } from "./ref.ts";
export {
  FEE_TYPE,
  LEG_TYPE,
  TERMS_TYPE,
  type TermsDomain,
  termsDomain,
  termsTypedData,
  termsTypes,
} from "./typed-data.ts";
export { type Fee, type Leg, type Opening, type Terms, TokenStandard, Verdict } from "./types.ts";
export { type TermsContext, type TermsError, type TermsFault, validateTerms } from "./validate.ts";
