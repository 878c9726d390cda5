import { join } from "node:path";
import { localPrivateKey } from "../keys.ts";
import type { NodeProcess } from "../process/node-process.ts";
import type { WorldClient } from "./clients.ts";
import { CHAIN_IDS, type Ports, ROOT } from "./options.ts";
import type { WorldSecrets } from "./secrets.ts";

/** Everything that decides how the processes of a world are called. */
export interface WorldSettings {
  dir: string;
  ports: Ports;
  databaseUrl: string;
  secrets: WorldSecrets;
  /** Where the relayers beside the first listen. */
  furtherRelayers: readonly number[];
  /** The sandbox's own client; known once the issuer has created it. */
  sandboxClient?: WorldClient;
  env: Record<string, string>;
}

type FurtherRelayer = `relayer-${number}`;
export type RelayerName = "relayer" | FurtherRelayer;
export type ServiceName = "issuer" | "worker" | "indexer" | RelayerName | "api" | "courier" | "sandbox";

/** Relayer, relayer-2, relayer-3 and so on: all have the same keys. */
export function relayerNames({ furtherRelayers }: Pick<WorldSettings, "furtherRelayers">): RelayerName[] {
  return ["relayer", ...furtherRelayers.map((_, index): FurtherRelayer => `relayer-${index + 2}`)];
}

export const AUDIENCE = "https://api.keystoneos.xyz";
/** The client by which the API, and whoever seeds it, manages the issuer's directory. */
export const DIRECTORY_CLIENT = "keystone-api";

export const issuerUrl = (ports: Ports) => `http://127.0.0.1:${ports.issuer}/`;
export const rpcUrl = (ports: Ports, chainId: number) => `http://127.0.0.1:${ports.chains[chainId]}`;
export const deploymentsFile = (dir: string) => join(dir, "deployments.json");
export const sessionKeyFile = (dir: string) => join(dir, "session-key.pem");
export const layerZeroFile = (dir: string) => join(dir, "layerzero.json");

/** How each process of the local world is started: its command, its environment, and where it says that it is ready. */
export function describeProcess(name: ServiceName, settings: WorldSettings): NodeProcess {
  const { dir } = settings;
  const ports = portsOf(name, settings);
  const { script, env, readyUrl } = described(isRelayer(name) ? "relayer" : name, { ...settings, ports });
  const command = [join(ROOT, script)];
  return {
    name,
    command,
    cwd: ROOT,
    env: { ...env, ...settings.env },
    logFile: logFile(dir, name),
    readyUrl: readyUrl(ports),
  };
}

const isRelayer = (name: ServiceName): name is RelayerName => name.startsWith("relayer");

function portsOf(name: ServiceName, settings: WorldSettings): Ports {
  const further = relayerNames(settings).indexOf(name as RelayerName) - 1;
  return { ...settings.ports, relayer: settings.furtherRelayers[further] ?? settings.ports.relayer };
}

export function logFile(dir: string, name: string): string {
  return join(dir, "logs", `${name}.log`);
}

/** What every process that reads chains and database is told. */
export function commonEnvironment(settings: WorldSettings): Record<string, string> {
  return { ...databaseEnvironment(settings), ...rpcUrls(settings.ports) };
}

/** What a process is told that knows the chains from the database alone. */
function databaseEnvironment({ dir, databaseUrl }: WorldSettings): Record<string, string> {
  return { DATABASE_URL: databaseUrl, DEPLOYMENTS_FILE: deploymentsFile(dir), INDEXER_SCHEMA: "indexer" };
}

function rpcUrls(ports: Ports): Record<string, string> {
  return Object.fromEntries(CHAIN_IDS.map((chainId) => [`RPC_URL_${chainId}`, rpcUrl(ports, chainId)]));
}

/** The one node of each chain, which is ours alone: nobody counts what it is asked. */
function relayerNodes(ports: Ports): Record<string, string> {
  const perChain = CHAIN_IDS.map((chainId) => ({
    [`RPC_URLS_${chainId}`]: rpcUrl(ports, chainId),
    [`RPC_RATE_LIMIT_${chainId}`]: "10000",
  }));
  return Object.assign({}, ...perChain);
}

interface Described {
  script: string;
  env: Record<string, string>;
  readyUrl: (ports: Ports) => string;
}

