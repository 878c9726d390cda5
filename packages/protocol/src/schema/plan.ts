import { z } from "zod";
import type { DeploymentPlan } from "../deployment/plan.ts";
import { ProtocolError } from "../errors.ts";
import { MAX_MESSAGE_BYTES } from "../messages.ts";
import { bytesSchema, nonZeroAddressSchema, uintSchema } from "./primitives.ts";

const verifierSchema = z.strictObject({
  operator: z.string().min(1),
  send: nonZeroAddressSchema,
  receive: nonZeroAddressSchema,
});

const layerZeroSchema = z.strictObject({
  eid: uintSchema(32).min(1),
  endpoint: nonZeroAddressSchema,
  sendLibrary: nonZeroAddressSchema,
  receiveLibrary: nonZeroAddressSchema,
  executor: nonZeroAddressSchema,
  maxMessageSize: uintSchema(32).min(MAX_MESSAGE_BYTES, `must carry the longest message, ${MAX_MESSAGE_BYTES} bytes`),
  confirmations: uintSchema(32).min(1),
  verifiers: z.array(verifierSchema).max(127),
});

const chainSchema = z.strictObject({
  chainId: z.int().positive(),
  name: z.string().min(1),
  finality: z
    .strictObject({ safe: z.int().min(0), finalized: z.int().min(0) })
    .refine(({ safe, finalized }) => safe <= finalized, "safe must not need more confirmations than finalized"),
  layerZero: layerZeroSchema,
});

type Fault = (path: (string | number)[], message: string) => void;

const planSchema = z
  .strictObject({
    salt: bytesSchema(32),
    coordinatorChainId: z.int().positive(),
    chains: z.array(chainSchema).min(1).max(8),
  })
  .superRefine(({ chains, coordinatorChainId }, context) => {
    const fault: Fault = (path, message) => context.addIssue({ code: "custom", path, message });
    if (!chains.some(({ chainId }) => chainId === coordinatorChainId)) {
      fault(["coordinatorChainId"], "must be one of the chains");
    }
    chains.forEach((chain, index) => {
      if (chains.findIndex(({ chainId }) => chainId === chain.chainId) !== index) {
        fault(["chains", index, "chainId"], "repeated chain");
      }
      if (chains.findIndex(({ layerZero }) => layerZero.eid === chain.layerZero.eid) !== index) {
        fault(["chains", index, "layerZero", "eid"], "repeated endpoint id");
      }
      judgeVerifiers(chain, chains[0] as typeof chain, ["chains", index, "layerZero", "verifiers"], fault);
    });
  });

/** Two that fall together are one, and one that is not at both ends of a path vouches for nothing. */
function judgeVerifiers(
  { name, layerZero: { verifiers } }: z.infer<typeof chainSchema>,
  first: z.infer<typeof chainSchema>,
  path: (string | number)[],
  fault: Fault,
): void {
  if (verifiers.length < 2) {
    const missing = verifiers.length === 0 ? "the first verifier" : "the second verifier";
    const there = verifiers.map(({ operator }) => operator).join(", ");
    const other = there === "" ? "" : `, of another operator than ${there}`;
    fault([...path, verifiers.length], `${missing} of ${name} is missing: name one${other}; there is no default`);
    return;
  }
  for (const key of ["operator", "send", "receive"] as const) {
    verifiers.forEach((verifier, index) => {
      if (verifiers.findIndex((other) => other[key] === verifier[key]) !== index) {
        fault([...path, index, key], "the verifiers must be independent, and this one is repeated");
      }
    });
  }
  const operators = (of: typeof verifiers) => of.map(({ operator }) => operator).sort();
  const [here, there] = [operators(verifiers), operators(first.layerZero.verifiers)];
  if (here.join("\n") !== there.join("\n")) {
    fault(path, `must be of the same operators on every chain, here ${here.join(", ")}, there ${there.join(", ")}`);
  }
}

/**
 * Reads a parameter file: its parsed JSON.
 *
 * @throws ProtocolError `deployment_invalid`, `field` the first thing that is wrong.
 */
export function parsePlan(json: unknown): DeploymentPlan {
  const result = planSchema.safeParse(json);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new ProtocolError("deployment_invalid", issue?.message ?? "invalid", {
    field: issue?.path.join("."),
    cause: result.error,
  });
}
