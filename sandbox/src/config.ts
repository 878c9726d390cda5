import { type Hex, parseEther } from "viem";
import { privateKeyToAddress } from "viem/accounts";
import { z } from "zod";
import { TEST_CHAINS } from "./chain/test-chains.ts";
import { ConfigError } from "./errors.ts";

export interface Config {
  host: string;
  port: number;
  /** Base of the platform API, `/v1` included, without a slash at its end. */
  apiUrl: string;
  /** The counterparty's own machine client at the issuer. */
  client: { auth0TokenUrl: string; auth0Audience: string; clientId: string; clientSecret: string };
  faucetKey: Hex;
  counterpartyKey: Hex;
  /** By chain id. */
  rpcUrls: ReadonlyMap<number, string>;
  /** Wei that the faucet fills an address up to. */
  gasFloor: bigint;
  /** Whole token units: what the faucet fills a balance up to at most, and the largest leg that the counterparty agrees to. */
  maxQuantity: string;
  tickMs: number;
  logLevel: string;
}

const integer = (min: number, max: number) =>
  z
    .string()
    .regex(/^[0-9]{1,15}$/, `must be an integer from ${min} to ${max}`)
    .transform(Number)
    .refine((value) => value >= min && value <= max, `must be an integer from ${min} to ${max}`);

/** Tokens and a secret are sent there. */
const guardedUrl = z
  .string("is missing")
  .regex(/^(https:\/\/|http:\/\/(127\.0\.0\.1|localhost|\[::1\])[:/])/, "must be https where it is not on this machine")
  .refine(
    (value) => URL.canParse(value) && !/[?#@]/.test(value),
    "must be a URL without query, fragment and credentials",
  );

const privateKey = z
  .string("is missing: a throw-away key")
  .regex(/^0x[0-9a-fA-F]{64}$/, "must be a private key: 0x and 64 hex digits")
  .transform((value) => value as Hex);

const decimal = z.string().regex(/^(0|[1-9][0-9]{0,30})(\.[0-9]{1,18})?$/, "must be a decimal number");
const text = (what: string) => z.string(`is missing: ${what}`).min(1, "is empty");

const schema = z.object({
  SANDBOX_HOST: z.string().min(1, "is empty").default("127.0.0.1"),
  SANDBOX_PORT: integer(0, 65_535).default(8005),
  SANDBOX_API_URL: guardedUrl.regex(/\/v1$/, "must end with /v1"),
  SANDBOX_TOKEN_URL: guardedUrl,
  SANDBOX_AUDIENCE: z.string().min(1, "is empty").default("https://api.keystoneos.xyz"),
  SANDBOX_CLIENT_ID: text("the counterparty's client at the issuer"),
  SANDBOX_CLIENT_SECRET: text("the secret of SANDBOX_CLIENT_ID"),
  SANDBOX_FAUCET_PRIVATE_KEY: privateKey,
  SANDBOX_COUNTERPARTY_PRIVATE_KEY: privateKey,
  /** With commas between them. No default: whoever starts this names the chains on which it gives things away. */
  SANDBOX_CHAIN_IDS: z
    .string("is missing: the test chains to serve, such as 11155111,84532")
    .transform((list) => list.split(",").map((id) => id.trim())),
  SANDBOX_GAS_FLOOR: decimal.default("0.05"),
  SANDBOX_MAX_QUANTITY: decimal.default("1000000"),
  SANDBOX_TICK_MS: integer(50, 60_000).default(2_000),
  LOG_LEVEL: z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).default("info"),
});

/** Reads the environment. Throws ConfigError, which names every variable at fault and never shows its value. */
export function readConfig(env: Record<string, string | undefined>): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    throw new ConfigError(parsed.error.issues.map(({ path, message }) => `${String(path[0])} ${message}`).join("\n"));
  }
  const values = parsed.data;
  const faucetKey = values.SANDBOX_FAUCET_PRIVATE_KEY;
  const counterpartyKey = values.SANDBOX_COUNTERPARTY_PRIVATE_KEY;
  // Each account's transactions go one after the other; two names for one account would overtake each other.
  if (privateKeyToAddress(faucetKey) === privateKeyToAddress(counterpartyKey)) {
    throw new ConfigError("SANDBOX_COUNTERPARTY_PRIVATE_KEY must not be the faucet's key");
  }
  return {
    host: values.SANDBOX_HOST,
    port: values.SANDBOX_PORT,
    apiUrl: values.SANDBOX_API_URL,
    client: {
      auth0TokenUrl: values.SANDBOX_TOKEN_URL,
      auth0Audience: values.SANDBOX_AUDIENCE,
      clientId: values.SANDBOX_CLIENT_ID,
      clientSecret: values.SANDBOX_CLIENT_SECRET,
    },
    faucetKey,
    counterpartyKey,
    rpcUrls: readRpcUrls(values.SANDBOX_CHAIN_IDS, given),
    gasFloor: parseEther(values.SANDBOX_GAS_FLOOR),
    maxQuantity: values.SANDBOX_MAX_QUANTITY,
    tickMs: values.SANDBOX_TICK_MS,
    logLevel: values.LOG_LEVEL,
  };
}

const nodeUrl = z.url({ protocol: /^https?$/ });

/** The nodes of these chains, all of them test chains. */
function readRpcUrls(chainIds: readonly string[], env: Record<string, string | undefined>): Map<number, string> {
  const known = [...TEST_CHAINS].map(([id, name]) => `${id} (${name})`).join(", ");
  return new Map(
    chainIds.map((chainId) => {
      if (!/^[1-9][0-9]*$/.test(chainId) || !TEST_CHAINS.has(Number(chainId))) {
        throw new ConfigError(
          `SANDBOX_CHAIN_IDS has ${JSON.stringify(chainId)}, which is none of the test chains ${known}`,
        );
      }
      const variable = `RPC_URL_${chainId}`;
      const value = env[variable];
      if (value === undefined)
        throw new ConfigError(`${variable} is missing: a node of ${TEST_CHAINS.get(Number(chainId))}`);
      if (!nodeUrl.safeParse(value).success) throw new ConfigError(`${variable} must be an http or https URL`);
      return [Number(chainId), value];
    }),
  );
}