function described(name: Exclude<ServiceName, FurtherRelayer>, settings: WorldSettings): Described {
  const { dir, ports, secrets } = settings;
  const sealing = { SECRETS_KEY: secrets.secretsKey, SECRETS_KEY_ID: "local" };
  switch (name) {
    case "issuer":
      return {
        script: "devnet/src/issuer/main.ts",
        env: {
          ISSUER_PORT: String(ports.issuer),
          ISSUER_URL: issuerUrl(ports),
          ISSUER_AUDIENCE: AUDIENCE,
          ISSUER_DIR: join(dir, "issuer"),
          ISSUER_ADMIN_TOKEN: secrets.issuerAdminToken,
          ISSUER_MANAGEMENT_CLIENT_ID: DIRECTORY_CLIENT,
          ISSUER_MANAGEMENT_CLIENT_SECRET: secrets.directoryClientSecret,
        },
        readyUrl: () => `${issuerUrl(ports)}health`,
      };
    case "worker":
      return {
        script: "devnet/src/worker/main.ts",
        env: {
          ...rpcUrls(ports),
          WORKER_PORT: String(ports.worker),
          LAYERZERO_FILE: layerZeroFile(dir),
          WORKER_STATE_FILE: join(dir, "worker.json"),
          VERIFIER_A_PRIVATE_KEY: localPrivateKey("verifierA"),
          VERIFIER_B_PRIVATE_KEY: localPrivateKey("verifierB"),
          EXECUTOR_PRIVATE_KEY: localPrivateKey("executor"),
        },
        readyUrl: () => `http://127.0.0.1:${ports.worker}/health`,
      };
    case "indexer":
      return {
        script: "indexer/main.ts",
        env: { ...commonEnvironment(settings), INDEXER_PORT: String(ports.indexer) },
        readyUrl: () => `http://127.0.0.1:${ports.indexer}/ready`,
      };
    case "relayer":
      return {
        script: "relayer/src/main.ts",
        env: {
          ...databaseEnvironment(settings),
          ...relayerNodes(ports),
          ...sealing,
          RELAYER_KEYS: "env:LOCAL_GAS_KEY",
          LOCAL_GAS_KEY: localPrivateKey("relayer"),
          ATTESTER_KEY: "env:LOCAL_ATTESTER_KEY",
          LOCAL_ATTESTER_KEY: localPrivateKey("attester"),
          OPERATOR_KEY: "env:LOCAL_OPERATOR_KEY",
          LOCAL_OPERATOR_KEY: localPrivateKey("operator"),
          SANCTIONS_LIST_DIR: join(ROOT, "relayer/lists"),
          RELAYER_PORT: String(ports.relayer),
          // One that is killed and started again waits so long for its own lease.
          SIGNER_LEASE_SECONDS: "3",
        },
        readyUrl: () => `http://127.0.0.1:${ports.relayer}/ready`,
      };
    case "api":
      return {
        script: "api/src/main.ts",
        env: {
          ...commonEnvironment(settings),
          ...sealing,
          API_PORT: String(ports.api),
          API_ORIGIN: `http://localhost:${ports.api}`,
          SESSION_KEY_FILE: sessionKeyFile(dir),
          OIDC_ISSUER: issuerUrl(ports),
          OIDC_AUDIENCE: AUDIENCE,
          OIDC_JWKS_URL: `${issuerUrl(ports)}.well-known/jwks.json`,
          DIRECTORY_URL: issuerUrl(ports),
          DIRECTORY_CLIENT_ID: DIRECTORY_CLIENT,
          DIRECTORY_CLIENT_SECRET: secrets.directoryClientSecret,
          DIRECTORY_LOGIN_CLIENT_ID: "dashboard",
          GRAPHQL_INTROSPECTION: "on",
          GRAPHQL_URL: `http://127.0.0.1:${ports.indexer}/graphql`,
          MIN_TIMEOUT_SECONDS: "20",
          // All its platforms call from one address, and its demo asks often.
          RATE_LIMIT_PER_MINUTE: "60000",
          RATE_LIMIT_ANONYMOUS_PER_MINUTE: "60000",
          WEBHOOK_DEVELOPMENT_MODE: "on",
        },
        readyUrl: () => `http://127.0.0.1:${ports.api}/ready`,
      };
    case "courier":
      return {
        script: "api/src/courier/main.ts",
        env: {
          ...databaseEnvironment(settings),
          ...sealing,
          COURIER_PORT: String(ports.courier),
          WEBHOOK_DEVELOPMENT_MODE: "on",
        },
        readyUrl: () => `http://127.0.0.1:${ports.courier}/ready`,
      };
    case "sandbox":
      return {
        script: "sandbox/src/main.ts",
        env: {
          ...rpcUrls(ports),
          SANDBOX_PORT: String(ports.sandbox),
          SANDBOX_CHAIN_IDS: CHAIN_IDS.join(),
          SANDBOX_API_URL: `http://127.0.0.1:${ports.api}/v1`,
          SANDBOX_TOKEN_URL: `${issuerUrl(ports)}oauth/token`,
          SANDBOX_AUDIENCE: AUDIENCE,
          SANDBOX_CLIENT_ID: settings.sandboxClient?.clientId ?? "",
          SANDBOX_CLIENT_SECRET: settings.sandboxClient?.clientSecret ?? "",
          SANDBOX_FAUCET_PRIVATE_KEY: localPrivateKey("faucet"),
          SANDBOX_COUNTERPARTY_PRIVATE_KEY: localPrivateKey("counterparty"),
          SANDBOX_GAS_FLOOR: "1",
          SANDBOX_MAX_QUANTITY: "1000000000",
          SANDBOX_TICK_MS: "500",
        },
        readyUrl: () => `http://127.0.0.1:${ports.sandbox}/ready`,
      };
  }
}
