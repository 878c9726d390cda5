import { type Deployment, parseQuantity, type Terms } from "@keystoneos/protocol";
import { type Address, isAddress } from "viem";
import { z } from "zod";
import { ConfigError } from "../errors.ts";

/** A leg of this token above the amount has its settlement wait for so many confirmations, on every chain. */
export interface DeepFinality {
  chainId: number;
  token: Address;
  /** Base units. */
  above: bigint;
  confirmations: number;
}

const VARIABLE = "DEEP_FINALITY";

const tierSchema = z.strictObject({
  instrument: z.string().min(1, "must be an alias of the deployment file, or a token's address"),
  chain_id: z.int().positive(),
  /** Whole units, as people write them. */
  above: z.string("must be a decimal number in quotes"),
  /** Of a token that the deployment file does not list. */
  decimals: z.int().min(0).max(77).optional(),
  confirmations: z.int().positive(),
});

/** Reads DEEP_FINALITY, a JSON array; without it there are no tiers. Throws ConfigError naming the entry and the field at fault. */
export function readDeepFinality(text: string | undefined, deployment: Deployment): DeepFinality[] {
  if (text === undefined) return [];
  const parsed = z.array(tierSchema).safeParse(fromJson(text));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new ConfigError(VARIABLE, `${pathOf(issue?.path ?? [])}${issue?.message ?? "is invalid"}`);
  }
  return parsed.data.map((tier, index) => resolve(tier, index, deployment));
}

/** The confirmations that a settlement of these terms waits for at least; 0 where no leg is above a threshold. */
export function deepConfirmations(terms: Terms, tiers: readonly DeepFinality[]): number {
  const asked = tiers.filter(({ chainId, token, above }) =>
    terms.legs.some(
      (leg) => leg.chainId === BigInt(chainId) && leg.token.toLowerCase() === token.toLowerCase() && leg.amount > above,
    ),
  );
  return Math.max(0, ...asked.map(({ confirmations }) => confirmations));
}

function resolve(tier: z.infer<typeof tierSchema>, index: number, { chains, instruments }: Deployment): DeepFinality {
  const fault = (field: string, message: string) => new ConfigError(VARIABLE, `${pathOf([index, field])}${message}`);
  const { instrument, chain_id: chainId, confirmations } = tier;
  if (!chains.some((chain) => chain.chainId === chainId)) throw fault("chain_id", "is not a chain of the deployment");
  const listed = instruments.find(
    ({ alias, chain_id, token_address }) =>
      chain_id === chainId && (alias === instrument || token_address.toLowerCase() === instrument.toLowerCase()),
  );
  if (listed === undefined && !isAddress(instrument)) {
    throw fault("instrument", `is neither an address nor an alias of the deployment on chain ${chainId}`);
  }
  const decimals = listed?.decimals ?? tier.decimals;
  if (decimals === undefined) throw fault("decimals", "is missing: the deployment does not list this token");
  if (tier.decimals !== undefined && tier.decimals !== decimals) {
    throw fault("decimals", `must be ${decimals}, as the deployment says, or left out`);
  }
  try {
    // Zero is a threshold too: then every amount is above it.
    const above = /^0(\.0+)?$/.test(tier.above) ? 0n : parseQuantity(tier.above, decimals);
    return { chainId, token: (listed?.token_address ?? instrument) as Address, above, confirmations };
  } catch (error) {
    throw fault("above", (error as Error).message);
  }
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ConfigError(VARIABLE, "must be a JSON array");
  }
}

function pathOf(path: readonly PropertyKey[]): string {
  return path.length === 0 ? "" : `${path.map(String).join(".")} `;
}
