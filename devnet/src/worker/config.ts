import { readFileSync } from "node:fs";
import { type Hex, isAddress } from "viem";
import { z } from "zod";
import { type Environment, fromEnvironment } from "../environment.ts";
import { DevnetError } from "../errors.ts";

const key = z.string().regex(/^0x[0-9a-fA-F]{64}$/, "must be 0x and 64 hex digits");

const environmentSchema = z.object({
  WORKER_PORT: z.coerce.number().int().min(1).max(65_535).default(8003),
  /** JSON: the chains to serve, as `layerZeroChainsSchema` has them. */
  LAYERZERO_FILE: z.string().min(1),
  /** Where the worker keeps what it must not forget. */
  WORKER_STATE_FILE: z.string().min(1),
  VERIFIER_A_PRIVATE_KEY: key,
  VERIFIER_B_PRIVATE_KEY: key,
  EXECUTOR_PRIVATE_KEY: key,
});

const address = z.string().refine((value): value is Hex => isAddress(value), "must be an address");

const layerZeroChainsSchema = z
  .array(z.strictObject({ chainId: z.int().positive(), eid: z.int().positive(), endpoint: address }))
  .min(1);

export interface WorkerChainConfig {
  chainId: number;
  eid: number;
  endpoint: Hex;
  rpcUrl: string;
}

export interface WorkerConfig {
  port: number;
  stateFile: string;
  verifierKeys: [Hex, Hex];
  executorKey: Hex;
  chains: WorkerChainConfig[];
}

/** Reads the worker's configuration. @throws DevnetError ConfigurationError that names the variable. */
export function readWorkerConfig(environment: Environment): WorkerConfig {
  const values = fromEnvironment(environmentSchema, environment);
  const file = readChains(values.LAYERZERO_FILE);
  const chains = file.map((chain) => {
    const name = `RPC_URL_${chain.chainId}`;
    const url = fromEnvironment(z.object({ [name]: z.url() }), environment)[name] as string;
    return { ...chain, rpcUrl: url };
  });
  return {
    port: values.WORKER_PORT,
    stateFile: values.WORKER_STATE_FILE,
    verifierKeys: [values.VERIFIER_A_PRIVATE_KEY as Hex, values.VERIFIER_B_PRIVATE_KEY as Hex],
    executorKey: values.EXECUTOR_PRIVATE_KEY as Hex,
    chains,
  };
}

function readChains(file: string): z.infer<typeof layerZeroChainsSchema> {
  try {
    return layerZeroChainsSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (cause) {
    throw new DevnetError("ConfigurationError", "LAYERZERO_FILE does not hold the chains to serve", { cause });
  }
}
