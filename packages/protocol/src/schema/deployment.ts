import { z } from "zod";
import type { Deployment } from "../deployment/deployment.ts";
import { ProtocolError } from "../errors.ts";
import { addressSchema, nonZeroAddressSchema } from "./primitives.ts";

const chainId = z.int().positive();

const contractsSchema = z.strictObject({
  root: nonZeroAddressSchema,
  coordinator: nonZeroAddressSchema,
  escrow: nonZeroAddressSchema,
  registry: nonZeroAddressSchema,
  messenger: nonZeroAddressSchema,
  router: nonZeroAddressSchema,
});

const chainSchema = z.strictObject({
  chainId,
  name: z.string().min(1),
  row: z.int().min(0).max(7),
  eid: z.int().positive(),
  endpoint: nonZeroAddressSchema,
  startBlock: z.int().min(0),
  finality: z
    .strictObject({ safe: z.int().min(0), finalized: z.int().min(0) })
    .refine(({ safe, finalized }) => safe <= finalized, "safe must not need more confirmations than finalized"),
});

const instrumentSchema = z.strictObject({
  alias: z.string().min(1).max(100),
  alias_type: z.enum(["isin", "ticker", "custom"]),
  chain_id: chainId,
  token_address: nonZeroAddressSchema,
  token_standard: z.enum(["ERC-20", "ERC-721", "ERC-1155", "ERC-1400", "ERC-3643"]),
  decimals: z.int().min(0).max(77),
  leg_type: z.enum(["asset_delivery", "payment"]).nullable(),
  name: z.string().nullable(),
});

const templatesSchema = z.strictObject({
  attesters: z.array(nonZeroAddressSchema).min(1).max(8),
  threshold: z.int().positive(),
  operator: addressSchema,
  entity_providers: z.array(z.string().min(1)).min(1),
  wallet_providers: z.array(z.string().min(1)).min(1),
  message_margin_seconds: z.int().min(0),
  fee_recipients: z.record(z.string().regex(/^[1-9][0-9]*$/), nonZeroAddressSchema),
});

/** The deployment file. Addresses come out in EIP-55 form. */
export const deploymentSchema = z
  .strictObject({
    coordinatorChainId: chainId,
    contracts: contractsSchema,
    chains: z.array(chainSchema).min(1).max(8),
    instruments: z.array(instrumentSchema),
    templates: templatesSchema,
  })
  .superRefine((deployment, context) => {
    const { chains, instruments, templates, coordinatorChainId } = deployment;
    const fault = (path: (string | number)[], message: string) => context.addIssue({ code: "custom", path, message });
    const known = new Set(chains.map((chain) => chain.chainId));
    if (!known.has(coordinatorChainId)) fault(["coordinatorChainId"], "must be one of the chains");
    chains.forEach((chain, index) => {
      if (chain.row !== index) fault(["chains", index, "row"], "chains must be listed in row order from 0");
      if (chains.findIndex((other) => other.chainId === chain.chainId) !== index) {
        fault(["chains", index, "chainId"], "repeated chain");
      }
      if (chains.findIndex((other) => other.eid === chain.eid) !== index) {
        fault(["chains", index, "eid"], "repeated endpoint id");
      }
    });
    instruments.forEach((instrument, index) => {
      if (!known.has(instrument.chain_id)) fault(["instruments", index, "chain_id"], "not one of the chains");
      const same = (other: typeof instrument) =>
        other.alias === instrument.alias && other.chain_id === instrument.chain_id;
      if (instruments.findIndex(same) !== index) fault(["instruments", index, "alias"], "repeated on this chain");
    });
    templates.attesters.forEach((attester, index) => {
      const previous = templates.attesters[index - 1];
      if (previous !== undefined && previous.toLowerCase() >= attester.toLowerCase()) {
        fault(["templates", "attesters", index], "attesters must be strictly ascending");
      }
    });
    if (templates.threshold > templates.attesters.length) {
      fault(["templates", "threshold"], "more than there are attesters");
    }
    for (const key of Object.keys(templates.fee_recipients)) {
      if (!known.has(Number(key))) fault(["templates", "fee_recipients", key], "not one of the chains");
    }
  });

/**
 * Reads a deployment file: its parsed JSON, or its text.
 *
 * @throws ProtocolError `deployment_invalid`, `field` the first thing that is wrong.
 */
export function parseDeployment(json: unknown): Deployment {
  let value = json;
  if (typeof json === "string") {
    try {
      value = JSON.parse(json);
    } catch (cause) {
      throw new ProtocolError("deployment_invalid", "the deployment file is not JSON", { cause });
    }
  }
  const result = deploymentSchema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new ProtocolError("deployment_invalid", issue?.message ?? "invalid", {
    field: issue?.path.join("."),
    cause: result.error,
  });
}
