import { parseEther, parseGwei } from "viem";
import { z } from "zod";
import { ConfigError } from "../errors.ts";

/** How the pipeline behaves; blocks are of the chain in question. */
export interface Settings {
  /** Unmined for so long, the oldest transaction of a key gets higher fees. */
  replaceAfterBlocks: number;
  /** Unmined for so long, it is asked whether its call is still worth making. */
  cancelAfterBlocks: number;
  /** How long stored bytes may be unmined before they are sent again. */
  rebroadcastSeconds: number;
  /** How long a key is a process's without word from it. */
  leaseSeconds: number;
  /** Most unmined transactions of one key on one chain. */
  unminedLimit: number;
  /** A call refused so often, over so long, is dead. */
  deadAfterRefusals: number;
  deadAfterSeconds: number;
  /** By chain, in wei. */
  feeCaps: ReadonlyMap<number, bigint>;
  /** By chain, in wei within 24 hours; a chain without one may spend what its keys have. */
  gasBudgets: ReadonlyMap<number, bigint>;
}

const count = (value: number) => z.coerce.number().int().positive().default(value);
const seconds = (value: number) => z.coerce.number().positive().default(value);
const decimal = z.string().regex(/^\d{1,9}(\.\d{1,9})?$/, "must be a decimal number");

const schema = z.object({
  REPLACE_AFTER_BLOCKS: count(10),
  CANCEL_AFTER_BLOCKS: count(30),
  REBROADCAST_SECONDS: seconds(5),
  SIGNER_LEASE_SECONDS: seconds(15),
  UNMINED_LIMIT: count(16),
  DEAD_AFTER_REFUSALS: count(50),
  DEAD_AFTER_SECONDS: seconds(86_400),
});

const DEFAULT_CAP_GWEI = "500";

/** Reads the pipeline's variables. Throws ConfigError naming the first one at fault. */
export function readSettings(env: Record<string, string | undefined>, chainIds: readonly number[]): Settings {
  const parsed = schema.safeParse(env);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new ConfigError(String(issue?.path[0]), issue?.message ?? "is invalid");
  }
  const vars = parsed.data;
  const amount = (variable: string, parse: (text: string) => bigint, otherwise?: string): bigint | undefined => {
    const text = env[variable] ?? otherwise;
    if (text === undefined) return undefined;
    const { success, error, data } = decimal.safeParse(text);
    if (!success) throw new ConfigError(variable, error.issues[0]?.message ?? "is invalid");
    const value = parse(data);
    if (value === 0n) throw new ConfigError(variable, "must be more than 0");
    return value;
  };
  const byChain = (read: (chainId: number) => bigint | undefined) =>
    new Map(
      chainIds.flatMap((chainId): [number, bigint][] => {
        const value = read(chainId);
        return value === undefined ? [] : [[chainId, value]];
      }),
    );
  return {
    replaceAfterBlocks: vars.REPLACE_AFTER_BLOCKS,
    cancelAfterBlocks: vars.CANCEL_AFTER_BLOCKS,
    rebroadcastSeconds: vars.REBROADCAST_SECONDS,
    leaseSeconds: vars.SIGNER_LEASE_SECONDS,
    unminedLimit: vars.UNMINED_LIMIT,
    deadAfterRefusals: vars.DEAD_AFTER_REFUSALS,
    deadAfterSeconds: vars.DEAD_AFTER_SECONDS,
    feeCaps: byChain((chainId) => amount(`MAX_FEE_PER_GAS_GWEI_${chainId}`, parseGwei, DEFAULT_CAP_GWEI)),
    gasBudgets: byChain((chainId) => amount(`GAS_BUDGET_ETH_${chainId}`, parseEther)),
  };
}
