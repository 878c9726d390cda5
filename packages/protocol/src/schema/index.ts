export { deploymentSchema, parseDeployment } from "./deployment.ts";
export { parsePlan } from "./plan.ts";
export { addressSchema, bytesSchema, nonZeroAddressSchema, uintSchema, uintStringSchema } from "./primitives.ts";
export { feeJsonSchema, legJsonSchema, termsJsonSchema } from "./terms.ts";
