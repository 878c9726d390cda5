export { deploymentSchema, parseDeployment } from "./deployment.ts";
export { addressSchema, bytesSchema, nonZeroAddressSchema, uintSchema, uintStringSchema } from "./primitives.ts";
export { feeJsonSchema, legJsonSchema, termsJsonSchema } from "./terms.ts";
