import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { type Environment, fromEnvironment } from "../environment.ts";
import { DevnetError } from "../errors.ts";
import { freePort, isPortFree } from "../ports.ts";

/** The repository's root. */
export const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

/** The chains of the local world, by the testnets' ids. */
export const CHAIN_IDS = [11155111, 84532] as const;

/** A TCP port on 127.0.0.1 for each process that listens. */
export interface Ports {
  postgres: number;
  chains: Record<number, number>;
  issuer: number;
  worker: number;
  indexer: number;
  relayer: number;
  api: number;
  courier: number;
  sandbox: number;
}

export interface WorldOptions {
  /** Folder of everything the world keeps; `.keystone` in the repository by default. */
  dir?: string;
  /** A PostgreSQL database to use instead of an embedded one. */
  databaseUrl?: string;
  /** The usual ones by default; "free" for ports that are free now. */
  ports?: Ports | "free";
  /** How many relayers there are, with the same keys; one by default. Those beside the first listen on ports that are free. */
  relayers?: number;
  /** Told in words what happens. */
  onProgress?: (text: string) => void;
  /** Ends the world, also while it is starting. */
  signal?: AbortSignal;
  /** Variables for every process, over this process' own. */
  env?: Record<string, string>;
}

const port = (usual: number) => z.coerce.number("must be a port").int().min(1).max(65_535).default(usual);

const environmentSchema = z.object({
  KEYSTONE_DIR: z.string().optional(),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, "must be a postgres:// URL")
    .optional(),
  POSTGRES_PORT: port(5433),
  CHAIN_PORT_11155111: port(8545),
  CHAIN_PORT_84532: port(8546),
  ISSUER_PORT: port(8001),
  WORKER_PORT: port(8003),
  INDEXER_PORT: port(42_069),
  RELAYER_PORT: port(8002),
  API_PORT: port(8000),
  COURIER_PORT: port(8004),
  SANDBOX_PORT: port(8005),
});

/** Reads the world's options from the environment. @throws DevnetError ConfigurationError that names the variable. */
export function worldOptionsFrom(
  environment: Environment,
): Required<Pick<WorldOptions, "dir" | "ports">> & WorldOptions {
  const values = fromEnvironment(environmentSchema, environment);
  return {
    dir: resolve(ROOT, values.KEYSTONE_DIR ?? ".keystone"),
    ...(values.DATABASE_URL === undefined ? {} : { databaseUrl: values.DATABASE_URL }),
    ports: {
      postgres: values.POSTGRES_PORT,
      chains: { 11155111: values.CHAIN_PORT_11155111, 84532: values.CHAIN_PORT_84532 },
      issuer: values.ISSUER_PORT,
      worker: values.WORKER_PORT,
      indexer: values.INDEXER_PORT,
      relayer: values.RELAYER_PORT,
      api: values.API_PORT,
      courier: values.COURIER_PORT,
      sandbox: values.SANDBOX_PORT,
    },
  };
}

/** Ports that are free at this moment, for worlds side by side. */
export async function freePorts(): Promise<Ports> {
  const found = new Set<number>();
  const next = async (): Promise<number> => {
    const port = await freePort();
    if (found.has(port)) return next();
    found.add(port);
    return port;
  };
  return {
    postgres: await next(),
    chains: { 11155111: await next(), 84532: await next() },
    issuer: await next(),
    worker: await next(),
    indexer: await next(),
    relayer: await next(),
    api: await next(),
    courier: await next(),
    sandbox: await next(),
  };
}

/** @throws DevnetError PortInUse that names the variable to change. */
export async function assertPortsFree(ports: Ports, embeddedPostgres: boolean): Promise<void> {
  const named: [string, number][] = [
    ...(embeddedPostgres ? [["POSTGRES_PORT", ports.postgres] as [string, number]] : []),
    ...CHAIN_IDS.map((chainId): [string, number] => [`CHAIN_PORT_${chainId}`, ports.chains[chainId] as number]),
    ["ISSUER_PORT", ports.issuer],
    ["WORKER_PORT", ports.worker],
    ["INDEXER_PORT", ports.indexer],
    ["RELAYER_PORT", ports.relayer],
    ["API_PORT", ports.api],
    ["COURIER_PORT", ports.courier],
    ["SANDBOX_PORT", ports.sandbox],
  ];
  for (const [variable, number] of named) {
    if (await isPortFree(number)) continue;
    throw new DevnetError("PortInUse", `Port ${number} is in use already: set ${variable} to another one.`);
  }
}
